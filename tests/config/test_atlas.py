"""The word 'atlas' stands for the tasks and the transfers of the atlas folder."""

import json
import os
from pathlib import Path

import pytest
from paths import ROOT

from intertask.config import load_config
from intertask.config.atlas import facts_of, names_of, with_atlas
from intertask.errors import IntertaskError


@pytest.fixture
def atlas(tmp_path, monkeypatch) -> Path:
    """An atlas of three tasks and two models, in the folder of a workflow that is used from another folder."""
    folder = tmp_path / "workflow" / "atlas"
    for model in ("a", "b"):
        (folder / model).mkdir(parents=True)
        (folder / model / "transfer.tsv").touch()
    (folder / "tasks.json").write_text(json.dumps({"version": 1, "tasks": {"x": {}, "y": {}, "z": {}}}))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return folder


def test_without_the_word_nothing_changes(atlas):
    values = {"sources": ["x"], "targets": ["t"], "history": "own"}
    assert with_atlas(values, atlas.parent) == values


@pytest.mark.parametrize(
    ("sources", "targets", "expected"),
    [
        ("atlas", ["t"], ["x", "y", "z"]),
        (["mine", "atlas"], "t", ["mine", "x", "y", "z"]),
        (["atlas", "y", "mine"], ["z"], ["x", "y", "mine"]),  # nothing twice, and no target
    ],
)
def test_sources(atlas, sources, targets, expected):
    values = with_atlas({"sources": sources, "targets": targets, "task_folders": "mine"}, atlas.parent)
    assert values["sources"] == expected
    assert values["task_folders"] == ["mine", "tasks/atlas"]
    assert Path(values["atlas"]).resolve() == atlas


def test_history_may_have_other_tables_too(atlas):
    values = with_atlas({"sources": ["x"], "targets": ["t"], "history": ["mine.tsv", "atlas"]}, atlas.parent)
    assert [os.path.basename(os.path.dirname(table)) for table in values["history"]] == ["", "a", "b"]
    assert values["sources"] == ["x"] and "task_folders" not in values


def test_a_missing_atlas_is_one_message(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IntertaskError, match="There is no atlas"):
        load_config({"sources": "atlas", "targets": ["t"]})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *[(value, "^The key 'atlas' must be the path of a folder") for value in ([], ["atlas"], {"a": 1}, 5, True)],
        *[(value, "^There is no atlas in ") for value in ("x" * 3000, "a\x00b")],
    ],
)
def test_an_atlas_that_cannot_be_a_folder_is_one_message(value, message):
    with pytest.raises(IntertaskError, match=message):
        load_config({"sources": "atlas", "targets": ["t"], "atlas": value})


def test_targets_that_are_no_names_are_left_to_the_check_of_the_configuration():
    with pytest.raises(IntertaskError, match=r"^targets\.1: expected text"):
        load_config({"sources": "atlas", "targets": ["t", ["t"]]}, workflow_folder=ROOT)


def test_the_shipped_atlas_gives_a_configuration():
    config = load_config({"sources": "atlas", "targets": ["rte"], "history": "atlas"}, workflow_folder=ROOT)
    assert config.sources == [name for name in names_of(ROOT / "atlas") if name != "rte"]
    assert len(facts_of(ROOT / "atlas")) == len(config.sources) + 1
