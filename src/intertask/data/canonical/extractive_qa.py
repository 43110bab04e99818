"""Convert raw rows of extractive question answering tasks."""

import re
from array import array
from collections import Counter
from typing import Any

import numpy as np

from ...config import Task
from ..columns import MISSING, Column, get, plain
from ..facts import digest
from ..formats import Table
from ..labels import (
    BadRowError,
    is_index,
)
from ..offsets import to_characters
from .rows import Canonical, RowFilter, numbered, raw_rows, values_of
from .texts import check_text, column_text, one_column, read_text


def convert(task: Task, columns: dict[str, Column], tables: dict[str, Table], row_filter: RowFilter) -> Canonical:
    """Convert raw rows into canonical rows, as :data:`.rows.Converter` describes."""
    context_column = one_column(task, columns, "context")
    searched = Counter()
    unit = task.data.offsets or "characters"

    def read(values: dict) -> dict:
        context = check_text(get(values, context_column), column_text("context", context_column))
        texts, starts = _answers(values, columns["answers"])
        if starts is None:
            starts = [_first_occurrence(text, context) for text in texts]
            searched["rows"] += 1
        elif unit != "characters":
            starts = [to_characters(context, start, unit) for start in starts]
        for text, start in zip(texts, starts, strict=True):
            _check_answer(text, start, context)
        identity = None if columns["id"] is None else get(values, one_column(task, columns, "id"))
        return {
            "id": None if identity is None or identity is MISSING else check_text(str(identity), "id"),
            "context": context,
            "question": read_text(values, columns["question"], "question", task.join),
            "answer_texts": texts,
            "answer_starts": starts,
        }

    ids = {split: _Ids(split) for split in tables}

    def see(split: str, row: dict) -> None:
        ids[split].add(row["id"])
        row_filter.learn(split, row)

    pairs = row_filter.convert_rows(raw_rows(tables), read, see)
    notes = [note for found in ids.values() if (note := found.note())]
    if searched["rows"]:
        notes.append(
            f"{searched['rows']} rows have answers without offsets: each is taken where it first occurs in the context."
        )
    pairs = numbered(pairs, lambda split, number, row: row | {"id": ids[split].different(number, row["id"])})
    return Canonical(values_of(pairs), notes=notes)


def _answers(values: dict, column: Column) -> tuple[list[str], list[int] | None]:
    """Read the texts and the offsets of a row's answers; offsets are None if the data has none.

    The answers may be SQuAD's ``{text: [...], answer_start: [...]}``, a list of ``{text, answer_start}``, a text or
    list of texts, or two columns, one of texts and one of offsets.
    """
    starts: Any = None
    if isinstance(column, list):
        if len(column) != 2:
            raise BadRowError("'columns: answers:' needs two columns, the texts and the offsets.", "correct the YAML")
        texts, starts = (_as_list(get(values, part)) for part in column)
    else:
        answers = plain(get(values, column))
        if answers is None or answers is MISSING:
            raise BadRowError(f"{column!r} is missing (null).", "write an empty list for an unanswerable question")
        if isinstance(answers, dict):
            if "text" not in answers:
                raise BadRowError(
                    f"The answers have no key 'text': {answers!r:.80}", "write {text: […], answer_start: […]}"
                )
            texts = _as_list(answers["text"])
            starts = _as_list(answers["answer_start"]) if "answer_start" in answers else None
        else:
            texts = _as_list(answers)
            if texts and all(isinstance(answer, dict) for answer in texts):
                texts, starts = [a.get("text") for a in texts], [a.get("answer_start") for a in texts]
    if all(isinstance(text, str) and not text.strip() for text in texts):
        return [], []  # some datasets write 'no answer' as an empty text
    texts = [check_text(text, "An answer") for text in texts]
    if starts is not None:
        if len(starts) != len(texts):
            raise BadRowError(
                f"{len(texts)} answer texts, but {len(starts)} answer starts.", "give each answer its offset"
            )
        starts = [_offset(start) for start in starts]
    return texts, starts


def _as_list(value: Any) -> list:
    """A list of the value or values; empty if it is missing."""
    value = plain(value)
    if value is None or value is MISSING or value != value:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _offset(value: Any) -> int:
    """An offset in characters, which tables may hold as text or as a float."""
    text = str(value).strip().removesuffix(".0")
    if isinstance(value, bool) or not is_index(text):
        raise BadRowError(
            f"The answer_start {value!r} is not a whole number.", "count characters from the start of the context"
        )
    return int(text)


def _first_occurrence(text: str, context: str) -> int:
    """Offset of the first occurrence of an answer."""
    start = context.find(text)
    if start < 0:
        raise BadRowError(
            f"The answer {text!r:.80} has no offset and does not occur in the context.",
            "give an answer that is part of the context",
        )
    return start


def _check_answer(text: str, start: int, context: str) -> None:
    """Check that the context has the answer at its offset."""
    there = context[max(start, 0) : start + len(text)] if start >= 0 else ""
    if there == text:
        return
    starts = [match.start() for match in re.finditer(re.escape(text), context)]
    fix = "correct the row, or set 'data: offsets:' if the offsets count bytes, UTF-16 units or other line ends"
    if starts:
        fix += f"; the nearest occurrence of the answer is at {min(starts, key=lambda other: abs(other - start))}"
    raise BadRowError(f"The answer {text!r:.80} is not at answer_start {start}; the text there is {there!r:.80}.", fix)


class _Ids:
    """Makes the ids of the rows of a split different, since predictions are matched to answers by them."""

    def __init__(self, split: str):
        self._split, self._digests = split, array("Q")
        self._repeated: set[int] = set()

    def add(self, identity: str | None) -> None:
        """Collect the id of a row."""
        if identity is not None:
            self._digests.append(digest(identity))

    def note(self) -> str | None:
        """Find the ids that several rows share, when all are collected; a sentence about them, if there are any."""
        found, counts = np.unique(np.asarray(self._digests), return_counts=True)
        self._repeated = set(found[counts > 1].tolist())
        shared = int(counts[counts > 1].sum())
        return f"{shared} rows of {self._split} shared an id; their row numbers were added." if shared else None

    def different(self, number: int, identity: str | None) -> str:
        """Return an id that no other row has."""
        if identity is None:
            return f"{self._split}-{number}"
        return f"{identity}#{number}" if digest(identity) in self._repeated else identity
