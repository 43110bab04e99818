"""Few-shot fine-tuning (FSFT): a few optimiser steps on a few examples, scored on a slice held out from train."""

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
from ...types import TaskType, get_type
from ...types.batches import IGNORED
from ..adapters import add_fresh_adapter
from ..base import load_model, load_tokenization
from ..precision import Precision, autocast, device, to_device
from ..prediction import predict_logits, strip
from .fine_tuning import standardised

#: Of adapter and head in the model: one for all tasks, so that their tensors have the same names.
NAME = "task"

_MAX_GRAD_NORM = 1.0


@dataclass(frozen=True, eq=False)
class Shots:
    """The few examples of a task, encoded: the same ones in the same order for every source.

    Attributes:
        task_type: A task type.
        info: What ``info.json`` says of the task.
        collate: The type's collator.
        train: Encodings that are trained on.
        held_out: Encodings of the slice that the score is from.
        rows: The rows of that slice.
        label_scale: regression: ``mean`` and ``deviation`` of the labels that are trained on.
    """

    task_type: TaskType
    info: dict[str, Any]
    collate: Callable
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
    """A seeded, stratified subset of a task's training rows, parted in two and encoded.

    Args:
        base: For its tokenizer.
        model_config: Its configuration, for the number of positions.
        info: ``info.json`` of the task.
        rows: Its training rows; no others are ever looked at.
        recipe: ``max_length``, ``stride``, ``seed``.
        settings: ``max_examples``, ``held_out`` (share of them).

    Raises:
        IntertaskError: Fewer than two rows.
    """
    kind, seed = info["type"], recipe["seed"]
    if len(rows) < 2:
        raise IntertaskError(
            f"Few-shot fine-tuning needs two training rows, one of them to score on; there are {len(rows)}.",
            f"task {info['task']}: train",
            "give more rows, or leave the few-shot methods out of 'methods'",
        )
    info = get_type(kind).completed_info(info, rows)
    train, held_out = split(
        stratified_subset(list(rows), settings["max_examples"], seed, kind), settings["held_out"], seed, kind
    )
    label_scale = standardised(train)[1] if get_type(kind).STANDARDIZES_LABELS else None
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
) -> tuple[TaskType, Callable, Callable]:
    """A task's type, the function from its rows to labelled encodings, and the collator.

    Args:
        base: For its tokenizer.
        model_config: Its configuration, for the number of positions.
        info: ``info.json`` of the task.
        recipe: ``max_length``, ``stride``.
    """
    task_type = get_type(info["type"])
    tokenization = load_tokenization(base, task_type, model_config, recipe)

    def encode(rows):
        return task_type.encode(rows, tokenization, info)

    return task_type, encode, task_type.collator(tokenization.tokenizer)


def rescaled(rows: Sequence[dict[str, Any]], scale: dict[str, float] | None) -> list[dict[str, Any]]:
    """Rows with labels (label - mean) / deviation; without a scale the rows themselves."""
    if scale is None:
        return list(rows)
    return [{**row, "label": (row["label"] - scale["mean"]) / scale["deviation"]} for row in rows]


def fresh_model(base: Model, adapter: str, seed: int):
    """The base model with a new adapter :data:`NAME`: the same initial weights for every task."""
    model = load_model(base)
    torch.manual_seed(seed)  # after loading, which may draw numbers of its own
    add_fresh_adapter(model, NAME, adapter)
    return model


def train_steps(
    model,
    shots: Shots,
    settings: dict[str, Any],
    steps: Sequence[int],
    seed: int,
    precision: Precision = "float32",
) -> Iterator[int]:
    """Add a fresh head of one layer and train it with the active adapter; pause after each of ``steps``.

    AdamW without weight decay, linear decay to zero at the last step, gradients clipped at norm 1. Batches, dropout
    and the head's initial weights depend on the seed alone: they are the same whatever adapter the model begins with,
    and whatever the caller does in the pauses.

    Args:
        model: With the adapter :data:`NAME` active (or all weights to be trained).
        shots: Of the task.
        settings: ``batch_size``, ``learning_rate``.
        steps: Numbers of optimiser steps.
        seed: Of head, batches and dropout.
        precision: Of the forward passes.

    Yields:
        Each of ``steps``, ascending.

    Source: Poth et al. 2021 (50 steps of 20 examples, of which 1000 are there; a one-layer head).
    """
    torch.manual_seed(seed)
    shots.task_type.add_head(model, NAME, shots.info, layers=1)
    model.to(device()).train()
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=settings["learning_rate"], weight_decay=0.0)
    schedule = get_linear_schedule_with_warmup(optimiser, 0, max(steps))
    batches = _batches(len(shots.train), settings["batch_size"], seed)
    for step in range(1, max(steps) + 1):
        batch = to_device(shots.collate([shots.train[i] for i in next(batches)]), model.device)
        with autocast(precision, model.device):
            loss, _ = shots.task_type.loss(model, batch)
        loss.backward()
        clip_grad_norm_(parameters, _MAX_GRAD_NORM)
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        if step in steps:
            yield step


def _batches(count: int, size: int, seed: int) -> Iterator[list[int]]:
    """Indices below ``count``, all of them in a new order again and again, ``size`` at a time."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        order = torch.randperm(count, generator=generator).tolist()
        yield from (order[start : start + size] for start in range(0, count, size))


def held_out_score(model, shots: Shots, batch_size: int, precision: Precision = "float32") -> tuple[float, float]:
    """The task's metric on the held-out slice, percent points, and the mean loss there.

    The mean is over examples or windows, for tagging over words.
    """
    losses, terms = [], []

    def recorded(network, batch):
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
    model, shots: Shots, settings: dict[str, Any], seed: int, precision: Precision = "float32"
) -> list[dict[str, Any]]:
    """Train on the few examples and score the held-out slice on the way.

    Args:
        model: With the adapter :data:`NAME` active (or all weights to be trained).
        shots: Of the target.
        settings: ``steps`` (after which to score), ``batch_size``, ``learning_rate``.
        seed: Of head, batches and dropout.
        precision: Of the forward passes.

    Returns:
        For each of the steps, ascending: ``step``, ``metric``, ``value`` (percent points) and ``loss``.

    Source: Poth et al. 2021; their code scores the batches it trains on, here the score is from rows apart.
    """
    results = []
    for step in train_steps(model, shots, settings, settings["steps"], seed, precision):
        value, loss = held_out_score(model, shots, 2 * settings["batch_size"], precision)
        results.append({"step": step, "metric": shots.info["metric"], "value": value, "loss": loss})
    return results
