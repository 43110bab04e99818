"""The task registry: every YAML file of the task folders, by name."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..errors import IntertaskError, did_you_mean
from . import Config, Files, Origin, Task, load_task, validate

#: Of more missing files these are named.
MOST_MISSING = 10


class Registry:
    """Tasks by name, and the YAML file that each came from.

    >>> registry = Registry(["tasks/bundled"])
    >>> registry["film_reviews"].type
    'classification'

    Args:
        folders: Folders of ``*.yaml`` task files, relative to the working folder.

    Raises:
        IntertaskError: A folder is missing, a YAML is wrong, or two files have the same task name.
    """

    def __init__(self, folders: Iterable[str | Path]):
        self._tasks: dict[str, Task] = {}
        self.paths: dict[str, Path] = {}
        for folder in map(Path, folders):
            if not folder.is_dir():
                raise IntertaskError(f"There is no task folder {folder}.", "config: task_folders")
            for path in sorted(folder.glob("*.y*ml")):
                self._add(path)

    def _add(self, path: Path) -> None:
        task = _with_paths_from(path.parent, load_task(path))
        if task.name in self._tasks:
            raise IntertaskError(
                f"Two tasks are named {task.name!r}.", f"{self.paths[task.name]} and {path}", "rename one of them"
            )
        self._tasks[task.name] = task
        self.paths[task.name] = path

    def __iter__(self):
        return iter(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def __getitem__(self, name: str) -> Task:
        if name not in self._tasks:
            raise IntertaskError(
                f"There is no task {name!r}; {did_you_mean(name, self._tasks)}",
                "config: sources, targets, tasks",
                "correct the name, or add the task's folder to task_folders",
            )
        return self._tasks[name]


def _with_paths_from(folder: Path, task: Task) -> Task:
    """File paths of a task are relative to its YAML; make them relative to the working folder."""

    def resolve(name: str) -> str:
        return Path(os.path.relpath(folder / name)).as_posix() if not os.path.isabs(name) else name

    def place(data: Origin) -> Origin:
        if data.files is not None:
            return data.model_copy(update={"files": _listed(data.files, resolve)})
        if data.hub is not None and data.hub.startswith("."):
            return data.model_copy(update={"hub": resolve(data.hub)})
        return data

    data = place(task.data)
    data = data.model_copy(update={"alternatives": [place(other) for other in data.alternatives]})
    return task.model_copy(update={"data": data})


def _listed(files: Files, resolve: Callable[[str], str] = str) -> Files:
    """The names of each split as a list."""
    parts = {part: getattr(files, part) for part in ("train", "validation")}
    return files.model_copy(
        update={part: None if names is None else [resolve(name) for name in names] for part, names in parts.items()}
    )


def configured_tasks(config: Config, workflow_folder: Path = Path()) -> dict[str, Task]:
    """The sources and targets of a configuration, with the configuration's caps and overrides applied."""
    folders = [
        workflow_folder / folder if not Path(folder).is_dir() and (workflow_folder / folder).is_dir() else folder
        for folder in config.task_folders
    ]
    registry = Registry(folders)
    for name in config.tasks:
        registry[name]  # an override of a task that does not exist is a typing error
    tasks = {}
    for name in config.all_tasks:
        task = registry[name]
        caps = {
            key: min(cap, getattr(task, key) or cap)
            for key in ("max_train_examples", "max_validation_examples")
            if (cap := getattr(config, key)) is not None
        }
        override = config.tasks.get(name)
        replaced = override.model_dump(exclude_none=True) if override else {}
        if override is not None and override.data is not None and override.data.files is not None:
            # names in a configuration are relative to the working folder
            replaced["data"]["files"] = _listed(override.data.files).model_dump()
        tasks[name] = validate(Task, task.model_dump() | caps | replaced, f"config: tasks.{name}")
    return tasks


def check_files(tasks: Mapping[str, Task]) -> None:
    """Raise :class:`IntertaskError` for the files of tasks that are not there, all of them."""
    missing = []
    for name, task in tasks.items():
        files = task.data.files
        for path in [] if files is None else [*files.train, *(files.validation or [])]:
            if not os.path.isfile(path):
                missing.append(f"Task {name!r}: there is no file {path}.{_near_file(path)}")
    if missing:
        more = f"\n(and {len(missing) - MOST_MISSING} more)" if len(missing) > MOST_MISSING else ""
        raise IntertaskError(
            "\n".join(missing[:MOST_MISSING]) + more,
            "data.files, of the tasks' YAMLs or of the configuration's 'tasks:'",
            "correct the path; it is relative to the YAML, in a configuration to the working folder",
        )


def _near_file(path: str) -> str:
    """A file of the same folder that may be meant."""
    folder = Path(path).parent
    hint = did_you_mean(Path(path).name, (file.name for file in folder.iterdir())) if folder.is_dir() else ""
    return f" {hint[0].upper()}{hint[1:]}" if hint.startswith("did") else ""
