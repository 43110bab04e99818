"""Few-shot fine-tuning (FSFT): a few optimizer steps on a few examples, scored on a part held out from training."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_
from transformers import get_linear_schedule_with_warmup

from ...config import Model
from ...data.subset import split, stratified_subset
from ...errors import IntertaskError
from ...types import Batch, Collator, Encoding, LossAndLogits, Row, TaskType, get_type
from ...types.batches import IGNORED
from ..adapters import add_fresh_adapter, add_head
from ..base import load_model, load_tokenization
from ..precision import Precision, autocast, device, to_device
from ..prediction import predict_logits, strip
from .fine_tuning import standardized
from .trainer import diverged

#: Name of adapter and head in the model. All tasks share it, so that their tensors have the same names.
NAME = "task"

_MAX_GRAD_NORM = 1.0


@dataclass(frozen=True, eq=False)
class Shots:
    """The encoded few examples of a task: the same ones in the same order for every source.

    Attributes:
        task_type: The type of the task.
        info: ``info.json`` of the task.
        collate: The type's collator.
        train: Encodings that the model is trained on.
        held_out: Encodings that the model is scored on.
        rows: The rows of ``held_out``.
        label_scale: Of regression: ``mean`` and ``deviation`` (standard deviation) of the training labels; else None.
    """

    task_type: TaskType
    info: dict[str, Any]
    collate: Collator
    train: list[dict[str, Any]]
    held_out: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    label_scale: dict[str, float] | None


def draw_shots(
    base: Model,
    model_config: Any,
    info: dict[str, Any],
    rows: Sequence[dict[str, Any]],
    recipe: dict[str, Any],
    settings: dict[str, Any],
) -> Shots:
    """Draw a seeded, stratified subset of a task's training rows, split it in two, and encode it.

    Args:
        base: The base model, for its tokenizer.
        model_config: Configuration of the base model, for its number of positions.
        info: ``info.json`` of the task.
        rows: The training rows of the task. Validation rows are never used.
        recipe: ``max_length``, ``stride`` (in tokens), ``seed``.
        settings: ``max_examples``, ``held_out`` (fraction of the examples).

    Returns:
        The few examples.

    Raises:
        IntertaskError: There are fewer than two rows.
    """
    type_name, seed = info["type"], recipe["seed"]
    if len(rows) < 2:
        raise IntertaskError(
            f"Few-shot fine-tuning needs at least two training rows, one of them for the score, not {len(rows)}.",
            f"task {info['task']}: train",
            "add rows, or remove the few-shot methods from 'methods'",
        )
    info = get_type(type_name).completed_info(info, rows)
    subset = stratified_subset(list(rows), settings["max_examples"], seed, type_name)
    train, held_out = split(subset, settings["held_out"], seed, type_name)
    label_scale = standardized(train)[1] if get_type(type_name).STANDARDIZES_LABELS else None
    task_type, encode, collate = encoder(base, model_config, info, recipe)
    return Shots(
        task_type,
        info,
        collate,
        strip(encode(rescaled(train, label_scale)), task_type.EXTRA_KEYS),
        encode(rescaled(held_out, label_scale)),
        held_out,
        label_scale,
    )


def encoder(
    base: Model, model_config: Any, info: dict[str, Any], recipe: dict[str, Any]
) -> tuple[TaskType, Callable[[Sequence[Row]], list[Encoding]], Collator]:
    """Prepare the encoding of a task's rows.

    Args:
        base: The base model, for its tokenizer.
        model_config: Configuration of the base model, for its number of positions.
        info: ``info.json`` of the task.
        recipe: ``max_length``, ``stride`` (in tokens).

    Returns:
        The type of the task, the function from rows to labeled encodings, and the collator.
    """
    task_type = get_type(info["type"])
    tokenization = load_tokenization(base, task_type, model_config, recipe)

    def encode(rows: Sequence[Row]) -> list[Encoding]:
        return task_type.encode(rows, tokenization, info)

    return task_type, encode, task_type.collator(tokenization.tokenizer)


def rescaled(rows: Sequence[dict[str, Any]], scale: dict[str, float] | None) -> list[dict[str, Any]]:
    """Standardize the labels of rows with a given scale.

    Args:
        rows: Rows with a number as ``label``, if there is a scale.
        scale: ``mean`` and ``deviation``; None leaves the rows as they are.

    Returns:
        Rows with the labels (label - mean) / deviation.
    """
    if scale is None:
        return list(rows)
    return [{**row, "label": (row["label"] - scale["mean"]) / scale["deviation"]} for row in rows]


def fresh_model(base: Model, adapter: str, seed: int) -> Any:
    """Load the base model and add a new adapter with the same initial weights for every task.

    Args:
        base: The base model.
        adapter: The adapters' configuration string, or 'full'.
        seed: Seed of the initial weights.

    Returns:
        The model with the adapter :data:`NAME` active.
    """
    model = load_model(base)
    torch.manual_seed(seed)  # after loading, which may draw random numbers
    add_fresh_adapter(model, NAME, adapter)
    return model


def train_steps(
    model: Any,
    shots: Shots,
    settings: dict[str, Any],
    steps: Sequence[int],
    seed: int,
    precision: Precision = "float32",
) -> Iterator[int]:
    """Add a fresh head of one layer, train it with the active adapter, and pause after certain steps.

    AdamW without weight decay; the learning rate decays linearly to zero at the last step; gradients are clipped at
    norm 1. Batches and the head's initial weights depend on the seed alone, not on the adapter that the model starts
    with.

    Args:
        model: Model with the adapter :data:`NAME` active (or with all weights trainable).
        shots: The few examples of the task.
        settings: ``batch_size``, ``learning_rate``.
        steps: Numbers of optimizer steps after which to pause.
        seed: Seed of the head, the batches and dropout.
        precision: Precision of the forward passes.

    Yields:
        Each of ``steps``, ascending.

    Raises:
        IntertaskError: A weight is no longer finite.

    Source: Poth et al. 2021 (50 steps of 20 examples each, from a set of 1000; a head of one layer).
    """
    torch.manual_seed(seed)
    add_head(model, shots.task_type, NAME, shots.info, layers=1)
    model.to(device()).train()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=settings["learning_rate"], weight_decay=0.0)
    schedule = get_linear_schedule_with_warmup(optimizer, 0, max(steps))
    batches = _batches(len(shots.train), settings["batch_size"], seed)
    for step in range(1, max(steps) + 1):
        batch = to_device(shots.collate([shots.train[i] for i in next(batches)]), model.device)
        with autocast(precision, model.device):
            loss, _ = shots.task_type.loss(model, batch)
        loss.backward()
        clip_grad_norm_(parameters, _MAX_GRAD_NORM)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        if step in steps:
            if not all(torch.isfinite(parameter).all() for parameter in parameters):
                raise diverged("a weight", step, settings["learning_rate"], "fewshot")
            yield step


def _batches(count: int, size: int, seed: int) -> Iterator[list[int]]:
    """Endless batches of ``size`` indices below ``count``, in a new order after each pass over all of them."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(count, generator=generator).tolist()
        yield from (order[start : start + size] for start in range(0, count, size))


def held_out_score(model: Any, shots: Shots, batch_size: int, precision: Precision = "float32") -> tuple[float, float]:
    """Score a model on the held-out examples.

    Args:
        model: Model with adapter and head active.
        shots: The few examples of the task.
        batch_size: Number of encodings per batch.
        precision: Precision of the forward passes.

    Returns:
        The task's metric in percentage points, and the mean loss over examples (or windows; for tagging over words).
    """
    losses, terms = [], []

    def recorded(network: Any, batch: Batch) -> LossAndLogits:
        loss, logits = shots.task_type.loss(network, batch)
        labels = batch.get("labels")
        losses.append(loss)
        terms.append(len(batch["input_ids"]) if labels is None or labels.dim() == 1 else (labels != IGNORED).sum())
        return loss, logits

    recording = SimpleNamespace(EXTRA_KEYS=shots.task_type.EXTRA_KEYS, loss=recorded)
    logits = predict_logits(model, recording, shots.held_out, shots.collate, batch_size, precision)
    predictions = shots.task_type.predict(logits, shots.held_out, shots.rows, shots.info)
    value = shots.task_type.score(predictions, shots.rows, shots.info)[shots.info["metric"]]
    counts = [int(n) for n in terms]
    return value, sum(float(loss) * n for loss, n in zip(losses, counts, strict=True)) / max(sum(counts), 1)


def fine_tune_few_shot(
    model: Any, shots: Shots, settings: dict[str, Any], seed: int, precision: Precision = "float32"
) -> list[dict[str, Any]]:
    """Train on the few examples, and score the held-out ones after certain steps.

    Args:
        model: Model with the adapter :data:`NAME` active (or with all weights trainable).
        shots: The few examples of the target.
        settings: ``steps`` (after which to score), ``batch_size``, ``learning_rate``.
        seed: Seed of the head, the batches and dropout.
        precision: Precision of the forward passes.

    Returns:
        For each of the steps, ascending: ``step``, ``metric``, ``value`` (percentage points) and ``loss``.

    Raises:
        IntertaskError: The loss or a weight is no longer finite.

    Source: Poth et al. 2021. Their code scores the batches that it trains on; here, other rows are scored.
    """
    results = []
    for step in train_steps(model, shots, settings, settings["steps"], seed, precision):
        value, loss = held_out_score(model, shots, 2 * settings["batch_size"], precision)
        if not math.isfinite(loss):
            raise diverged("the loss", step, settings["learning_rate"], "fewshot")
        results.append({"step": step, "metric": shots.info["metric"], "value": value, "loss": loss})
    return results
