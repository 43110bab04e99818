"""Find a task's columns in raw rows: by the YAML's names, nested paths, numbers, or names that are usual."""

import ast
import json
import re
from typing import Any

from ..config import COLUMNS, Task
from ..errors import IntertaskError, did_you_mean
from .formats import RawRow, Table

MISSING = object()

#: Names tried where the YAML gives none and the canonical name is not there. conll: the first and the last column.
USUAL: dict[str, tuple[str | int, ...]] = {
    "text_a": ("text", "sentence"),
    "tokens": ("form", 0),
    "tags": ("upos", -1),
}

Column = str | int | list[str | int] | None


def get(values: dict, column: str | int) -> Any:
    """A row's value: by name, dotted path (``choices.text``; also through a list of objects), or position."""
    if isinstance(column, int):
        keys = list(values)
        return values[keys[column]] if -len(keys) <= column < len(keys) else MISSING
    if column in values:
        return values[column]
    return _follow(values, column.split(".")) if "." in column else MISSING


def _follow(value: Any, parts: list[str]) -> Any:
    for depth, part in enumerate(parts):
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else MISSING
        elif isinstance(value, list):
            found = [_follow(item, parts[depth:]) for item in value]
            return MISSING if any(item is MISSING for item in found) else found
        else:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def plain(value: Any) -> Any:
    """A value as plain Python: numpy arrays as lists; a list or object that a csv cell holds as text, read."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        for parse in (json.loads, ast.literal_eval):
            try:
                return parse(value)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
    return value


def resolve(task: Task, tables: dict[str, Table]) -> dict[str, Column]:
    """The data's column for each canonical column of the task's type; ``None``: there is none.

    Raises:
        IntertaskError: A column that is needed, or that the YAML names, is in no row of a split.
    """
    required, optional = COLUMNS[task.type]
    found: dict[str, Column] = {}
    for name in required + optional:
        if name in task.columns:
            column = task.columns[name]
            if column is None and name in required:
                raise IntertaskError(
                    f"{task.type} needs the column {name!r}.", f"task {task.name}, columns: {name}", "name a column"
                )
        elif name in ("group", "candidate"):
            column = None  # never by chance: they change what a subset and a score are
        else:
            column = _usual(name, tables)
            if column is None and name in required:
                column = name  # so that the message below says what was looked for
        found[name] = column
        for split, table in tables.items():
            for part in column if isinstance(column, list) else [] if column is None else [column]:
                _check_is_there(task, name, part, split, table)
    return found


def _usual(name: str, tables: dict[str, Table]) -> Column:
    rows = next(iter(tables.values())).rows
    for column in (name, *USUAL.get(name, ())):
        # A number stands for a conll column only: in other files, columns have names.
        if not (isinstance(column, int) and rows and 0 not in rows[0].values) and _is_there(column, rows):
            return column
    if name == "choices":
        numbered = {}
        for row in rows:
            for key in row.values:
                if match := re.fullmatch(r"choice_?(\d+)", str(key)):
                    numbered[key] = int(match[1])
        return sorted(numbered, key=numbered.get) or None
    return None


def _is_there(column: str | int, rows: list[RawRow]) -> bool:
    return any(get(row.values, column) is not MISSING for row in rows)


def _check_is_there(task: Task, name: str, column: str | int, split: str, table: Table) -> None:
    if not table.rows or _is_there(column, table.rows):
        return
    if name not in task.columns and (name == "id" or (name == "choices" and column != name)):
        return  # ids are made where there are none; a small split may lack rows with the most choices
    row = table.rows[0]
    known = [f"{key:.40}" if isinstance(key, str) else str(key) for key in row.values]
    hint = did_you_mean(str(column), known)
    if not hint.startswith("known"):
        hint += f" The columns are: {', '.join(known)}."
    fix = f"map it in the task's YAML: 'columns: {{{name}: <column>}}'"
    if len(known) == 1 and any(sign in known[0] for sign in ";\t,|"):
        fix = "set 'data: delimiter:', the header line is not split"
    elif row.unit == "line" and 0 not in row.values:
        fix += "; a csv or tsv file without a header line needs 'data: header:'"
    raise IntertaskError(
        f"There is no column {column!r} (for {name}) in the {split} data; {hint}",
        f"task {task.name}: {row.source}",
        fix,
    )


def unused(columns: dict[str, Column], tables: dict[str, Table]) -> list[str]:
    """Columns of train that no setting reads, so that a forgotten one is seen."""
    rows = tables["train"].rows
    keys = list(rows[0].values) if rows else []
    read = set()
    for column in columns.values():
        for part in column if isinstance(column, list) else [column]:
            if isinstance(part, int) and -len(keys) <= part < len(keys):
                read.add(keys[part])
            elif isinstance(part, str):
                read.add(part if part in keys else part.partition(".")[0])
    # A column without a name is the row numbers that pandas writes; SQuAD's 'is_impossible' repeats what answers say.
    if "answers" in read:
        read.add("is_impossible")
    return [str(key) for key in keys if key not in read and key != ""]
