"""Read texts and single values from the columns of a raw row."""

import math
from collections.abc import Callable
from typing import Any

from ...config import Task
from ...errors import IntertaskError
from ..columns import MISSING, Column, get
from ..formats import Table
from ..labels import BadRowError


def check_text(value: Any, name: str, may_be_empty: bool = False) -> str:
    """Check that a value is text that can be stored.

    Args:
        value: The value of a cell.
        name: What it is, for messages.
        may_be_empty: Whether white space alone is allowed.

    Returns:
        The value.

    Raises:
        BadRowError: It is null, NaN, no text or half of a surrogate pair, or it is empty and must not be.
    """
    if value is None or value is MISSING or (isinstance(value, float) and math.isnan(value)):
        raise BadRowError(f"{name} is missing (null or NaN).", "fill the cell or take the row out")
    if not isinstance(value, str):
        raise BadRowError(
            f"{name} is not text but {type(value).__name__}: {value!r:.80}", "write it as text, or map another column"
        )
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadRowError(
                f"{name} holds half of a surrogate pair: {value!a:.80}", "write the text as UTF-8"
            ) from None
    if not may_be_empty and not value.strip():
        raise BadRowError(f"{name} is empty.", "fill the cell or take the row out")
    return value


def read_text(values: dict, column: Column, name: str, join: str) -> str:
    """Read a text from a column, or from several that are joined; empty ones among them are left out.

    Args:
        values: Values of a raw row.
        column: The column or columns.
        name: Name of the canonical column, for messages.
        join: Text between joined texts.

    Returns:
        The text.

    Raises:
        BadRowError: It is missing, empty or no text.
    """
    if not isinstance(column, list):
        return check_text(get(values, column), column_text(name, column))
    parts = [check_text(get(values, part), column_text(name, part), may_be_empty=True) for part in column]
    return check_text(join.join(part for part in parts if part.strip()), name)


def read_text_or_empty(values: dict, column: Column, name: str, join: str) -> str:
    """Read a text as :func:`read_text` does, or return '' if it is missing.

    Args:
        values: Values of a raw row.
        column: The column or columns; None if the data has none.
        name: Name of the canonical column, for messages.
        join: Text between joined texts.

    Returns:
        The text, or ''.

    Raises:
        BadRowError: A value is no text.
    """
    parts: list[str] = []
    for part in column if isinstance(column, list) else [] if column is None else [column]:
        value = get(values, part)
        if value is None or value is MISSING or (isinstance(value, float) and math.isnan(value)):
            continue
        parts.append(check_text(value, column_text(name, part), may_be_empty=True))
    return join.join(part for part in parts if part.strip())


def column_text(name: str, column: Column) -> str:
    """Name a canonical column, with the data's column if that has another name."""
    return name if name == column else f"{name} (column {column!r})"


def one_column(task: Task, columns: dict[str, Column], name: str) -> str | int:
    """Return the data's column for a canonical column that must not be joined from several.

    Args:
        task: The task, for the message.
        columns: The data's column for each canonical column.
        name: Name of the canonical column.

    Returns:
        The data's column.

    Raises:
        IntertaskError: The task names several columns.
    """
    if isinstance(columns[name], list):
        raise IntertaskError(
            f"{name} cannot be joined from several columns.", f"task {task.name}, columns: {name}", "name one column"
        )
    return columns[name]


def texts_reader(task: Task, columns: dict[str, Column], tables: dict[str, Table]) -> Callable[[dict], dict]:
    """Make a function that reads ``text_a`` and ``text_b`` of a row.

    Args:
        task: The task.
        columns: The data's column for each canonical column.
        tables: Raw rows by split.

    Returns:
        Function from the values of a raw row to both texts.
    """
    text_b = columns["text_b"]
    if text_b is not None and "text_b" not in task.columns:
        # A column that the task does not name, and that is always empty, is no second text.
        values = (get(row.values, text_b) for table in tables.values() for row in table.rows)
        if all(value is None or value is MISSING or value == "" for value in values):
            text_b = None

    def read(values: dict) -> dict:
        return {
            "text_a": read_text(values, columns["text_a"], "text_a", task.join),
            "text_b": None if text_b is None else read_text(values, text_b, "text_b", task.join),
        }

    return read


def cell(values: dict, column: str | int) -> Any:
    """Return the value of a column; None if the row has none."""
    value = get(values, column)
    return None if value is MISSING else value
