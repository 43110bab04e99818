"""Excel workbooks."""

import datetime

import openpyxl
import pytest
from raw_rows import read

from intertask.config import Task
from intertask.data.first_rows import read_first_rows
from intertask.data.origin import read_task
from intertask.errors import IntertaskError


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("other").append(["a"])
    book["other"].append([1.5])
    book.save(path)
    return str(path)


def test_values_are_text_and_the_sheet_can_be_named(tmp_path):
    rows = [["text", "label", "when"], ["é one", 1, datetime.date(2020, 1, 2)], [], [True, 2.5, None]]
    path = workbook(tmp_path / "train.csv", rows)  # the content decides
    assert read(path) == [
        {"text": "é one", "label": "1", "when": "2020-01-02"},
        {"text": "true", "label": "2.5", "when": ""},
    ]
    assert read(path, records="other") == [{"a": "1.5"}]
    with pytest.raises(IntertaskError, match="no sheet 'othr'; did you mean 'other'"):
        read(path, records="othr")


def test_other_sheets_are_named(tmp_path, write):
    path = workbook(tmp_path / "a.xlsx", [["text", "label"], *([f"text {n}", "ab"[n % 2]] for n in range(20))])
    task = Task.model_validate({"name": "t", "type": "classification", "data": {"files": {"train": path}}})
    for notes in (read_first_rows(task).notes, read_task(task).notes):
        assert len(notes) == 1 and "'Sheet', was read" in notes[0] and "(other)" in notes[0] and "records:" in notes[0]
    named = Task.model_validate(
        {"name": "t", "type": "classification", "data": {"files": {"train": path}, "records": "Sheet"}}
    )
    assert read_task(named).notes == []
    with pytest.raises(IntertaskError, match=r"first sheet .* has no rows\. The others are other") as problem:
        read(workbook(tmp_path / "b.xlsx", []))
    assert "--records" in problem.value.fix


def test_nameless_values_and_damaged_workbooks(tmp_path, write):
    with pytest.raises(IntertaskError, match="Column 2 has a value, but no name"):
        read(workbook(tmp_path / "a.xlsx", [["text"], ["x", "y"]]))
    with pytest.raises(IntertaskError, match="cannot be read") as error:
        read(write("b.xlsx", "text"))
    assert "CSV" in error.value.fix
