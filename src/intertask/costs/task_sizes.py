"""Estimate the size of a task, with or without its data: rows, model inputs per row, and tokens per input."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..config import Task
from ..types import get_type

#: Mean number of tokens per word, for English and the vocabularies of BERT and RoBERTa.
TOKENS_PER_WORD = 1.3
#: Number of special tokens around a pair of texts.
_SPECIAL_TOKENS = 3
#: Number of choices of a question if nothing is known.
_CHOICES = 4


@dataclass(frozen=True)
class TaskSize:
    """Size of a task, as far as it is known.

    Attributes:
        task: The task, for its batch size, epochs and patience.
        train: Number of training rows after the cap; None if unknown.
        validation: Number of validation rows after the cap; None if unknown.
        rows_from: Where the numbers of rows come from: ``prepared`` (``info.json``), ``published`` (``published_rows``
            in the task's YAML), ``cap`` (only ``max_train_examples`` is known) or ``unknown``.
        choices: Number of texts per row that go through the model side by side; 1 except for multiple choice.
        windows: Number of pieces into which the text of a row is cut for training; 1 except for extractive QA.
        length: Number of tokens per text or piece: the mean if the data is prepared, else ``max_length``.
        tokens: Mean number of tokens per row; None if the data is not prepared.
    """

    task: Task
    train: int | None
    validation: int | None
    rows_from: str
    choices: int
    windows: int
    length: float
    tokens: float | None


def task_size(task: Task, info: Mapping[str, Any] | None) -> TaskSize:
    """Estimate the size of a task.

    Args:
        task: The task, with the caps of the configuration.
        info: Content of its ``info.json``; None if its data is not prepared.

    Returns:
        The size.
    """
    train, validation, rows_from = _rows(task, info)
    choices = 1
    task_type = get_type(task.type)
    if "choices" in task_type.ROW_COLUMNS:
        columns = task.column("choices")
        named = len(columns) if isinstance(columns, list) else None
        choices = (info or {}).get("max_choices") or named or _CHOICES
    if info is None:
        return TaskSize(task, train, validation, rows_from, choices, 1, task.max_length, None)
    tokens = info["words"]["mean"] * TOKENS_PER_WORD + _SPECIAL_TOKENS
    windows = 1
    if task_type.USES_STRIDE and tokens > task.max_length:
        windows = 1 + math.ceil((tokens - task.max_length) / (task.max_length - task.stride))
    # In multiple choice these are the tokens of all choices together, because those of each choice are unknown.
    return TaskSize(task, train, validation, rows_from, choices, windows, min(tokens, task.max_length), tokens)


def _rows(task: Task, info: Mapping[str, Any] | None) -> tuple[int | None, int | None, str]:
    """Find the numbers of training and validation rows, and where they come from."""
    if info is not None:
        return info["rows"]["train"], info["rows"]["validation"], "prepared"
    caps = task.max_train_examples, task.max_validation_examples
    if task.published_rows is None:
        return *caps, "unknown" if caps[0] is None else "cap"
    train, validation = task.published_rows.train, task.published_rows.validation
    if validation is None:  # A part of the training rows becomes validation data.
        validation = round(train * task.data.validation_fraction)
        train -= validation
    rows = (min(count, cap or count) for count, cap in zip((train, validation), caps, strict=True))
    return *rows, "published"
