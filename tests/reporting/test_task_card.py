"""Descriptions of tasks on pages: rows of every type, different labels, and long texts."""

import pytest
from synthetic_run import write_task

from intertask.data import load_info
from intertask.files import write_json
from intertask.reporting.task_card import task_card


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    types = {"t": "classification", "a": "tagging", "b": "extractive_qa", "c": "multiple_choice", "r": "regression"}
    for task, type_name in types.items():
        write_task(folder, task, type_name, 100)
    return folder


def test_every_type(results):
    cards = {name: task_card(results / "data" / name) for name in "tabcr"}
    assert cards["t"]["columns"] == ["text", "label"] and cards["t"]["rows"][0][1] == "yes <really>"
    assert cards["a"]["columns"] == ["tokens [tags]"]
    assert cards["b"]["rows"][0][-1] == "text" and cards["b"]["type"] == "extractive QA"
    assert cards["c"]["rows"][0][-2:] == ["this | that", "this"]
    assert cards["r"]["rows"][0] == [cards["r"]["rows"][0][0], "another text", "2.5"]
    assert all(len(card["rows"]) == 3 for card in cards.values())


def test_many_labels_and_long_texts_are_cut(results):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = results / "data/t"
    info = {"task": "t", "type": "classification", "fingerprint": "f", "metric": "accuracy"}
    info |= {"labels": [f"l{i}" for i in range(150)], "rows_before_cap": {"train": 1, "validation": 1}}
    write_json(path / "info.json", info)
    pq.write_table(
        pa.Table.from_pylist([{"text_a": "word " * 400, "text_b": None, "label": 3}]), path / "train.parquet"
    )
    card = task_card(path)
    assert (len(card["labels"]), card["more_labels"]) == (20, 130)
    assert len(card["rows"][0][0]) <= 300 and card["rows"][0][0].endswith("…")


def test_rows_of_sorted_files_show_different_labels(results):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = results / "data/t"
    rows = [{"text_a": f"text {i}", "text_b": None, "label": i // 10} for i in range(20)]
    pq.write_table(pa.Table.from_pylist(rows), path / "train.parquet")
    card = task_card(path)
    assert [text for text, _ in card["rows"]] == ["text 0", "text 1", "text 10"]
    assert len({label for _, label in card["rows"]}) == 2


def test_a_task_of_the_atlas_has_links_instead_of_rows(results):
    """Its rows are not there."""
    folder = results / "data" / "t"
    (folder / "train.parquet").unlink()
    pages = {"homepage": "https://example.org", "license_page": None}
    write_json(folder / "info.json", load_info(folder) | {"atlas": pages})
    card = task_card(folder)
    assert (card["rows"], card["links"]) == ([], ["https://example.org"])
