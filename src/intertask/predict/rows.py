"""Read rows to predict with the readers and the checks of the run. Their labels are not needed and not read."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ..config import COLUMNS, Task
from ..data.canonical import BadRows, canonical
from ..data.canonical.rows import ERROR_SHARE, RowFilter
from ..data.columns import COMMON_NAMES, get, plain
from ..data.formats import EXTENSIONS, RawRow, Table, extension, read_file
from ..data.labels import BadRowError
from ..data.origin import shaped_row
from ..data.shapes import Values, unlabeled_shape
from ..errors import IntertaskError
from ..words import count

#: Column that takes the place of the labels, and a value that every row of the type may have there.
_LABELS = "intertask: no label"
_NO_LABEL: dict[str, tuple[str, Any]] = {
    "classification": ("label", 0),
    "regression": ("label", 0.0),
    "multiple_choice": ("label", 0),
    "extractive_qa": ("answers", []),
}
_NO_INPUTS = {"label", "answers", "tags", "group", "candidate", "id"}
#: Settings that concern text of one format. The others describe the rows, whatever the format of their file.
_OF_TEXT = ("format", "encoding", "delimiter", "quoting", "header", "skip_lines", "records")
_FIX = "correct the rows; at most half of them may be without a prediction"


class Input(NamedTuple):
    """Rows to predict.

    Attributes:
        rows: Canonical rows without labels, one for each row of the output; None for a row that cannot be predicted.
        columns: First columns of each row of the output: empty, or ``row`` (from 1) and perhaps ``candidate`` if a
            shape makes several rows of one.
        warning: Which rows cannot be predicted, and why; None if there are none.
    """

    rows: list[dict[str, Any] | None]
    columns: list[dict[str, Any]]
    warning: str | None


def read_rows(path: str, about: Mapping[str, Any], options: Mapping[str, str | None]) -> Input:
    """Read the rows of a file for prediction.

    Args:
        path: The file, in any format that the workflow reads.
        about: Content of ``intertask.json`` of the exported adapter.
        options: ``format``, ``encoding`` and ``delimiter`` of the file; None for those of the task's own files.

    Returns:
        The rows in the order of the file.

    Raises:
        IntertaskError: The file cannot be read, lacks a column, or more than half of its rows cannot be predicted.
    """
    settings = about.get("input", {})
    first, suffix = None, f".{extension(path)}"
    places = [settings, *settings.get("alternatives", [])]
    for some in sorted(places, key=lambda place: place.get("data", {}).get("extension") != suffix):
        try:
            return _read_rows(path, about["info"], some, options)
        except IntertaskError as problem:
            # Only columns tell which of the task's locations the file is like. A damaged file is not read otherwise.
            if not _lacks_column(problem):
                raise
            first = first or problem
    raise first


def _lacks_column(problem: IntertaskError) -> bool:
    """Whether a file lacks a column."""
    return "no column" in problem.what or "neither a context" in problem.what


def _read_rows(
    path: str, info: Mapping[str, Any], settings: Mapping[str, Any], options: Mapping[str, str | None]
) -> Input:
    """Read the rows of a file by the settings of one location of the task's data."""
    data = _reading(path, settings.get("data", {})) | {key: value for key, value in options.items() if value}
    columns = {name: column for name, column in settings.get("columns", {}).items() if name in _inputs(info["type"])}
    task = {"name": info["task"], "type": info["type"], "data": data | {"files": {"train": path}}, "columns": columns}
    task |= {"on_bad_row": "drop"} | ({"join": settings["join"]} if "join" in settings else {})
    task = Task.model_validate(task)
    table = read_file(path, task.data)
    if not table.rows:
        raise IntertaskError("The file has no rows.", path, "name a file with rows")
    return _rows_to_predict(task, table.rows, info.get("max_choices"))


def _inputs(type_name: str) -> set[str]:
    """Canonical columns of a type that are inputs of the model."""
    required, optional = COLUMNS[type_name]
    return {*required, *optional} - _NO_INPUTS


def _reading(path: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """How to read the file: as the task's files, if it has their extension or one that says nothing."""
    suffix = Path(path.lower().removesuffix(".gz")).suffix
    alike = suffix == settings.get("extension") or suffix.removeprefix(".") not in EXTENSIONS
    left_out = {"extension"} if alike else {"extension", *_OF_TEXT}
    return {key: value for key, value in settings.items() if key not in left_out}


def _rows_to_predict(task: Task, rows: list[RawRow], max_choices: int | None) -> Input:
    """Convert raw rows, and keep the places of those that cannot be converted."""
    row_filter = RowFilter(task)
    shaped = row_filter.convert_rows({"train": [(row, row.values) for row in rows]}, _shape(task, rows))["train"]
    parts = [(row, row._replace(values=values)) for row, made in shaped for values in made]
    converted, left_out = _canonical(task, [part for _, part in parts])

    def checked(row: dict[str, Any]) -> dict[str, Any]:
        if max_choices is not None and len(row["choices"]) > max_choices:
            raise BadRowError(f"The row has {len(row['choices'])} choices, and the model knows at most {max_choices}.")
        return row

    good = {id(part): row for part, row in row_filter.convert_rows({"train": converted}, checked)["train"]}
    parts_of: dict[int, list[RawRow]] = {}
    for row, part in parts:
        parts_of.setdefault(id(row), []).append(part)
    several = any(len(some) > 1 for some in parts_of.values())
    found, columns = [], []
    for number, row in enumerate(rows, 1):
        for part in parts_of.get(id(row), [None]):
            found.append(None if part is None else good.get(id(part)))
            columns.append({"row": number} if several else {})
            if several and any("candidate" in part.values for _, part in parts):
                columns[-1]["candidate"] = None if part is None else part.values.get("candidate")
    return Input(found, columns, _warning(found, [*row_filter.reasons().get("train", []), *left_out], task))


def _shape(task: Task, rows: Sequence[RawRow]) -> Callable[[Values], list[Values]]:
    """The shape of the task. It is not applied if the file has the columns that it makes, or none that it reads."""
    name = task.data.shape
    if name is None:
        return lambda values: [values]
    make = unlabeled_shape(name)

    def convert(values: Values) -> list[Values]:
        made = shaped_row(make, name, values)
        if not made:
            raise BadRowError(f"The shape {name!r} makes no row of it.")
        return made

    for row in rows:
        try:
            made = convert(row.values)[0]
        except BadRowError:
            continue
        return (lambda values: [values]) if made.keys() - _NO_INPUTS <= row.values.keys() else convert
    return lambda values: [values]


def _canonical(task: Task, rows: list[RawRow]) -> tuple[list[tuple[RawRow, dict[str, Any]]], list[BadRows]]:
    """Convert raw rows, with a label that is taken out again, and say what is wrong with the others."""
    name, value = _NO_LABEL.get(task.type, ("tags", None))
    task = task.model_copy(update={"columns": {**task.columns, name: _LABELS}})
    labeled = [
        row._replace(values=row.values | {_LABELS: _tags(task, row) if value is None else value}) for row in rows
    ]
    try:
        result = canonical(task, {"train": Table(labeled, {})})
    except IntertaskError as error:
        what, where = (
            error.what.replace("in the train data", "in the file").replace("training rows", "rows"),
            error.where.replace(f"task {task.name}: ", ""),
        )
        fix = _FIX
        if _lacks_column(error):
            fix = f"give the file the columns of the task {task.name}"
            fix += f", either as they are or as its shape {task.data.shape!r} makes them" if task.data.shape else ""
        what = what.replace(f", {_LABELS}", "").replace(f"{_LABELS}, ", "").replace(f"known: {_LABELS}", "it has none")
        raise IntertaskError(what, where, fix) from None
    drop = {"label", "tags", "answer_texts", "answer_starts"}
    bad = {id(row) for row in result.left_out["train"]}
    kept = [row for row, with_label in zip(rows, labeled, strict=True) if id(with_label) not in bad]
    read = [{key: value for key, value in row.items() if key not in drop} for row in result.rows["train"]]
    return list(zip(kept, read, strict=True)), result.reasons.get("train", [])


def _warning(found: list[dict[str, Any] | None], reasons: list[BadRows], task: Task) -> str | None:
    """A sentence about the rows without a prediction; more than half of all are an error."""
    bad = sum(row is None for row in found)
    if not bad:
        return None
    shown = "; ".join(kind.described() for kind in sorted(reasons, key=lambda kind: -kind.count)[:3])
    if bad > ERROR_SHARE * len(found):
        raise IntertaskError(
            f"{bad:,} of {count(len(found), 'row')} cannot be used. {shown}", task.data.files.train[0], _FIX
        )
    return f"{bad:,} of {count(len(found), 'row')} cannot be used and get no prediction. {shown}"


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
