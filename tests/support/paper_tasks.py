"""Load the paper's tasks from stand-ins of their repositories and published files."""

from pathlib import Path
from types import ModuleType

from paths import ROOT
from stand_in import readme

from intertask.config import Data, Task
from intertask.config.origin import Origin
from intertask.config.task_registry import Registry
from intertask.data import Prepared, load_prepared, prepare
from intertask.data.download import cached_path
from intertask.files import file_sha256, write_json

REGISTRY = Registry([ROOT / "tasks" / "paper"])


def repository_key(data: Origin) -> str:
    """The repository of the data and its revision, as the stand-ins name it."""
    return f"{data.hub}@{data.revision}" if data.revision else data.hub


def write_repository(stand_ins: ModuleType, key: str, folder: Path) -> str:
    """Write the stand-in of a repository into a folder, and return the folder."""
    files = stand_ins.REPOSITORIES[key]()
    if key in stand_ins.CONFIGS:
        files["README.md"] = readme(stand_ins.CONFIGS[key])
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return str(folder)


def put_in_cache(url: str, content: bytes) -> None:
    """Pretend that a file was downloaded."""
    path = cached_path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    write_json(path.with_name(path.name + ".json"), {"url": url, "sha256": file_sha256(path)})


def prepared(task: Task, folder: Path, data: Data | None = None) -> Prepared:
    """The task's prepared rows, from its own data or from other data."""
    prepare(task if data is None else task.model_copy(update={"data": data}), 1, folder, {})
    return load_prepared(folder)


def load(stand_ins: ModuleType, name: str, folder: Path) -> Prepared:
    """The task's prepared rows, from the stand-in of the place that it prefers."""
    task = REGISTRY[name]
    data = task.data.model_copy(update={"alternatives": []})
    if data.hub is None:
        for url, make in stand_ins.ADDRESSES.items():
            put_in_cache(url, make())
    else:
        repository = write_repository(stand_ins, repository_key(data), folder / "repository")
        data = data.model_copy(update={"hub": repository, "revision": None})
    return prepared(task, folder / "out", data)
