"""Predictions are written whole or not at all, and never over the input."""

import json

import pandas as pd
import pytest

from intertask.errors import IntertaskError
from intertask.predict.writing import check_output, write_rows

ROWS = [{"prediction": ["O", "B-x"], "start": None, "text": 'a "b",\tc\nd'}, {"prediction": [], "start": 3, "text": ""}]


@pytest.mark.parametrize("extension, separator", [("csv", ","), ("tsv", "\t"), ("CSV", ",")])
def test_tables(tmp_path, extension, separator):
    path = tmp_path / f"out.{extension}"
    write_rows(str(path), ROWS)
    table = pd.read_csv(path, sep=separator, keep_default_na=False)
    assert [json.loads(cell) for cell in table["prediction"]] == [["O", "B-x"], []]
    assert list(table["text"]) == [row["text"] for row in ROWS] and list(table["start"]) == ["", "3"]


def test_json_lines(tmp_path):
    write_rows(str(tmp_path / "out.jsonl"), ROWS)
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == ROWS
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_outputs_that_are_refused(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("text\na\n")
    (tmp_path / "link.csv").symlink_to(source)
    (tmp_path / "folder.csv").mkdir()
    for name, what in [
        ("in.csv", "is the input"),
        ("link.csv", "is the input"),
        ("out.xlsx", "not as .xlsx"),
        ("folder.csv", "is a folder"),
        ("no/out.csv", "no folder"),
    ]:
        with pytest.raises(IntertaskError, match=what):
            check_output(str(tmp_path / name), str(source))
    check_output(str(tmp_path / "out.csv"), str(source))
