"""Task files as people write them, in a temporary folder."""

import gzip
import json
from types import SimpleNamespace

import pytest

from intertask.config import Task
from intertask.data import load_prepared, prepare


@pytest.fixture
def write(tmp_path):
    """Write a file: rows (as jsonl), text or bytes; packed if its name ends in .gz. Gives its path as text."""

    def write_file(name, content):
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        if isinstance(content, str):
            content = content.encode()
        path = tmp_path / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return str(path)

    return write_file


@pytest.fixture
def prepared(write, tmp_path):
    """Prepare a task from rows (or text, with a file extension); gives its info, train and validation."""

    def prepare_task(task_type, train, validation=None, *, extension="jsonl", seed=1, data=None, **keys):
        files = {"train": write(f"train.{extension}", train)}
        if validation is not None:
            files["validation"] = write(f"validation.{extension}", validation)
        task = Task(name="mine", type=task_type, data={"files": files, **(data or {})}, **keys)
        prepare(task, seed, tmp_path / "out", {"step": "data"})
        loaded = load_prepared(tmp_path / "out")
        return SimpleNamespace(info=loaded.info, train=loaded.train, validation=loaded.validation)

    return prepare_task
