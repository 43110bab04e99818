import os

import pytest
import yaml

from intertask.config import load_config
from intertask.config.task_registry import Registry, check_files, configured_tasks
from intertask.errors import IntertaskError


@pytest.fixture
def folder(tmp_path):
    """A folder of tasks a, b and t."""
    for name in "abt":
        write(tmp_path / "tasks" / f"{name}.yaml", train=f"../files/{name}.csv")
    return tmp_path / "tasks"


def write(path, train="train.csv", **keys):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = {"type": "classification", "data": {"files": {"train": train}}} | keys
    path.write_text(yaml.safe_dump(values))


def config(folder, **keys):
    return load_config({"task_folders": [str(folder)], "sources": ["a", "b"], "targets": ["t"]} | keys)


def test_tasks_by_name(folder):
    write(folder / "other.yml", name="renamed")
    registry = Registry([folder])
    assert list(registry) == ["a", "b", "renamed", "t"] and len(registry) == 4
    assert registry["renamed"].name == "renamed"
    assert registry.paths["renamed"] == folder / "other.yml"


def test_files_are_relative_to_the_yaml(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = {"files": {"train": ["x.csv", "/far/y.csv"], "validation": "../z.csv"}}
    write(folder / "c.yaml", data=data)
    write(folder / "d.yaml", data={"hub": "./local"})
    write(folder / "e.yaml", data={"hub": "owner/name"})
    registry = Registry(["tasks"])
    assert registry["a"].data.files.train == ["files/a.csv"]
    assert registry["a"].data.files.validation is None
    assert registry["c"].data.files.train == ["tasks/x.csv", "/far/y.csv"]
    assert registry["c"].data.files.validation == ["z.csv"]
    assert registry["d"].data.hub == "tasks/local"
    assert registry["e"].data.hub == "owner/name"
    os.chdir(folder)
    assert Registry(["."])["a"].data.files.train == ["../files/a.csv"]


def test_two_tasks_of_one_name(folder, tmp_path):
    write(tmp_path / "more" / "a.yaml")
    with pytest.raises(IntertaskError, match="Two tasks are named 'a'") as error:
        Registry([folder, tmp_path / "more"])
    assert "tasks/a.yaml and " in error.value.where and "more/a.yaml" in error.value.where
    write(folder / "b.yaml", name="a")
    with pytest.raises(IntertaskError, match="Two tasks are named 'a'"):
        Registry([folder])


def test_no_such_folder(tmp_path):
    with pytest.raises(IntertaskError, match="There is no task folder"):
        Registry([tmp_path / "absent"])


def test_no_such_task(folder):
    write(folder / "rotten_tomatoes.yaml")
    with pytest.raises(IntertaskError, match="no task 'rotten_tomatos'; did you mean 'rotten_tomatoes'"):
        configured_tasks(config(folder, sources=["rotten_tomatos"]))
    with pytest.raises(IntertaskError, match="no task 'c'; known: a, b, rotten_tomatoes, t"):
        configured_tasks(config(folder, tasks={"c": {"epochs": 3}}))


def test_a_wrong_yaml_is_named(folder):
    write(folder / "b.yaml", metric="f2")
    with pytest.raises(IntertaskError, match="metric 'f2' does not suit classification") as error:
        Registry([folder])
    assert error.value.where.endswith("b.yaml")


def test_caps_and_overrides(folder):
    write(folder / "b.yaml", max_train_examples=50, max_length=64)
    overrides = {"t": {"max_train_examples": 5000, "batch_size": 4}}
    tasks = configured_tasks(config(folder, max_train_examples=100, tasks=overrides))
    assert list(tasks) == ["a", "b", "t"]
    assert [task.max_train_examples for task in tasks.values()] == [100, 50, 5000]
    assert [task.batch_size for task in tasks.values()] == [32, 32, 4]
    assert tasks["b"].max_length == 64
    assert tasks["a"].max_validation_examples is None


def test_override_that_does_not_fit(folder):
    write(folder / "t.yaml", type="extractive_qa", max_length=128, stride=64)
    with pytest.raises(IntertaskError, match="stride"):
        configured_tasks(config(folder, tasks={"t": {"max_length": 32}}))


def test_files_that_are_not_there(folder, tmp_path):
    tasks = configured_tasks(config(folder))
    with pytest.raises(IntertaskError, match=r"Task 'a': there is no file .*files/a\.csv"):
        check_files(tasks)
    (tmp_path / "files").mkdir()
    for name in "abt":
        (tmp_path / "files" / f"{name}.csv").touch()
    check_files(tasks)
