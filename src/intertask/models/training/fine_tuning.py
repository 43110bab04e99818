"""One fine-tuning run, from prepared rows to scores; source training, transfers and AdapterFusion use it."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...config import Model
from ...data import Prepared
from ...data.held_out import training_rows
from ...files import canonical_json, fingerprint
from ...types import Collator, Encoding, Row, TaskType, get_type
from ..adapters import add_head
from ..base import load_tokenization
from ..precision import Precision, about, for_training
from ..prediction import predict_logits
from .trainer import train


@dataclass(frozen=True, eq=False)
class Run:
    """One fine-tuning run, ready to train: its rows are encoded, and the model has its head.

    Attributes:
        name: Name of the adapter and of the head.
        task_type: The type of the task.
        info: ``info.json`` of the task, completed by :func:`described`.
        settings: Fields of :class:`intertask.config.Training`.
        seed: Seed of the order of batches.
        full: Whether all weights are trained instead of an adapter.
        max_length: Tokens of one text or window, at most.
        collate: The type's collator.
        encodings: Encoded training rows.
        dev: Encodings, rows, info and metric name of the held-out rows; None without them.
        validation: Encoded validation rows, and the rows.
        facts: ``rows``, ``dev`` and ``label_scale`` of the result of :func:`fine_tune`.
    """

    name: str
    task_type: TaskType
    info: dict[str, Any]
    settings: dict[str, Any]
    seed: int
    full: bool
    max_length: int
    collate: Collator
    encodings: list[Encoding]
    dev: tuple[list[Encoding], list[Row], dict[str, Any], str] | None
    validation: tuple[list[Encoding], list[Row]]
    facts: dict[str, Any]

    def score(
        self, model: Any, encodings: Sequence[Encoding], rows: Sequence[Row], precision: Precision
    ) -> tuple[dict[str, float], list]:
        """Score a model, whose adapter and head of this name are active.

        Args:
            model: The model.
            encodings: Encoded rows.
            rows: The rows.
            precision: Precision of the forward passes.

        Returns:
            The scores of all metrics, in percentage points, and the predictions.
        """
        size = 2 * self.settings["batch_size"]
        logits = predict_logits(model, self.task_type, encodings, self.collate, size, precision)
        predictions = self.task_type.predict(logits, encodings, rows, self.info)
        return self.task_type.score(predictions, rows, self.info), predictions


def prepare_run(
    model: Any,
    base: Model,
    name: str,
    prepared: Prepared,
    recipe: dict[str, Any],
    split_seed: int,
    hold_out: bool = False,
) -> Run:
    """Select and encode the rows of a run, and add a fresh head to the model.

    Args:
        model: Base model with the adapter ``name``.
        base: The base model, for its tokenizer.
        name: Name of the new head.
        prepared: Rows of the task.
        recipe: As for :func:`fine_tune`.
        split_seed: As for :func:`fine_tune`.
        hold_out: As for :func:`fine_tune`.

    Returns:
        The run.
    """
    task_type, info, settings = get_type(prepared.info["type"]), described(prepared), recipe["training"]
    tokenization = load_tokenization(base, task_type, model.config, recipe)
    dev_seed = recipe.get("dev_seed", split_seed)
    rows, dev_rows, dev_sentence = training_rows(prepared, settings, split_seed, hold_out, dev_seed)
    label_scale = None
    if task_type.STANDARDIZES_LABELS:
        rows, label_scale = standardized(rows)
    add_head(model, task_type, name, info)

    def encode(part: Sequence[Row]) -> list[Encoding]:
        return task_type.encode(part, tokenization, info)

    counts = {"train": len(rows), "dev": len(dev_rows), "validation": len(prepared.validation)}
    return Run(
        name=name,
        task_type=task_type,
        info=info,
        settings=settings,
        seed=recipe["seed"],
        full=recipe["adapter"] == "full",
        max_length=tokenization.max_length,
        collate=task_type.collator(tokenization.tokenizer),
        encodings=encode(rows),
        dev=(encode(dev_rows), dev_rows, info, info["metric"]) if dev_rows else None,
        validation=(encode(prepared.validation), prepared.validation),
        facts={"rows": counts, "dev": dev_sentence, "label_scale": label_scale},
    )


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
    run = prepare_run(model, base, name, prepared, recipe, split_seed, hold_out)
    key = fingerprint([recipe, run.info["fingerprint"]])  # a changed setting never resumes from an older checkpoint
    trained = train(
        model,
        run.task_type,
        run.collate,
        run.encodings,
        run.dev,
        run.settings,
        full=run.full,
        seed=run.seed,
        checkpoints=checkpoints / key,
        precision=precision,
    )
    return outcome(model, run, trained, precision, started, hold_out)


def outcome(
    model: Any, run: Run, trained: dict[str, Any], precision: Precision, started: float, hold_out: bool = False
) -> dict[str, Any]:
    """Score a trained run.

    Args:
        model: The model, whose adapter and head of this run are active.
        run: The run.
        trained: What the training returned.
        precision: Precision of the forward passes.
        started: Time at which the run started, by ``time.monotonic``.
        hold_out: Whether to score the held-out rows too.

    Returns:
        The result of :func:`fine_tune`.
    """
    metric = run.info["metric"]
    scores, predictions = run.score(model, *run.validation, precision)
    of_dev = {}
    if hold_out:
        dev_scores, dev_predictions = run.score(model, run.dev[0], run.dev[1], precision)
        of_dev = {
            "dev_value": dev_scores[metric],
            "dev_scores": dev_scores,
            "max_length": run.max_length,
            "predictions": {"dev": canonical_json(dev_predictions), "validation": canonical_json(predictions)},
        }
    return {
        "metric": metric,
        "value": scores[metric],
        "scores": scores,
        "rows": run.facts["rows"],
        "dev": run.facts["dev"],
        "training": trained,
        "label_scale": run.facts["label_scale"],
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
