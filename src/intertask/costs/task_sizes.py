"""How large a task is, before its data is there: rows, model inputs per row, and sub-words per input."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..config import Task

#: Sub-words that a white-space separated word gives on average, for English and BERT's or RoBERTa's vocabulary.
SUBWORDS_PER_WORD = 1.3
#: Special ones around a pair of texts.
_SPECIAL = 3
#: Choices of a question of which nothing is known.
_CHOICES = 4


@dataclass(frozen=True)
class TaskSize:
    """What a task costs a model.

    Attributes:
        task: The task's settings: batch size, epochs, patience.
        train, validation: Rows after the caps; None where nobody says.
        rows_from: ``prepared`` (``info.json``), ``published`` (``published_rows`` of the task's YAML), ``cap``
            (nothing but ``max_train_examples`` is known) or ``unknown``.
        choices: Texts of one row that go through the model side by side (1, but for multiple choice).
        windows: Pieces into which the text of a row is cut for training (1, but for extractive QA).
        length: Sub-words of one of these texts or pieces: the mean, where the data is prepared, else ``max_length``.
        words: Sub-words of a whole row; None before the data is prepared.
    """

    task: Task
    train: int | None
    validation: int | None
    rows_from: str
    choices: int
    windows: int
    length: float
    words: float | None


def task_size(task: Task, info: Mapping[str, Any] | None) -> TaskSize:
    """The size of a task.

    Args:
        task: With the configuration's caps.
        info: Its ``info.json``; None before its data is prepared.
    """
    train, validation, rows_from = _rows(task, info)
    choices = 1
    if task.type == "multiple_choice":
        columns = task.column("choices")
        named = len(columns) if isinstance(columns, list) else None
        choices = (info or {}).get("max_choices") or named or _CHOICES
    if info is None:
        return TaskSize(task, train, validation, rows_from, choices, 1, task.max_length, None)
    words = info["words"]["mean"] * SUBWORDS_PER_WORD + _SPECIAL
    windows = 1
    if task.type == "extractive_qa" and words > task.max_length:
        windows = 1 + math.ceil((words - task.max_length) / (task.max_length - task.stride))
    # Of multiple choice the words are those of all choices together: which of them stand in each is not known.
    return TaskSize(task, train, validation, rows_from, choices, windows, min(words, task.max_length), words)


def _rows(task: Task, info: Mapping[str, Any] | None) -> tuple[int | None, int | None, str]:
    """Rows of train and validation, and who says so."""
    if info is not None:
        return info["rows"]["train"], info["rows"]["validation"], "prepared"
    caps = task.max_train_examples, task.max_validation_examples
    if task.published_rows is None:
        return *caps, "unknown" if caps[0] is None else "cap"
    train, validation = task.published_rows.train, task.published_rows.validation
    if validation is None:  # a part of train becomes one
        validation = round(train * task.data.validation_fraction)
        train -= validation
    rows = (min(count, cap or count) for count, cap in zip((train, validation), caps, strict=True))
    return *rows, "published"
