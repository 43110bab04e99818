"""One fine-tune from prepared rows to scores: what source training and transfer have in common."""

import statistics
import time
from pathlib import Path
from typing import Any

from ...config import Model
from ...data import Prepared
from ...data.subset import split, stratified_subset
from ...files import fingerprint
from ...types import get_type
from ..base import load_tokenization
from ..precision import about, for_training
from ..prediction import predict_logits
from .trainer import train


def fine_tune(
    model,
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
        model: Base model with the adapter ``name`` active (or all weights to be trained).
        base: The base model, for its tokenizer.
        name: Of the new head: the task's name.
        prepared: Rows of the task.
        recipe: Of the step: ``training``, ``max_length``, ``stride``, ``adapter``, ``seed``; maybe ``precision``, and
            ``dev_seed``, where the held-out rows are to differ from seed to seed.
        split_seed: For the training subset and the held-out dev split; the same for every seed of a transfer, so
            that seeds differ by initialisation and order only.
        checkpoints: Folder that survives an interruption, which the caller removes at the end.
        hold_out: Keep dev rows out of train also where nothing stops early, and score them in the end.

    Returns:
        ``metric``, ``value`` (its score in percent points), ``scores`` (all metrics), ``rows``, ``dev`` (a plain
        sentence), ``training`` (steps, epochs, best dev score), ``label_scale`` (regression: mean and standard
        deviation of the training labels; the head gives (label - mean) / deviation), ``device``, ``precision``,
        ``seconds``. With ``hold_out`` also ``dev_value`` and ``dev_scores``, as ``value`` and ``scores``, and
        ``max_length`` (sub-words, as far as the model has positions).
    """
    started, precision = time.monotonic(), for_training(recipe)
    task_type, info, settings = get_type(prepared.info["type"]), described(prepared), recipe["training"]
    tokenization = load_tokenization(base, task_type, model.config, recipe)
    dev_seed = recipe.get("dev_seed", split_seed)
    rows, dev_rows, dev_sentence = training_rows(prepared, settings, split_seed, hold_out, dev_seed)
    label_scale = None
    if task_type.STANDARDIZES_LABELS:
        rows, label_scale = standardised(rows)
    task_type.add_head(model, name, info)

    def encode(part, labelled):
        return task_type.encode(part, tokenization, info, labelled)

    def scored(encodings, part):
        logits = predict_logits(model, task_type, encodings, collate, 2 * settings["batch_size"], precision)
        return task_type.score(task_type.predict(logits, encodings, part, info), part, info)

    collate = task_type.collator(tokenization.tokenizer)
    metric = info["metric"]
    dev = (encode(dev_rows, True), dev_rows, info, metric) if dev_rows else None
    key = fingerprint([recipe, info["fingerprint"]])  # a changed setting never resumes from an older checkpoint
    trained = train(
        model,
        task_type,
        collate,
        encode(rows, True),
        dev,
        settings,
        full=recipe["adapter"] == "full",
        seed=recipe["seed"],
        checkpoints=checkpoints / key,
        precision=precision,
    )
    scores = scored(encode(prepared.validation, True), prepared.validation)
    of_dev = {}
    if hold_out:
        dev_scores = scored(dev[0], dev_rows)
        of_dev = {"dev_value": dev_scores[metric], "dev_scores": dev_scores, "max_length": tokenization.max_length}
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
    """Return ``info`` of a prepared task with the facts of its training rows that the task type reads."""
    return get_type(prepared.info["type"]).completed_info(prepared.info, prepared.train)


def training_rows(
    prepared: Prepared, settings: dict[str, Any], seed: int, hold_out: bool = False, dev_seed: int | None = None
) -> tuple[list, list, str]:
    """Training rows, dev rows, and in plain words where the dev rows are from; arguments as of :func:`fine_tune`.

    ``seed`` draws the training subset, ``dev_seed`` (default: the same) the rows that are held out of it.
    """
    dev_seed = seed if dev_seed is None else dev_seed
    rows, validation, kind = list(prepared.train), prepared.validation, prepared.info["type"]
    if settings["max_train_examples"]:
        rows = stratified_subset(rows, settings["max_train_examples"], seed, kind)
    if settings["patience"] == 0 and not hold_out:
        return rows, [], "none: trained to the end, the last weights are kept"
    limit = settings["max_dev_examples"]
    if settings["dev"] == "validation":
        dev = stratified_subset(validation, limit, seed, kind) if limit and len(validation) > limit else validation
        sentence = "the validation split, from which the score is too: the score is optimistic"
    else:
        rows, dev = split(rows, settings["dev_fraction"], dev_seed, kind)
        if limit and len(dev) > limit:
            dev = stratified_subset(dev, limit, dev_seed, kind)
        sentence = f"held out from train ({settings['dev_fraction']:.0%}); the score's split was not looked at"
    return rows, dev, sentence


def standardised(rows: list) -> tuple[list, dict[str, float]]:
    """Rows with labels of mean 0 and deviation 1: labels in the hundreds would drown the head in its first steps.

    The metrics of regression are correlations, which do not see the scale.
    """
    mean = statistics.fmean(row["label"] for row in rows)
    deviation = statistics.pstdev(row["label"] for row in rows) or 1.0
    scaled = [{**row, "label": (row["label"] - mean) / deviation} for row in rows]
    return scaled, {"mean": mean, "deviation": deviation}
