"""Convert raw rows of tagging tasks."""

from typing import Any

from ...config import Task
from ...words import count
from ..columns import Column, get, is_unread_list, plain
from ..formats import Table
from ..labels import (
    BadRowError,
    LabelNames,
)
from .rows import Canonical, RowFilter, class_names, raw_rows, values_of
from .texts import check_text, one_column


def convert(task: Task, columns: dict[str, Column], tables: dict[str, Table], row_filter: RowFilter) -> Canonical:
    """Convert raw rows into canonical rows, as :data:`.rows.Converter` describes."""
    tokens_column, tags_column = (one_column(task, columns, name) for name in ("tokens", "tags"))
    names = LabelNames(task, class_names(tables, tags_column))

    def read(values: dict) -> dict:
        tokens, tags = (_sequence(get(values, column), column) for column in (tokens_column, tags_column))
        if len(tokens) != len(tags):
            raise BadRowError(
                f"{count(len(tokens), 'token')}, but {count(len(tags), 'tag')}.", "give each token one tag"
            )
        if not tokens:
            raise BadRowError("The row has no tokens.", "take it out")
        checked = [check_text(token, f"Token {n}") for n, token in enumerate(tokens)]
        return {"tokens": checked, "tags": [names.name(tag) for tag in tags]}

    tags_of: dict[str, set[str]] = {split: set() for split in tables}
    pairs = row_filter.convert_rows(raw_rows(tables), read, lambda split, row: tags_of[split].update(row["tags"]))
    labels = names.final(set().union(*tags_of.values()))
    index = {label: n for n, label in enumerate(labels)}

    def number(row: dict) -> dict:
        return row | {"tags": [index[tag] for tag in row["tags"]]}

    pairs = row_filter.convert_rows(pairs, number, row_filter.learn)
    notes = []
    if new := sorted(tags_of.get("validation", set()) - tags_of["train"]):
        notes.append(f"Tags that validation has and train lacks: {', '.join(new)}.")
    return Canonical(values_of(pairs), labels, notes=notes)


def _sequence(value: Any, column: str | int) -> list:
    """Read a list of words or tags; a text is split at white space."""
    value = plain(value)
    if isinstance(value, str):
        if is_unread_list(value):
            raise BadRowError(
                f"Column {column!r} looks like a list, but cannot be read, because commas are missing: {value!r:.80}",
                "write the column with commas, as json.dumps(list(values)) does; str() of a NumPy array has none",
            )
        return value.split()
    if not isinstance(value, list | tuple):
        raise BadRowError(
            f"Column {column!r} is not a list: {value!r:.80}", "write a list, or words with spaces between them"
        )
    return list(value)
