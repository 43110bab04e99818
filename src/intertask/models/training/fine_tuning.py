"""One fine-tuning run, from prepared rows to scores; source training, transfers and AdapterFusion use it."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...config import Model
from ...data import Prepared
from ...data.held_out import training_rows
from ...files import canonical_json, fingerprint
from ...types import Encoding, Row, get_type
from ..base import load_tokenization
from ..precision import about, for_training
from ..prediction import predict_logits
from .trainer import train


def fine_tune(
    model: Any,
    base: Model,
    name: str,
    prepared: Prepared,
    recipe: dict[str, Any],
    split_seed: int,
    checkpoints: Path,
    hold_out: bool = False,
) -> dict[str, Any]:
    """Add a fresh head to ``model``, train it with the active adapter, and score it on the validation split.

    Args:
        model: Base model with the adapter ``name`` active (or with all weights trainable).
        base: The base model, for its tokenizer.
        name: Name of the new head: the task's name.
        prepared: Rows of the task.
        recipe: ``training``, ``max_length`` and ``stride`` (in tokens), ``adapter``, ``seed``; optionally
            ``precision``, and ``dev_seed`` if the held-out rows should differ between seeds.
        split_seed: Seed of the training subset and of the held-out rows. It is the same for every seed of a transfer,
            so that seeds differ only in initial weights and the order of batches.
        checkpoints: Folder that survives an interruption. The caller removes it at the end.
        hold_out: Whether to hold rows out of the training split even without early stopping, and to score them.

    Returns:
        ``metric``, ``value`` (its score in percentage points), ``scores`` (of all metrics), ``rows`` (number per
        split), ``dev`` (a sentence on the held-out rows), ``training`` (steps, epochs, best dev score),
        ``label_scale`` (of regression: mean and standard deviation of the training labels; the head predicts
        (label - mean) / deviation), ``device``, ``precision``, ``seconds``. With ``hold_out`` also ``dev_value`` and
        ``dev_scores``, like ``value`` and ``scores``, ``max_length`` (in tokens, at most the model's positions), and
        ``predictions`` (of each split, one line of JSON).
    """
    started, precision = time.monotonic(), for_training(recipe)
    task_type, info, settings = get_type(prepared.info["type"]), described(prepared), recipe["training"]
    tokenization = load_tokenization(base, task_type, model.config, recipe)
    dev_seed = recipe.get("dev_seed", split_seed)
    rows, dev_rows, dev_sentence = training_rows(prepared, settings, split_seed, hold_out, dev_seed)
    label_scale = None
    if task_type.STANDARDIZES_LABELS:
        rows, label_scale = standardized(rows)
    task_type.add_head(model, name, info)

    def encode(part: Sequence[Row]) -> list[Encoding]:
        return task_type.encode(part, tokenization, info)

    def scored(encodings: Sequence[Encoding], part: Sequence[Row]) -> tuple[dict[str, float], list]:
        logits = predict_logits(model, task_type, encodings, collate, 2 * settings["batch_size"], precision)
        predictions = task_type.predict(logits, encodings, part, info)
        return task_type.score(predictions, part, info), predictions

    collate = task_type.collator(tokenization.tokenizer)
    metric = info["metric"]
    dev = (encode(dev_rows), dev_rows, info, metric) if dev_rows else None
    key = fingerprint([recipe, info["fingerprint"]])  # a changed setting never resumes from an older checkpoint
    trained = train(
        model,
        task_type,
        collate,
        encode(rows),
        dev,
        settings,
        full=recipe["adapter"] == "full",
        seed=recipe["seed"],
        checkpoints=checkpoints / key,
        precision=precision,
    )
    scores, predictions = scored(encode(prepared.validation), prepared.validation)
    of_dev = {}
    if hold_out:
        dev_scores, dev_predictions = scored(dev[0], dev_rows)
        of_dev = {
            "dev_value": dev_scores[metric],
            "dev_scores": dev_scores,
            "max_length": tokenization.max_length,
            "predictions": {"dev": canonical_json(dev_predictions), "validation": canonical_json(predictions)},
        }
    return {
        "metric": metric,
        "value": scores[metric],
        "scores": scores,
        "rows": {"train": len(rows), "dev": len(dev_rows), "validation": len(prepared.validation)},
        "dev": dev_sentence,
        "training": trained,
        "label_scale": label_scale,
        **of_dev,
        **about(precision),
        "seconds": round(time.monotonic() - started, 3),
    }


def described(prepared: Prepared) -> dict[str, Any]:
    """Complete the info of a prepared task with the facts of its training rows that the task type reads.

    Args:
        prepared: Rows of the task.

    Returns:
        ``info.json`` with further keys.
    """
    return get_type(prepared.info["type"]).completed_info(prepared.info, prepared.train)


def standardized(rows: list) -> tuple[list, dict[str, float]]:
    """Standardize labels to mean 0 and standard deviation 1, because labels in the hundreds slow down training.

    The metrics of regression are correlations, which do not depend on the scale.

    Args:
        rows: Rows with a number as ``label``.

    Returns:
        The rows with standardized labels; ``mean`` and ``deviation`` (standard deviation; 1 if all labels are equal).
    """
    mean = statistics.fmean(row["label"] for row in rows)
    deviation = statistics.pstdev(row["label"] for row in rows) or 1.0
    scaled = [{**row, "label": (row["label"] - mean) / deviation} for row in rows]
    return scaled, {"mean": mean, "deviation": deviation}
