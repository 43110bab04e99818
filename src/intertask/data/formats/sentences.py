"""Tables with one token per row: the rows of a sentence become one row, whose columns are lists."""

import math
from collections.abc import Sequence
from typing import Any

from ...errors import IntertaskError, did_you_mean
from .table import RawRow


def join_sentences(rows: Sequence[RawRow], column: str, path: str) -> list[RawRow]:
    """Join consecutive rows of one sentence.

    Args:
        rows: One row per token, in the order of the text.
        column: Column that numbers or names the sentences. A row without a value belongs to the sentence above it.
        path: Name of the file, for messages.

    Returns:
        One row per sentence, with the number of its first row. Its columns are lists, except for ``column``.

    Raises:
        IntertaskError: There is no such column.
    """
    if rows and not any(column in row.values for row in rows):
        raise IntertaskError(
            f"There is no column {column!r}; {did_you_mean(column, map(str, rows[0].values))}",
            path,
            "correct 'data: sentence_column:'",
        )
    sentences: list[list[RawRow]] = []
    current: Any = None
    for row in rows:
        value = row.values.get(column)
        if not sentences or (not is_missing(value) and value != current):
            sentences.append([])
            current = value
        sentences[-1].append(row)
    names = list(dict.fromkeys(name for row in rows for name in row.values if name != column))
    return [
        RawRow(
            {column: part[0].values.get(column)} | {name: [row.values.get(name) for row in part] for name in names},
            *part[0][1:],
        )
        for part in sentences
    ]


def is_missing(value: Any) -> bool:
    """Tell whether a cell has no value.

    Args:
        value: Value of the cell.
    """
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, float) and math.isnan(value))
    )
