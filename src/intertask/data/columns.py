"""Find a task's columns in raw rows: by the names in its YAML, by nested paths, by number, or by common names."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..config import COLUMNS, Task
from ..errors import IntertaskError, did_you_mean
from .formats import RawRow, Reread, Table, columns_of

MISSING = object()

#: Names that are tried if the YAML names no column and the canonical name does not exist. CoNLL files have numbers: the
#: first and the last column.
COMMON_NAMES: dict[str, tuple[str | int, ...]] = {
    "text_a": ("text", "sentence"),
    "tokens": ("form", 0),
    "tags": ("upos", -1),
}

#: Two quotation marks with nothing but white space between them.
_ADJACENT = re.compile(r"""['"]\s*['"]""")

#: A text in brackets that begins with a quotation mark or a number.
_LIST = re.compile(r"""\s*\[\s*['"\d-].*\]\s*""", re.DOTALL)

Column = str | int | list[str | int] | None


def get(values: dict, column: str | int) -> Any:
    """Return a value of a row.

    Args:
        values: Values of a raw row.
        column: Name, dotted path (``choices.text``; also through a list of objects) or position of the column.

    Returns:
        The value, or :data:`MISSING` if the row has no such column.
    """
    if isinstance(column, int):
        keys = list(values)
        return values[keys[column]] if -len(keys) <= column < len(keys) else MISSING
    if column in values:
        return values[column]
    return _follow(values, column.split(".")) if "." in column else MISSING


def _follow(value: Any, parts: list[str]) -> Any:
    """The value at a path through objects and lists."""
    for depth, part in enumerate(parts):
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else MISSING
        elif isinstance(value, list):
            items = [_follow(item, parts[depth:]) for item in value]
            return MISSING if any(item is MISSING for item in items) else items
        else:
            return MISSING
        if value is MISSING:
            return MISSING
    return value


def plain(value: Any) -> Any:
    """Turn a value into plain Python.

    Args:
        value: Any value of a raw row.

    Returns:
        A list for a numpy array; the list or object that a csv cell holds as text; any other value as it is.
    """
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        for parse in (json.loads, _literal):
            try:
                return parse(value)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
    return value


def _literal(text: str) -> Any:
    """Parse a Python literal whose strings have commas between them; Python would join ``'EU' 'rejects'`` to one."""
    found = ast.literal_eval(text)
    if _ADJACENT.search(text):
        tokens = [token.type for token in tokenize.generate_tokens(io.StringIO(text.strip()).readline)]
        tokens = [kind for kind in tokens if kind != tokenize.NL]
        if any(pair == (tokenize.STRING, tokenize.STRING) for pair in pairwise(tokens)):
            raise ValueError("there are no commas between the strings")
    return found


def is_unread_list(value: Any) -> bool:
    """Tell whether a value is the text of a list that :func:`plain` cannot read, because commas are missing.

    Args:
        value: A value of a raw row, after :func:`plain`.
    """
    return isinstance(value, str) and _LIST.fullmatch(value) is not None


def resolve(task: Task, tables: dict[str, Table]) -> dict[str, Column]:
    """Find the data's column for each canonical column of the task's type.

    Args:
        task: The task.
        tables: Raw rows by split.

    Returns:
        Canonical column -> column of the data; None if the data has no such column.

    Raises:
        IntertaskError: No row of a split has a column that is required, or that the YAML names.
    """
    required, optional = COLUMNS[task.type]
    resolved: dict[str, Column] = {}
    for name in required + optional:
        if name in task.columns:
            column = task.columns[name]
            if column is None and name in required:
                raise IntertaskError(
                    f"{task.type} needs the column {name!r}.", f"task {task.name}, columns: {name}", "name a column"
                )
        elif name in ("group", "candidate"):
            column = None  # only if the task maps them, since they change what a subset and a score are
        else:
            column = _common_column(name, tables)
            if column is None and name in required:
                column = name  # the message below names it
        resolved[name] = column
        for split, table in tables.items():
            for part in column if isinstance(column, list) else [] if column is None else [column]:
                _check_exists(task, name, part, split, table)
    return resolved


def _common_column(name: str, tables: dict[str, Table]) -> Column:
    """The first column of the data that has a common name of a canonical column."""
    rows = next(iter(tables.values())).rows
    for column in (name, *COMMON_NAMES.get(name, ())):
        # Only the columns of CoNLL files have numbers.
        if not (isinstance(column, int) and rows and 0 not in rows[0].values) and _exists(column, rows):
            return column
    if name == "choices":
        numbered = {}
        for key in columns_of(rows):
            if match := re.fullmatch(r"choice_?(\d+)", str(key)):
                numbered[key] = int(match[1])
        return sorted(numbered, key=numbered.get) or None
    return None


def _exists(column: str | int, rows: Sequence[RawRow]) -> bool:
    if isinstance(rows, Reread) and isinstance(column, str) and "." not in column:
        return column in rows.columns
    return any(get(row.values, column) is not MISSING for row in rows)


def _check_exists(task: Task, name: str, column: str | int, split: str, table: Table) -> None:
    if not table.rows or _exists(column, table.rows):
        return
    if name not in task.columns and (name == "id" or (name == "choices" and column != name)):
        return  # missing ids are made; a small split may have no row with the largest number of choices
    row = table.rows[0]
    known = [f"{key:.40}" if isinstance(key, str) else str(key) for key in row.values]
    hint = did_you_mean(str(column), known)
    if not hint.startswith("known"):
        hint += f" The columns are: {', '.join(known)}."
    fix = f"map it in the task's YAML: 'columns: {{{name}: <column>}}'"
    if len(known) == 1 and any(sign in known[0] for sign in ";\t,|"):
        fix = "set 'data: delimiter:', since the header is not split into columns"
    elif row.unit == "line" and 0 not in row.values:
        fix += "; a csv or tsv file without a header needs 'data: header:'"
    raise IntertaskError(
        f"There is no column {column!r} (for {name}) in the {split} data; {hint}",
        f"task {task.name}: {row.source}",
        fix,
    )


def unused(columns: dict[str, Column], tables: dict[str, Table]) -> list[str]:
    """Find the columns of train that no setting reads, so that the user notices a forgotten one.

    Args:
        columns: The data's column for each canonical column.
        tables: Raw rows by split.

    Returns:
        Names of the columns, in the order of the data.
    """
    rows = tables["train"].rows
    keys = list(rows[0].values) if rows else []
    read = set()
    for column in columns.values():
        for part in column if isinstance(column, list) else [column]:
            if isinstance(part, int) and -len(keys) <= part < len(keys):
                read.add(keys[part])
            elif isinstance(part, str):
                read.add(part if part in keys else part.partition(".")[0])
    # pandas writes row numbers as a column without a name; SQuAD's 'is_impossible' repeats what the answers tell.
    if "answers" in read:
        read.add("is_impossible")
    return [str(key) for key in keys if key not in read and key != ""]
