"""Convert raw rows of regression tasks."""

import math
import re

from ...config import Task
from ..columns import Column
from ..formats import Table
from ..labels import (
    BadRowError,
    DroppedRowError,
)
from ..numbers import read_number, unit_of
from .rows import Canonical, RowFilter, raw_rows, values_of
from .texts import cell, one_column, texts_reader


def convert(task: Task, columns: dict[str, Column], tables: dict[str, Table], row_filter: RowFilter) -> Canonical:
    """Convert raw rows into canonical rows, as :data:`.rows.Converter` describes."""
    column = one_column(task, columns, "label")
    drop = {str(label) for label in task.drop_labels}
    read_texts = texts_reader(task, columns, tables)
    signs = (task.data.decimal or ".", task.data.thousands)

    def read(values: dict) -> dict:
        value = cell(values, column)
        if drop and (
            str(value) in drop or (isinstance(value, float) and value.is_integer() and str(int(value)) in drop)
        ):
            raise DroppedRowError
        try:
            if isinstance(value, str):
                label = read_number(value, *signs)
            else:
                label = float("nan" if value is None or isinstance(value, bool) else value)
        except (TypeError, ValueError, OverflowError):
            what, fix = f"The label {value!r:.80} is not a number", "correct the row"
            if isinstance(value, str) and (unit := unit_of(value)):
                what += ", because its minus is not '-'" if unit == "-" else f", because of the sign {unit!r}"
                fix = "write minus as '-'" if unit == "-" else "write the numbers without the sign, all in one unit"
            elif isinstance(value, str) and re.search(r"\d[.,_]\d", value):
                fix += ", or set 'data: decimal:' and 'data: thousands:' to the signs in its numbers"
            raise BadRowError(f"{what}.", fix) from None
        if not math.isfinite(label):
            raise BadRowError(f"The label is {value!r}, not a finite number.", "correct the row or take it out")
        return read_texts(values) | {"label": label}

    return Canonical(values_of(row_filter.convert_rows(raw_rows(tables), read, row_filter.learn)))
