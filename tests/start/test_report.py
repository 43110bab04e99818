"""What the user reads about a new task."""

import yaml
from column_profiles import profiles, reviews

from intertask.config import Task, validate
from intertask.data.canonical import canonical
from intertask.data.formats import RawRow, Table
from intertask.start.guessing import guess
from intertask.start.locate import RawData
from intertask.start.report import describe_task
from intertask.start.token_length import Lengths
from intertask.start.writing import task_yaml


def test_guesses_rows_and_what_is_left_out(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    rows = [*reviews(30, remark="text", mood="mood", code=lambda n: f"user{n}"), {"remark": "", "mood": "good"}]
    columns = profiles(rows)
    found = guess(columns)
    raw = RawData(
        "mood", {"train": Table([RawRow(row, "x.csv", n) for n, row in enumerate(rows, 2)], {})},
        {"files": {"train": "x.csv"}}, ["The columns are separated by ';'."],
    )  # fmt: skip
    text = task_yaml("mood", raw.data, found, columns, raw.notes, Lengths(32, 9, 0.0))
    task = validate(Task, {"name": "mood", **yaml.safe_load(text)}, "mood.yaml")
    lines = describe_task(raw, task, found, columns, canonical(task, raw.tables)).splitlines()
    assert lines[1:3] == ["mood: 31 training rows, 3 columns", "  The columns are separated by ';'."]
    assert "  label   mood            (the only column with a few different values)" in lines
    assert any(line.startswith("  not used: code (identifiers") for line in lines)
    reason = "1 row: text_a (column 'remark') is empty. (first: x.csv, line 32)"
    assert f"  left out of the training rows: {reason}" in lines
    examples = lines[lines.index("  Two rows as the workflow reads them:") + 1 :][:2]
    assert sorted(line.split(";")[0] for line in examples) == ["    label: bad", "    label: good"]
    assert all(len(line) <= 60 and line.endswith("…") for line in examples)
