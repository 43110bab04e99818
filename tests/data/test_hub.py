"""Local folders in the hub's layout replace the hub: the same code reads them."""

import json
import os
import subprocess
import sys

import datasets
import pytest

from intertask.config import Task
from intertask.data import load_prepared, prepare
from intertask.errors import IntertaskError

README = """---
configs:
- config_name: plain
  default: true
  data_files:
  - {split: train, path: plain/train.jsonl}
  - {split: validation, path: plain/validation.jsonl}
- config_name: only_train
  data_files:
  - {split: train, path: plain/train.jsonl}
---
# Choices, in jsonl
"""
README_BINARY = """---
configs:
- config_name: binary
  data_files:
  - {split: train, path: "data/train-*.parquet"}
  - {split: extra, path: data/extra.parquet}
  - {split: dev, path: data/dev.parquet}
- config_name: other
  data_files:
  - {split: train, path: data/extra.parquet}
---
# Classes and tags, in parquet with features
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def repository(tmp_path):
    """A data set of the hub's layout: a README with YAML, and jsonl."""
    folder = tmp_path / "owner" / "things"
    (folder / "plain").mkdir(parents=True)
    (folder / "README.md").write_text(README)
    for split, start in (("train", 0), ("validation", 100)):
        rows = [
            {"id": n, "nested": {"text": [f"x {n}", "y"], "label": ["A", "B"]}, "question": "q", "label": "AB"[n % 2]}
            for n in range(start, start + 10)
        ]
        (folder / "plain" / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(folder)


@pytest.fixture
def with_features(tmp_path):
    """Another, in parquet, with ClassLabel features."""
    folder = tmp_path / "owner" / "classes"
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text(README_BINARY)
    features = datasets.Features(
        text=datasets.Value("string"),
        label=datasets.ClassLabel(names=["neg", "pos"]),
        tokens=datasets.Sequence(datasets.Value("string")),
        tags=datasets.Sequence(datasets.ClassLabel(names=["O", "B-X", "I-X"])),
    )
    for number, name in enumerate(["train-0", "train-1", "extra", "dev"]):
        rows = [
            {"text": f"{name} {n}", "label": n % 2, "tokens": [name, str(n)], "tags": [n % 2, 0]}
            for n in range(number, number + 6)
        ]
        rows.append({"text": f"{name} unlabelled", "label": -1, "tokens": ["a", name], "tags": [0, 0]})
        datasets.Dataset.from_list(rows, features=features).to_parquet(folder / "data" / f"{name}.parquet")
    return str(folder)


def prepared(tmp_path, task_type, data, **keys):
    task = Task(name="mine", type=task_type, data=data, **keys)
    prepare(task, 1, tmp_path / "out", {})
    return load_prepared(tmp_path / "out")


def test_nested_columns_of_the_default_configuration(repository, tmp_path):
    data = prepared(tmp_path, "multiple_choice", {"hub": repository}, columns={"choices": "nested.text"})
    assert data.train[1] == {"context": "", "question": "q", "choices": ["x 1", "y"], "label": 1}
    assert data.info["rows"] == {"train": 10, "validation": 10}
    assert data.info["origin"] == {
        "hub": repository,
        "config": None,
        "revision": None,
        "commit": None,  # a folder has none
        "splits": {"train": ["train"], "validation": ["validation"]},
    }
    assert "split validation" in data.info["validation_from"]
    assert "datasets" in data.info["versions"]


def test_names_of_class_labels_and_joined_splits(with_features, tmp_path):
    hub = {"hub": with_features, "config": "binary", "splits": {"train": ["train", "extra"], "validation": "dev"}}
    data = prepared(tmp_path, "classification", hub, drop_labels=[-1])
    assert data.info["labels"] == ["neg", "pos"]
    assert data.info["rows"] == {"train": 18, "validation": 6}
    assert data.info["removed"]["dropped_labels"] == {"train": 3, "validation": 1}
    assert [row["text_a"] for row in data.train][::6] == ["train-0 0", "train-1 1", "extra 2"]
    data = prepared(tmp_path, "classification", hub, drop_labels=[-1], labels=["pos", "neg"])
    assert data.train[0]["label"] == 1


def test_names_of_tags(with_features, tmp_path):
    hub = {"hub": with_features, "config": "binary", "splits": {"train": "train", "validation": "dev"}}
    data = prepared(tmp_path, "tagging", hub)
    assert data.info["labels"] == ["O", "B-X", "I-X"]
    assert data.info["metric"] == "f1"


def test_bad_row_of_the_hub_is_named(with_features, tmp_path):
    hub = {"hub": with_features, "config": "binary", "splits": {"train": "extra", "validation": "dev"}}
    with pytest.raises(IntertaskError, match="label index -1 is out of range") as error:
        prepared(tmp_path, "classification", hub)
    assert error.value.where.endswith("config binary, split extra, row 7")


def test_part_of_a_split(repository, tmp_path):
    hub = {"hub": repository, "splits": {"train": "train[2:]", "validation": "train[:2]"}}
    data = prepared(tmp_path, "multiple_choice", hub, columns={"choices": "nested"})
    assert data.info["rows"] == {"train": 8, "validation": 2}


def test_data_with_nothing_but_train_is_split(repository, tmp_path):
    columns = {"choices": "nested.text"}
    for hub in ({"config": "only_train"}, {"splits": {"validation": None}}):
        data = prepared(tmp_path, "multiple_choice", {"hub": repository} | hub, columns=columns)
        assert data.info["validation_from"].startswith("a seeded split of train: 2 of 10 rows")


def test_folder_of_save_to_disk(with_features, tmp_path):
    dataset = datasets.load_dataset(with_features, "binary")
    dataset["validation"] = dataset.pop("dev")
    dataset.save_to_disk(tmp_path / "saved")
    data = prepared(tmp_path, "classification", {"hub": str(tmp_path / "saved")}, drop_labels=[-1])
    assert (data.info["labels"], data.info["rows"]) == (["neg", "pos"], {"train": 12, "validation": 6})
    with pytest.raises(IntertaskError, match="no split 'dev'"):
        hub = {"hub": str(tmp_path / "saved"), "splits": {"validation": "dev"}}
        prepared(tmp_path, "classification", hub)


@pytest.mark.parametrize(
    ("data", "message", "fix"),
    [
        ({"splits": {"validation": "test"}}, "no split 'test': .*train.*validation", "data: splits"),
        ({"config": "missing"}, "no such configuration: .*plain.*only_train", "data: config"),
    ],
)
def test_split_or_configuration_that_is_not_there(data, message, fix, repository, tmp_path):
    with pytest.raises(IntertaskError, match=message) as error:
        prepared(tmp_path, "multiple_choice", {"hub": repository} | data)
    assert repository in error.value.where
    assert fix in error.value.fix


def test_default_split_that_is_not_there_names_the_others(with_features, tmp_path):
    with pytest.raises(IntertaskError, match=r"no split 'validation': .*train.*extra.*dev"):
        prepared(tmp_path, "tagging", {"hub": with_features, "config": "binary"})


def test_configuration_is_needed(with_features, tmp_path):
    with pytest.raises(IntertaskError, match=r"no such configuration: .*missing.*binary.*other"):
        prepared(tmp_path, "tagging", {"hub": with_features})


def test_broken_file_says_why(repository, tmp_path):
    (tmp_path / "owner" / "things" / "plain" / "train.jsonl").write_text('{"question": ')
    with pytest.raises(IntertaskError, match=r"cannot be loaded: .*JSON"):
        prepared(tmp_path, "multiple_choice", {"hub": repository})


def test_scripts_are_not_run(tmp_path):
    folder = tmp_path / "scripted"
    folder.mkdir()
    (folder / "scripted.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(IntertaskError) as error:
        prepared(tmp_path, "classification", {"hub": str(folder)})
    assert "scripted" in str(error.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("empty", [True, False])
def test_local_folder_without_data(empty, tmp_path):
    if empty:
        (tmp_path / "empty").mkdir()
    with pytest.raises(IntertaskError, match=r"no dataset|cannot be loaded"):
        prepared(tmp_path, "classification", {"hub": str(tmp_path / "empty")})


def test_offline(tmp_path):
    code = f"""
from intertask.config import Task
from intertask.data import prepare
from intertask.errors import exit_on_user_error
task = Task(name="mine", type="classification", data={{"hub": "nobody/nothing-at-all"}})
exit_on_user_error(lambda: prepare(task, 1, {str(tmp_path / "out")!r}, {{}}))
"""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert (
        "Error: The dataset 'nobody/nothing-at-all' is not in the cache, and the hub cannot be reached" in result.stderr
    )
    assert "give a local copy" in result.stderr
