"""Real datasets, in the formats and with the oddities that they come with, through mappings of tests/tasks/real."""

import csv
from pathlib import Path

import pytest
from paths import ROOT

from intertask.config.task_registry import Registry
from intertask.data import load_prepared, prepare

SHARED = ROOT.parent / "shared" / "data"
YAMLS = Path(__file__).parent / "real"
NAMES = sorted(path.stem for path in YAMLS.glob("*.yaml"))
#: Column of the manifest that differs on purpose: what these measure is the share of right tags, as in the literature.
ACCURACY_OF_TAGS = {"conll2003_pos", "ud_pos", "ud_deprel", "pmb_sem_tagging"}

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the real datasets are not here: {SHARED}")


@pytest.fixture(scope="module")
def manifest():
    with open(SHARED / "MANIFEST.tsv", encoding="utf-8", newline="") as file:
        return {row["task"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@needs_shared
def test_every_folder_has_a_yaml():
    assert sorted(path.name for path in SHARED.iterdir() if path.is_dir()) == NAMES


def test_tasks_that_share_text_are_of_one_family():
    registry = Registry([YAMLS])
    for group in (
        ["sst2", "rotten_tomatoes", "subj"],
        ["mrpc", "stsb"],
        ["anli_r3", "rte"],
        ["xquad_en", "squad_v2"],
        ["conll2003", "conll2003_pos"],
        ["ud_pos", "ud_deprel"],
    ):
        families = {registry[name].family for name in group}
        assert len(families) == 1 and None not in families


@pytest.mark.slow  # all of them together
@needs_shared
@pytest.mark.parametrize("name", NAMES)
def test_prepares_with_the_rows_of_the_manifest(name, manifest, tmp_path):
    task, stated = Registry([YAMLS])[name], manifest[name]
    assert task.type == {"pair": "classification"}.get(stated["type"], stated["type"])
    assert task.metric == ("accuracy" if name in ACCURACY_OF_TAGS else stated["metric"])
    assert task.license == stated["licence_as_stated"]
    info = prepare(task, 1, tmp_path, {})
    data = load_prepared(tmp_path)

    assert info["rows_read"] == {part: int(stated[f"{part}_rows"]) for part in ("train", "validation")}
    nothing = {"train": 0, "validation": 0}
    removed = info["removed"]
    assert removed["dropped_labels"] == removed["bad_rows"] == nothing
    assert info["rows"]["train"] == len(data.train) == info["rows_read"]["train"] - removed["in_validation"]
    assert info["rows"]["validation"] == len(data.validation) == info["rows_read"]["validation"]

    labels = int(stated["n_labels"])
    if task.type in ("classification", "tagging"):
        assert len(info["labels"]) == labels
    if task.type == "multiple_choice":
        assert info["max_choices"] == labels
    # A forgotten column or a misread file would show here.
    assert [note for note in info["notes"] if not note.startswith("Tags that validation has")] == []
    if name == "conll2000":
        assert info["notes"] == ["Tags that validation has and train lacks: I-LST."]
    if name == "fce_error_detection":
        assert (info["labels"], info["positive_label"]) == (["c", "i"], "i")
    if name == "mrpc":
        assert info["positive_label"] == "equivalent"


@pytest.mark.slow  # all of them together
@needs_shared
@pytest.mark.parametrize("name", ["rotten_tomatoes", "conll2000", "squad_v2", "stsb", "quail"])
def test_a_cap_keeps_classes_and_tags(name, tmp_path):
    task = Registry([YAMLS])[name].model_copy(update={"max_train_examples": 200, "max_validation_examples": 50})
    info = prepare(task, 1, tmp_path, {})
    data = load_prepared(tmp_path)
    assert info["rows"] == {"train": 200, "validation": 50}
    if name == "rotten_tomatoes":
        assert 90 <= sum(row["label"] for row in data.train) <= 110
    if name == "conll2000":
        assert len({tag for row in data.train for tag in row["tags"]}) == 21
    if name == "squad_v2":
        assert {bool(row["answer_texts"]) for row in data.train} == {True, False}
