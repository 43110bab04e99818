"""The location that a task's rows are read from."""

import pytest
from file_server import prepared, rows

from intertask.config import load_config
from intertask.config.task_registry import configured_tasks
from intertask.data import prepare
from intertask.data.formats import RawRow, Table
from intertask.data.origin import joined
from intertask.errors import IntertaskError, UnavailableError


def test_the_first_place_that_has_the_rows(site, tmp_path):
    site.files["/b.csv"] = b"words,kind\n" + rows(0).split(b"\n", 1)[1]
    data = prepared(
        tmp_path,
        download={"train": {"url": site.address + "/a.csv"}},
        alternatives=[
            {"download": {"train": {"url": site.address + "/b.csv"}}, "columns": {"text_a": "words", "label": "kind"}}
        ],
    )
    assert data.info["labels"] == ["a", "b"]
    (passed,) = data.info["origin"]["passed_over"]
    assert passed["where"] == f"{site.address}/a.csv" and "no longer" in passed["why"]
    assert data.info["notes"][0].startswith(f"Read from an alternative, {site.address}/b.csv: The file is no longer")


def test_no_place_has_the_rows(site, tmp_path):
    with pytest.raises(UnavailableError, match="None of the 2 locations of the task 'mine' is available") as error:
        prepared(
            tmp_path,
            download={"train": {"url": site.address + "/a.csv"}},
            alternatives=[{"download": {"train": {"url": site.address + "/b.csv"}}}],
        )
    assert f"1. {site.address}/a.csv: " in error.value.what and f"2. {site.address}/b.csv: " in error.value.what
    assert "'tasks: {mine: {data: {files: {train: …}}}}'" in error.value.fix


def test_own_copy_by_the_configuration(site, tmp_path, monkeypatch):
    """What the messages advise: a task of the folder, with rows from a local file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tasks").mkdir()
    for name in ("mine", "other"):
        (tmp_path / "tasks" / f"{name}.yaml").write_text(
            "type: classification\n"
            f"data: {{download: {{train: {{url: '{site.address}/gone.csv'}}}}}}\ncolumns: {{text_a: text}}\n"
        )
    (tmp_path / "own.csv").write_bytes(rows(0))
    own = {"mine": {"data": {"files": {"train": "own.csv"}}}}
    config = load_config({"task_folders": ["tasks"], "sources": ["other"], "targets": ["mine"], "tasks": own})
    info = prepare(configured_tasks(config)["mine"], 1, tmp_path / "out", {})
    assert info["rows"] == {"train": 8, "validation": 2}
    assert site.asked == []


def test_parts_of_a_split_share_their_label_names():
    parts = [Table([RawRow({"label": n}, "a.parquet", n)], {"label": ["no", "yes"]}) for n in (0, 1)]
    assert [row.values["label"] for row in joined(parts).rows] == [0, 1]
    with pytest.raises(IntertaskError, match="different label names"):
        joined([parts[0], Table(parts[1].rows, {"label": ["yes", "no"]})])
