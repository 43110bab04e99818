"""Read rows to predict with the readers and the checks of the run. Their labels are not needed and not read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..config import COLUMNS, Task
from ..data.canonical import canonical
from ..data.columns import COMMON_NAMES, get, plain
from ..data.formats import EXTENSIONS, RawRow, Table, read_file
from ..errors import IntertaskError

#: Column that takes the place of the labels, and a value that every row of the type may have there.
_LABELS = "intertask: no label"
_NO_LABEL: dict[str, tuple[str, Any]] = {
    "classification": ("label", 0),
    "regression": ("label", 0.0),
    "multiple_choice": ("label", 0),
    "extractive_qa": ("answers", []),
}


def read_rows(path: str, about: Mapping[str, Any], options: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """Read the rows of a file for prediction.

    Args:
        path: The file, in any format that the workflow reads.
        about: Content of ``intertask.json`` of the exported adapter.
        options: ``format``, ``encoding`` and ``delimiter`` of the file; None for those of the task's own files.

    Returns:
        Canonical rows in the order of the file, without labels.

    Raises:
        IntertaskError: The file cannot be read, lacks a column, or has a row that the run would refuse.
    """
    info, settings = about["info"], about.get("input", {})
    data = _reading(path, settings.get("data", {})) | {key: value for key, value in options.items() if value}
    columns = {name: column for name, column in settings.get("columns", {}).items() if name in _inputs(info["type"])}
    task = {"name": info["task"], "type": info["type"], "data": data | {"files": {"train": path}}, "columns": columns}
    task = Task.model_validate(task | ({"join": settings["join"]} if "join" in settings else {}))
    table = read_file(path, task.data)
    if not table.rows:
        raise IntertaskError("The file has no rows.", path, "name a file with rows")
    return _canonical(task, table.rows)


def _inputs(type_name: str) -> set[str]:
    """Canonical columns of a type that are inputs of the model."""
    required, optional = COLUMNS[type_name]
    return {*required, *optional} - {"label", "answers", "tags", "group", "candidate", "id"}


def _reading(path: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """How to read the file: as the task's files, if it has their extension or one that says nothing."""
    suffix = Path(path.lower().removesuffix(".gz")).suffix
    if suffix == settings.get("extension") or suffix.removeprefix(".") not in EXTENSIONS:
        return {key: value for key, value in settings.items() if key != "extension"}
    return {}


def _canonical(task: Task, rows: list[RawRow]) -> list[dict[str, Any]]:
    """Convert raw rows, with a label that is taken out again."""
    name, value = _NO_LABEL.get(task.type, ("tags", None))
    task = task.model_copy(update={"columns": {**task.columns, name: _LABELS}})
    labeled = [
        row._replace(values=row.values | {_LABELS: _tags(task, row) if value is None else value}) for row in rows
    ]
    try:
        read = canonical(task, {"train": Table(labeled, {})}).rows["train"]
    except IntertaskError as error:
        what, where = (
            error.what.replace("in the train data", "in the file"),
            error.where.replace(f"task {task.name}: ", ""),
        )
        known = f", {_LABELS}"
        fix = "correct the row" if "column" not in what else f"give the file the columns of the task {task.name}"
        raise IntertaskError(what.replace(known, ""), where, fix) from None
    drop = {"label", "tags", "answer_texts", "answer_starts"}
    return [{key: value for key, value in row.items() if key not in drop} for row in read]


def _tags(task: Task, row: RawRow) -> list[str]:
    """As many tags as the row has words."""
    names = [task.columns["tokens"]] if "tokens" in task.columns else ["tokens", *COMMON_NAMES["tokens"]]
    for name in names:
        words = plain(get(row.values, name))
        if isinstance(words, str):
            words = words.split()
        if isinstance(words, list | tuple):
            return ["O"] * len(words)
    return []
