"""Read a task's raw rows from the first of its locations that is available, and describe that location."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from ..config import Alternative, Origin, Task
from ..errors import IntertaskError, UnavailableError, without_secrets
from ..files import file_sha256
from .formats import RawRow, Reread, Room, Table, columns_of, counted, read_file
from .labels import BadRowError
from .shapes import Shape, Values, get_shape

PARTS = ("train", "validation")
_WRONG_LAYOUT = "correct 'data: shape:' in the task's YAML, or use data of the layout that the shape is for"


@dataclass(frozen=True)
class Reading:
    """What was read for a task.

    Attributes:
        tables: Raw rows by split; without a key for a split that does not exist.
        task: The task with the settings of the location that was read.
        origin: Description of the location for ``info.json``: files, addresses, checksums, commit.
        notes: Sentences about the reading.
    """

    tables: dict[str, Table]
    task: Task
    origin: dict[str, Any]
    notes: list[str]


def read_task(task: Task, hold: bool = True) -> Reading:
    """Read a task's rows from its location or, if that is unavailable, from the first available alternative.

    Args:
        task: The task; its file paths are relative to the working folder.
        hold: Whether all rows are held in the memory. Otherwise, rows of large files are read again in each pass.

    Returns:
        The rows and their origin.

    Raises:
        UnavailableError: No location is available; the message gives the reason for each.
        IntertaskError: The rows cannot be read.
    """
    passed_over: list[UnavailableError] = []
    for place in (task.data, *task.data.alternatives):
        try:
            tables, origin = _read(place, None if hold else Room())
        except UnavailableError as problem:
            passed_over.append(problem)
            continue
        notes = list(dict.fromkeys(note for table in tables.values() for note in table.notes))
        if passed_over:
            origin["passed_over"] = [{"where": problem.where, "why": problem.what} for problem in passed_over]
            notes.append(f"Read from an alternative, {describe(place)}: {passed_over[0].what}")
        if place.shape is not None:
            tables, origin["shape"] = _shaped(tables, place.shape, task)
            left_out = origin["shape"]["left_out"]
            if any(left_out.values()):
                counts = " and ".join(f"{count} rows of {part}" for part, count in left_out.items() if count)
                notes.append(f"{counts} were left out by the shape {place.shape!r} (docs/paper-tasks.md).")
        return Reading(tables, _with_settings_of(place, task), origin, notes)
    if len(passed_over) == 1:
        (problem,) = passed_over
        raise UnavailableError(problem.what, f"task {task.name}: {problem.where}", problem.fix)
    reasons = "\n".join(f"    {n}. {problem.where}: {problem.what}" for n, problem in enumerate(passed_over, 1))
    raise UnavailableError(
        f"None of the {len(passed_over)} locations of the task {task.name!r} is available:\n{reasons}",
        f"task {task.name}, data",
        f"{passed_over[0].fix}; or name your own copy in the configuration: "
        f"'tasks: {{{task.name}: {{data: {{files: {{train: …}}}}}}}}'",
    )


def describe(place: Origin) -> str:
    """Describe a location in a few words, for messages.

    Args:
        place: Location of a task's data.
    """
    from .hub import describe as describe_hub

    if place.files is not None:
        return ", ".join(place.files.train)
    if place.hub is not None:
        return describe_hub(place)
    return without_secrets(", ".join(item.url for item in place.download.train))


def _with_settings_of(place: Origin, task: Task) -> Task:
    """The task with the settings of a location."""
    data = task.data.model_copy(update={field: getattr(place, field) for field in Origin.model_fields})
    changes: dict[str, Any] = {"data": data}
    if isinstance(place, Alternative):
        changes |= {key: getattr(place, key) for key in ("columns", "labels") if getattr(place, key) is not None}
    return task.model_copy(update=changes)


def _read(place: Origin, room: Room | None) -> tuple[dict[str, Table], dict[str, Any]]:
    """Rows by split of a location, and its description for ``info.json``."""
    if place.files is not None:
        parts = _parts(place.files)
        tables = {part: joined([read_file(name, place, room=room) for name in names]) for part, names in parts.items()}
        sums = {part: [{"path": name, "sha256": file_sha256(name)} for name in names] for part, names in parts.items()}
        return tables, {"files": sums}
    if place.download is not None:
        return _downloaded(place, room)
    if place.hub_files is not None:
        return _hub_files(place, room)
    return _hub_splits(place)


def _parts(value: Any) -> dict[str, list]:
    """The items of each split as lists, without splits that are not named."""
    return {part: list(items) for part in PARTS if (items := getattr(value, part))}


def _downloaded(place: Origin, room: Room | None) -> tuple[dict[str, Table], dict[str, Any]]:
    """Rows of files at published addresses."""
    from .download import read_download

    tables, sums = {}, {}
    for part, items in _parts(place.download).items():
        read = [read_download(item, place, room) for item in items]
        tables[part] = joined([table for item_tables, _ in read for table in item_tables])
        sums[part] = [
            {"url": item.url, "member": item.member, "sha256": sha256}
            for item, (_, sha256) in zip(items, read, strict=True)
        ]
    return tables, {"download": sums}


def _hub_files(place: Origin, room: Room | None) -> tuple[dict[str, Table], dict[str, Any]]:
    """Rows of files in a repository of the hub."""
    from .hub import read_hub_files

    tables, commit = {}, None
    parts = _parts(place.hub_files)
    for part, patterns in parts.items():
        file_tables, commit = read_hub_files(place, patterns, room)
        tables[part] = joined(file_tables)
    return tables, {"hub": place.hub, "revision": place.revision, "commit": commit, "files": parts}


def _hub_splits(place: Origin) -> tuple[dict[str, Table], dict[str, Any]]:
    """Rows of the splits of a dataset of the hub."""
    from .hub import has_only, read_split

    splits, tables, commit = _parts(place.splits), {}, None
    for part, names in list(splits.items()):
        try:
            read = [read_split(place, name) for name in names]
        except IntertaskError:
            # The default split 'validation' does not exist in a dataset that has only train.
            if part == "train" or names != ["validation"] or not has_only(place, place.splits.train):
                raise
            del splits[part]
            continue
        tables[part] = joined([table for table, _ in read])
        commit = read[0][1] or commit
    return tables, {
        "hub": place.hub,
        "config": place.config,
        "revision": place.revision,
        "commit": commit,
        "splits": splits,
    }


def joined(tables: list[Table]) -> Table:
    """Join the parts of one split.

    Args:
        tables: One table per part.

    Returns:
        One table with the rows of all parts.

    Raises:
        IntertaskError: The parts have different label names.
    """
    if len({str(sorted(table.class_names.items())) for table in tables}) > 1:
        raise IntertaskError(
            "The parts of one split have different label names for the same numbers.",
            tables[1].rows[0].source if tables[1].rows else "",
            "use parts of one dataset",
        )
    parts = [table.rows for table in tables]
    notes = tuple(dict.fromkeys(note for table in tables for note in table.notes))
    if len(parts) == 1:
        return Table(parts[0], tables[0].class_names, notes=notes)
    if any(isinstance(part, Reread) for part in parts):
        columns = dict.fromkeys(column for part in parts for column in columns_of(part))
        rows = Reread(lambda: chain.from_iterable(parts), sum(map(len, parts)), columns)
        return Table(rows, tables[0].class_names, notes=notes)
    return Table([row for part in parts for row in part], tables[0].class_names, notes=notes)


def _shaped(tables: dict[str, Table], name: str, task: Task) -> tuple[dict[str, Table], dict[str, Any]]:
    """Replace each row by those that the shape makes of it; columns that keep their name keep their label names."""
    make = get_shape(name)
    result, left_out = {}, {}
    for part, table in tables.items():
        empty: Counter[str] = Counter()
        made = partial(_made, table.rows, make, name, task, part, empty)
        rows = counted(made) if isinstance(table.rows, Reread) else list(made())
        left_out[part] = empty[part]
        result[part] = Table(rows, table.class_names)
    about = {"name": name, "rows": {part: len(table.rows) for part, table in tables.items()}, "left_out": left_out}
    return result, about


def _made(
    rows: Sequence[RawRow], make: Shape, name: str, task: Task, part: str, empty: Counter[str]
) -> Iterator[RawRow]:
    """The rows that a shape makes of others; ``empty`` counts those that it leaves out."""
    for row in rows:
        made = _apply(make, name, row, task)
        yield from (RawRow(values, row.source, row.number, row.unit) for values in made)
        empty[part] += not made


def _apply(make: Shape, name: str, row: RawRow, task: Task) -> list[Values]:
    """The rows that a shape makes of one row."""
    try:
        return shaped_row(make, name, row.values)
    except BadRowError as problem:
        raise IntertaskError(problem.what, f"task {task.name}: {row.location}", problem.fix) from None


def shaped_row(make: Shape, name: str, values: Values) -> list[Values]:
    """Apply a shape to one row.

    Args:
        make: The shape.
        name: Its name, for messages.
        values: Values of the row.

    Returns:
        The rows that the shape makes of it.

    Raises:
        BadRowError: The row lacks a column, or has another layout than the shape is for.
    """
    try:
        return list(make(values))
    except KeyError as error:
        columns = ", ".join(map(str, values))
        raise BadRowError(
            f"The shape {name!r} needs the column {error.args[0]!r}; the columns are: {columns}.", _WRONG_LAYOUT
        ) from None
    except BadRowError:
        raise
    except (TypeError, AttributeError, ValueError, IndexError) as error:
        raise BadRowError(f"The shape {name!r} is for rows of another layout: {error}.", _WRONG_LAYOUT) from None
