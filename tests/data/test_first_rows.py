"""First rows: small files whole, of large ones the beginning only, mistakes found in both."""

import gzip
import json

import pytest

import intertask.data.first_rows as first_rows
import intertask.data.formats as formats
from intertask.config import Task
from intertask.data.first_rows import read_first_rows
from intertask.data.formats import TooLargeError
from intertask.errors import IntertaskError


def task(path, **data) -> Task:
    return Task.model_validate(
        {"name": "t", "type": "classification", "data": {"files": {"train": [str(path)]}, **data}}
    )


def rows(count: int, bad: int = -1) -> list[dict]:
    return [{"text": "" if n == bad else f"this is\nrow {n}", "label": "ab"[n >= count // 2]} for n in range(count)]


def write(tmp_path, form: str, made: list[dict]):
    path = tmp_path / f"x.{form}"
    if form == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(made), path, row_group_size=100)
        return path
    if form.startswith("csv"):
        text = "text,label\n" + "".join(f'"{row["text"]}",{row["label"]}\n' for row in made)
    elif form == "json":
        text = json.dumps(made)
    else:
        text = "".join(json.dumps(row) + "\n" for row in made)
    path.write_bytes(gzip.compress(text.encode()) if form.endswith(".gz") else text.encode())
    return path


FORMS = ["csv", "csv.gz", "jsonl", "jsonl.gz", "parquet"]


@pytest.mark.parametrize("form", [*FORMS, "json"])
def test_small_files_are_counted(tmp_path, form, monkeypatch):
    monkeypatch.setattr(first_rows, "MAX_CHECKED_ROWS", 1999)
    found = read_first_rows(task(write(tmp_path, form, rows(2000))))
    assert found.counts == {"train": 2000} and found.bytes > 0
    assert found.rows.labels == ["a", "b"]  # the second half of a sorted file is looked at too
    assert len(found.rows.rows["train"]) <= 760


@pytest.mark.parametrize("form", FORMS)
def test_large_files_are_read_in_part(tmp_path, form, monkeypatch):
    path = write(tmp_path, form, rows(3000))
    monkeypatch.setattr(first_rows, "MAX_WHOLE_BYTES", 1000)
    monkeypatch.setattr(first_rows, "FIRST_BYTES", 5003)  # within a record, within quotation marks
    found = read_first_rows(task(path))
    assert found.counts == {"train": None}
    texts = [row["text_a"] for row in found.rows.rows["train"]]
    assert 50 < len(texts) <= 500 and texts[:2] == ["this is\nrow 0", "this is\nrow 1"]


def test_a_large_json_list_is_read_in_part_and_a_large_object_is_not(tmp_path, monkeypatch):
    path = write(tmp_path, "json", rows(100))
    monkeypatch.setattr(first_rows, "MAX_WHOLE_BYTES", 1000)
    monkeypatch.setattr(first_rows, "FIRST_BYTES", 1000)
    found = read_first_rows(task(path))
    assert found.counts == {"train": None} and 10 < len(found.rows.rows["train"]) < 50
    path.write_text(json.dumps({"d": rows(100)}), encoding="utf-8")
    with pytest.raises(TooLargeError, match="only be read as a whole"):
        read_first_rows(task(path))


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_a_first_row_that_is_longer_than_the_head_is_read(tmp_path, form, monkeypatch):
    made = [{"text": "long\n" * 2000, "label": "a"}, *rows(3000)]
    path = write(tmp_path, form, made)
    monkeypatch.setattr(first_rows, "MAX_WHOLE_BYTES", 1000)
    monkeypatch.setattr(first_rows, "FIRST_BYTES", 100)
    found = read_first_rows(task(path))
    assert found.rows.rows["train"][0]["text_a"] == made[0]["text"] and found.counts == {"train": None}
    monkeypatch.setattr(formats, "_LARGEST_HEAD", 100)
    with pytest.raises(TooLargeError):
        read_first_rows(task(path))


def test_mistakes_in_the_first_rows(tmp_path):
    with pytest.raises(IntertaskError, match="text_a") as error:
        read_first_rows(task(write(tmp_path, "jsonl", rows(100, bad=3))))
    assert "line 4" in error.value.where


def test_validation_too(tmp_path):
    made = task(write(tmp_path, "csv", rows(50))).model_dump()
    made["data"]["files"]["validation"] = [str(write(tmp_path, "jsonl", rows(20)))]
    found = read_first_rows(Task.model_validate(made))
    assert found.counts == {"train": 50, "validation": 20}
