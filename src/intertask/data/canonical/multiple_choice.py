"""Convert raw rows of multiple-choice tasks."""

from ...config import Task
from ...errors import IntertaskError
from ..columns import MISSING, Column, get, plain
from ..formats import Table
from ..labels import (
    CHOICES,
    BadRowError,
    DroppedRowError,
    choice_index,
    choose_reading,
    label_text,
)
from .rows import Canonical, RowFilter, raw_rows, table_source, values_of
from .texts import cell, check_text, one_column, read_text_or_empty


def convert(task: Task, columns: dict[str, Column], tables: dict[str, Table], row_filter: RowFilter) -> Canonical:
    """Convert raw rows into canonical rows, as :data:`.rows.Converter` describes."""
    column = one_column(task, columns, "label")
    if columns["context"] is None and columns["question"] is None and not {"context", "question"} & set(task.columns):
        raise IntertaskError(
            "The data has neither a context nor a question.",
            f"task {task.name}: {table_source(task, 'train')}, columns "
            + ", ".join(map(str, tables["train"].rows[0].values)),
            "map them in 'columns:', or write 'columns: {context: null}' if rows have choices only",
        )
    drop = {str(label) for label in task.drop_labels}

    def read(values: dict) -> dict:
        label = label_text(cell(values, column))
        if label in drop:
            raise DroppedRowError
        choices, keys = _choices(values, columns["choices"])
        return {
            "context": read_text_or_empty(values, columns["context"], "context", task.join),
            "question": read_text_or_empty(values, columns["question"], "question", task.join),
            "choices": choices,
            "label": label,
            "keys": keys,
        }

    pairs = row_filter.convert_rows(raw_rows(tables), read)
    reading = choose_reading(row for part in pairs.values() for _, row in part)

    def number(row: dict) -> dict:
        return {key: value for key, value in row.items() if key != "keys"} | {"label": choice_index(reading, row)}

    pairs = row_filter.convert_rows(pairs, number, row_filter.learn)
    return Canonical(values_of(pairs), notes=[CHOICES[reading]] if CHOICES[reading] else [])


def _choices(values: dict, column: Column) -> tuple[list[str], list[str] | None]:
    """Read the texts of a row's choices, and their keys ('A', 'B', …) if the data has any."""
    keys = None
    if isinstance(column, list):
        items, keys = [get(values, part) for part in column], [str(part) for part in column]
    else:
        items = plain(get(values, column))
        holder = items if isinstance(items, dict) else None
        if isinstance(column, str) and column.endswith(".text") and column not in values:
            holder = plain(get(values, column.removesuffix(".text")))
        if isinstance(items, dict):
            items = plain(items.get("text"))
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
            holder, items = items, [item.get("text") for item in items]
        if isinstance(holder, list) and all(isinstance(item, dict) for item in holder):
            holder = {"label": [item.get("label") for item in holder]}
        if isinstance(holder, dict) and isinstance(holder.get("label"), list):
            keys = [str(key) for key in holder["label"]]
    if not isinstance(items, list):
        raise BadRowError(
            f"The choices are not a list: {items!r:.80}", "map a list, or a list of columns: 'choices: [a, b]'"
        )
    items = list(items)
    while items and (items[-1] is None or items[-1] is MISSING or items[-1] == "" or items[-1] != items[-1]):
        items.pop()  # this row has fewer choices than others
    choices = [check_text(choice, f"Choice {number}") for number, choice in enumerate(items)]
    if len(choices) < 2:
        raise BadRowError(f"The row has {len(choices)} choices, fewer than two.", "add choices or take the row out")
    return choices, keys if keys and len(keys) >= len(choices) else None
