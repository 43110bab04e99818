"""Find tasks by name in the task folders, apply the configuration's changes, and check that their files exist."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ..errors import IntertaskError, did_you_mean
from .origin import Files, Origin
from .problems import validate
from .run import Config
from .task import Task, load_task

#: Maximum number of missing files in one message.
MAX_LISTED = 10


class Registry:
    """All tasks of some folders, by name.

    >>> registry = Registry(["tasks/bundled"])
    >>> registry["phone_reviews"].type
    'classification'

    Args:
        folders: Folders with task files (``*.yaml`` or ``*.yml``), relative to the working folder.

    Raises:
        IntertaskError: A folder is missing, a task file is wrong, or two tasks have the same name.
    """

    def __init__(self, folders: Iterable[str | Path]):
        self._tasks: dict[str, Task] = {}
        #: Name of a task -> its YAML file.
        self.paths: dict[str, Path] = {}
        for folder in map(Path, folders):
            if not os.path.isdir(folder):  # also for names that are too long
                raise IntertaskError(f"There is no task folder {folder}.", "config: task_folders", "correct the path")
            for path in sorted(folder.glob("*.y*ml")):
                self._add(path)

    def _add(self, path: Path) -> None:
        """Read one task file."""
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
                "the configuration: sources, targets or tasks",
                "correct the name, or add the task's folder to task_folders",
            )
        return self._tasks[name]


def _with_paths_from(folder: Path, task: Task) -> Task:
    """Make the paths of a task, which are relative to its YAML file, relative to the working folder."""

    def resolve(name: str) -> str:
        return Path(os.path.relpath(folder / name)).as_posix() if not os.path.isabs(name) else name

    def resolve_origin(data: Origin) -> Origin:
        if data.files is not None:
            return data.model_copy(update={"files": _map_paths(data.files, resolve)})
        if data.hub is not None and data.hub.startswith("."):
            return data.model_copy(update={"hub": resolve(data.hub)})
        return data

    data = resolve_origin(task.data)
    data = data.model_copy(update={"alternatives": [resolve_origin(other) for other in data.alternatives]})
    return task.model_copy(update={"data": data})


def _map_paths(files: Files, resolve: Callable[[str], str] = str) -> Files:
    """Apply a function to each path, and keep lists."""
    parts = {part: getattr(files, part) for part in ("train", "validation")}
    return files.model_copy(
        update={part: None if names is None else [resolve(name) for name in names] for part, names in parts.items()}
    )


def configured_tasks(config: Config, workflow_folder: Path = Path()) -> dict[str, Task]:
    """Find the sources and targets of a configuration, and apply its caps and overrides to them.

    Args:
        config: The configuration.
        workflow_folder: Folder of the workflow. A task folder that is not in the working folder is looked up in it.

    Returns:
        Name -> task, in the order of the configuration.

    Raises:
        IntertaskError: A task is missing or wrong, or an override does not fit it.
    """
    folders = [
        workflow_folder / folder if not os.path.isdir(folder) and os.path.isdir(workflow_folder / folder) else folder
        for folder in config.task_folders
    ]
    registry = Registry(folders)
    for name in config.tasks:
        registry[name]  # raises if the overridden task does not exist
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
            # as in a task of the registry, whose paths are lists
            replaced["data"]["files"] = _map_paths(override.data.files).model_dump()
        tasks[name] = validate(Task, task.model_dump() | caps | replaced, f"config: tasks.{name}")
    return tasks


def check_files(tasks: Mapping[str, Task]) -> None:
    """Check that the files of all tasks exist.

    Args:
        tasks: Name -> task, with paths relative to the working folder.

    Raises:
        IntertaskError: Files are missing. The message lists them, each with the nearest name in its folder.
    """
    missing = []
    for name, task in tasks.items():
        files = task.data.files
        for path in [] if files is None else [*files.train, *(files.validation or [])]:
            if not os.path.isfile(path):
                missing.append(f"Task {name!r}: there is no file {path}.{_near_file(path)}")
    if missing:
        more = f"\n(and {len(missing) - MAX_LISTED} more)" if len(missing) > MAX_LISTED else ""
        raise IntertaskError(
            "\n".join(missing[:MAX_LISTED]) + more,
            "'files:' of the task, in its YAML file or under 'tasks:' in the configuration",
            "correct the path; it is relative to the task's YAML file or, under 'tasks:', to the working folder",
        )


def _near_file(path: str) -> str:
    """Suggest a file of the same folder with a similar name."""
    folder = Path(path).parent
    hint = did_you_mean(Path(path).name, (file.name for file in folder.iterdir())) if folder.is_dir() else ""
    return f" {hint[0].upper()}{hint[1:]}" if hint.startswith("did") else ""
