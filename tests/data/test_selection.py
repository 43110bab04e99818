"""Rows of large files are read again in each pass: the same files result as from rows that are held."""

import csv
import io
import json
import random
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intertask.config import Task
from intertask.data import formats, prepare
from intertask.data.facts import facts_of
from intertask.data.formats import Reread, Room, read_file, streams
from intertask.data.selection import Selection, chosen_rows
from intertask.errors import IntertaskError

FILES = ("train.parquet", "validation.parquet", "info.json")


def classified(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    """Rows with repeated inputs, and with a share of empty texts."""
    rows = []
    for _ in range(count):
        text = "" if draw.random() < bad else f"text {draw.randrange(count)}, with a comma; ünïcödé"
        rows.append({"text": text, "text_b": f"b {draw.randrange(9)}", "label": draw.choice(labels), "unused": "1"})
    return rows


def measured(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    return [row | {"label": f"{draw.random():.3f}"} for row in classified(count, labels, draw, bad)]


def grouped(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    rows = classified(count, labels, draw, bad)
    return [row | {"query": str(draw.randrange(count // 4)), "answer": f"{n}"} for n, row in enumerate(rows)]


def tagged(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    rows = []
    for _ in range(count):
        tags = [draw.choice(labels) for _ in range(draw.randrange(1, 6))]
        tokens = [f"w{draw.randrange(count)}" for _ in tags][: -1 if draw.random() < bad else None]
        rows.append({"tokens": " ".join(tokens), "tags": " ".join(tags)})
    return rows


def chosen(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    rows = []
    for n in range(count):
        label = "x" if draw.random() < bad else draw.choice("AB")
        rows.append({"question": f"q {n % 40}", "choice1": "one", "choice2": f"two {n}", "label": label})
    return rows


def asked(count: int, labels: str, draw: random.Random, bad: float = 0) -> list[dict]:
    """Questions whose offsets count UTF-16 units; some ids are missing, and some are repeated."""
    rows = []
    for n in range(count):
        context = f"🚀 {n % 30} it flew to Oslo."
        start = context.index("Oslo") + (9 if draw.random() < bad else 1)
        answers = json.dumps({"text": ["Oslo"], "answer_start": [start]} if n % 5 else [])
        rows.append({"context": context, "question": f"Where, {n}?", "answers": answers, "id": f"{n % 150}"})
    return rows


#: Name -> (type, function of the rows, number of rows of train, rows of validation or None, share of bad rows, keys).
CASES = {
    "split": ("classification", classified, 300, None, 0, {"max_train_examples": 40}),
    "held out": ("classification", classified, 300, 90, 0, {"max_train_examples": 40, "max_validation_examples": 9}),
    "all rows": ("classification", classified, 200, 50, 0, {}),
    "bad rows": ("classification", classified, 300, 90, 0.1, {"max_train_examples": 50, "on_bad_row": "drop"}),
    "a bad row": ("classification", classified, 300, None, 0.01, {}),
    "mostly bad": ("classification", classified, 300, None, 0.6, {"on_bad_row": "drop"}),
    "dropped": ("classification", classified, 300, 60, 0, {"drop_labels": ["a", "z"], "max_train_examples": 31}),
    "new label": ("classification", classified, 200, 60, 0, {"labels": ["a", "b"], "on_bad_row": "drop"}),
    "groups": (
        "classification", grouped, 300, None, 0.05,
        {"columns": {"group": "query", "candidate": "answer"}, "max_train_examples": 60, "on_bad_row": "drop"},
    ),
    "numbers": ("regression", measured, 300, None, 0.1, {"max_train_examples": 40, "on_bad_row": "drop"}),
    "tags": ("tagging", tagged, 300, None, 0.1, {"max_train_examples": 7, "on_bad_row": "drop"}),
    "tags, held out": ("tagging", tagged, 300, 60, 0, {"max_train_examples": 50, "max_validation_examples": 20}),
    "choices": ("multiple_choice", chosen, 300, 80, 0.1, {"max_train_examples": 40, "on_bad_row": "drop"}),
    "questions": (
        "extractive_qa", asked, 300, None, 0.1,
        {"data": {"offsets": "utf-16"}, "max_train_examples": 40, "on_bad_row": "drop"},
    ),
    "no such column": ("classification", asked, 90, None, 0, {}),
}  # fmt: skip


def written(rows: list[dict], extension: str) -> bytes:
    """The content of a file of this format."""
    if extension == "parquet":
        file = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), file, row_group_size=70)
        return file.getvalue()
    if extension.startswith("jsonl"):
        content = "".join(json.dumps(row) + "\n" for row in rows)
    else:
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter="\t" if extension == "tsv" else ",", lineterminator="\n")
        if extension == "tsv":
            writer = csv.DictWriter(
                text, list(rows[0]), delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n"
            )
        writer.writeheader()
        writer.writerows(rows)
        content = text.getvalue()
    return content.encode()


def outcome(task: Task, folder, capsys) -> list:
    """The files that preparing a task makes and what it prints, or its message."""
    try:
        prepare(task, 1, folder, {"step": "data"})
    except IntertaskError as error:
        return [error.what, error.where, error.fix]
    return [(folder / name).read_bytes() for name in FILES] + [capsys.readouterr().out]


@pytest.mark.parametrize("extension", ["csv", "tsv", "jsonl", "jsonl.gz", "parquet"])
@pytest.mark.parametrize("name", CASES)
def test_rows_that_are_read_again_give_the_same_files(name, extension, write, tmp_path, monkeypatch, capsys):
    type_name, make, train, validation, bad, keys = CASES[name]
    draw = random.Random(name)
    # Train has two files. The first one may fit into the memory while the second one does not.
    parts = {"train": [make(train // 3, "aabc", draw, bad), make(train - train // 3, "abbc", draw, bad)]}
    if validation:
        parts["validation"] = [make(validation, "abcd" if name == "new label" else "abc", draw, bad)]
    files = {
        split: [write(f"{split}{n}.{extension}", written(rows, extension)) for n, rows in enumerate(tables)]
        for split, tables in parts.items()
    }
    keys = {"columns": {"text_a": "text"} if "text" in parts["train"][0][0] else {}, **keys}
    keys["columns"] = keys["columns"] | ({"text_a": "text"} if make is grouped else {})
    task = Task.model_validate(
        {"name": "t", "type": type_name, **keys, "data": {"files": files, **keys.get("data", {})}}
    )
    held = outcome(task, tmp_path / "held", capsys)
    monkeypatch.setattr(streams, "BLOCK", 500)
    monkeypatch.setattr(sys.modules[prepare.__module__], "_ROWS_AT_A_TIME", 7)
    passes = []
    read_again = formats._read_again
    monkeypatch.setattr(formats, "_read_again", lambda *found: passes.append(found) or read_again(*found))
    for number, room in enumerate((0, 60_000)):
        monkeypatch.setattr(formats, "HELD_BYTES", room)
        monkeypatch.setattr(formats, "_ROWS_AT_A_TIME", 3)
        assert outcome(task, tmp_path / f"read again {number}", capsys) == held
        assert passes


def test_shaped_rows_are_read_again(write, tmp_path, monkeypatch, capsys):
    rows = [{"turn1": f"a {n}", "turn2": "b" if n % 3 else "", "turn3": "", "label": "xy"[n % 2]} for n in range(90)]
    rows += [{"turn1": "", "turn2": "", "turn3": "", "label": "x"}] * 4
    data = {"files": {"train": write("train.jsonl", rows)}, "shape": "chat_turns"}
    task = Task(name="t", type="classification", data=data, max_train_examples=20)
    held = outcome(task, tmp_path / "held", capsys)
    monkeypatch.setattr(formats, "HELD_BYTES", 0)
    assert outcome(task, tmp_path / "read again", capsys) == held
    assert b"4 rows of train were left out by the shape" in held[2]


def test_a_file_that_changes_between_two_passes_is_refused(write, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "HELD_BYTES", 0)
    path = write("train.csv", "text,label\na,1\nb,0\n")
    table = read_file(path, Task(name="t", type="regression", data={"files": {"train": path}}).data, room=Room())
    assert isinstance(table.rows, Reread) and [row.values["text"] for row in table.rows] == ["a", "b"]
    write("train.csv", "text,label\na,1\n")
    with pytest.raises(IntertaskError, match="changed while it was read"):
        list(table.rows)


def test_rows_of_several_selections_keep_their_order():
    rows = [{"text_a": f"{n % 6}", "text_b": None, "label": n % 2} for n in range(10)]
    every = Selection(rows, facts_of(rows, "classification"))
    odd, first = every.take(np.arange(1, 10, 2)), every.take(np.arange(4))
    assert chosen_rows([odd, first, every]) == [rows[1::2], rows[:4], rows]
    assert chosen_rows([every.without(first)]) == [[rows[4], rows[5]]]
