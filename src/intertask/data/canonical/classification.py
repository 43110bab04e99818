"""Convert raw rows of classification tasks."""

from collections import Counter
from collections.abc import Callable

from ...config import Task
from ...errors import IntertaskError
from ...words import count, in_words, plural
from ..columns import MISSING, Column, get
from ..formats import Table
from ..labels import (
    BadRowError,
    LabelNames,
    unknown_label,
)
from .rows import Canonical, RowFilter, class_names, raw_rows, table_source, values_of
from .texts import cell, one_column, read_text, texts_reader


def convert(task: Task, columns: dict[str, Column], tables: dict[str, Table], row_filter: RowFilter) -> Canonical:
    """Convert raw rows into canonical rows, as :data:`.rows.Converter` describes."""
    column = one_column(task, columns, "label")
    names = LabelNames(task, class_names(tables, column))
    read_texts, read_more = texts_reader(task, columns, tables), _group_reader(task, columns)

    def read(values: dict) -> dict:
        label = names.name(cell(values, column))
        return read_texts(values) | {"label": label} | read_more(values)

    counts: dict[str, Counter[str]] = {split: Counter() for split in tables}

    def count_label(split: str, row: dict) -> None:
        counts[split][row["label"]] += 1

    pairs = row_filter.convert_rows(raw_rows(tables), read, count_label)
    _check_not_all_different(task, counts["train"], column, names)
    labels = names.final(counts["train"])
    index = {label: n for n, label in enumerate(labels)}

    def number(row: dict) -> dict:
        if row["label"] not in index:
            raise unknown_label(row["label"], labels)
        return row | {"label": index[row["label"]]}

    pairs = row_filter.convert_rows(pairs, number, row_filter.learn)
    notes = [f"drop_labels: no row has the label {label!r}." for label in sorted(names.drop - names.dropped_names)]
    return Canonical(values_of(pairs), labels, notes=notes, warnings=_alike(counts["train"]))


def _alike(counts: Counter[str]) -> list[str]:
    """Say which labels differ only in case, in white space or in marks at their ends."""
    groups: dict[str, list[str]] = {}
    for label in counts:
        groups.setdefault(" ".join(label.casefold().split()).strip(".!:"), []).append(label)
    alike = [
        ", ".join(f"{label!r} ({count(counts[label], 'row')})" for label in group)
        for group in groups.values()
        if group[1:]
    ]
    if not alike:
        return []
    return [f"These labels differ only in case or punctuation, and are different classes: {'; '.join(alike[:5])}."]


def _group_reader(task: Task, columns: dict[str, Column]) -> Callable[[dict], dict]:
    """Make a function that reads the group and the candidate of a row, as far as the task maps these columns."""
    needed = {"group_exact_match": ("group",), "group_f1": ("group", "candidate")}.get(task.metric, ())
    if missing := [name for name in needed if columns[name] is None]:
        raise IntertaskError(
            f"The metric {task.metric} needs the {plural(len(needed), 'column')} {in_words(needed)}.",
            f"task {task.name}, metric",
            f"map {in_words(missing)} in 'columns:', or choose another metric",
        )

    def read(values: dict) -> dict:
        more: dict[str, str] = {}
        if columns["group"] is not None:
            more["group"] = _key(values, columns["group"], task.join)
        if columns["candidate"] is not None:
            more["candidate"] = read_text(values, columns["candidate"], "candidate", task.join)
        return more

    return read


def _key(values: dict, column: Column, join: str) -> str:
    """Read the key of a group: a number or a text, or several that are joined."""
    parts = [get(values, part) for part in (column if isinstance(column, list) else [column])]
    for part in parts:
        if part is None or part is MISSING or part == "":
            raise BadRowError("The group is missing (null or empty).", "fill the cell or take the row out")
        if not isinstance(part, str | int):
            raise BadRowError(f"The group is neither text nor a whole number: {part!r:.80}", "map another column")
    return join.join(map(str, parts))


def _check_not_all_different(task: Task, counts: Counter[str], column: str | int, names: LabelNames) -> None:
    """Check that the label is no column of ids or texts, which would give as many classes as rows."""
    rows = counts.total()
    if names.stated is None and names.class_names is None and len(counts) > max(20, rows / 2):
        raise IntertaskError(
            f"The label column {column!r} has {len(counts)} different values in {rows} rows of train.",
            f"task {task.name}: {table_source(task, 'train')}",
            "name the label's column in 'columns: label:', use 'type: regression' for numbers, or list 'labels:'",
        )
