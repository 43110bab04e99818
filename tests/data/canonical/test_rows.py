"""The filter of bad rows."""

import pytest

from intertask.config import Task
from intertask.data.canonical.rows import RowFilter, raw_rows, values_of
from intertask.data.formats import RawRow, Table
from intertask.data.labels import BadRowError, DroppedRowError
from intertask.errors import IntertaskError

TABLES = {"train": Table([RawRow({"x": n}, "train.jsonl", n) for n in (1, 2, 3, 4)], {})}


def doubled(values):
    if values["x"] == 2:
        raise DroppedRowError
    if values["x"] in (3, 4):
        raise BadRowError("It is bad.", "fix it")
    return 2 * values["x"]


def row_filter(on_bad_row):
    return RowFilter(Task(name="mine", type="regression", data={"files": {"train": "x"}}, on_bad_row=on_bad_row))


def test_bad_rows_and_dropped_labels_are_left_out_and_counted():
    found = row_filter("drop")
    assert values_of(found.convert_rows(raw_rows(TABLES), doubled)) == {"train": [2]}
    assert (found.dropped, len(found.left_out["train"])) == ({"train": 1}, 2)
    assert found.notes() == ["Left out of train: 2 rows: It is bad. (first: train.jsonl, line 3)"]


def test_a_bad_row_stops_the_run():
    with pytest.raises(IntertaskError, match="It is bad") as error:
        row_filter("error").convert_rows(raw_rows(TABLES), doubled)
    assert error.value.where == "task mine: train.jsonl, line 3"
    assert error.value.fix == "fix it; or leave such rows out with 'on_bad_row: drop'"
