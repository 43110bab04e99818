"""Read the first rows of a task before a run, without reading large files to their end."""

import os
from collections.abc import Sequence

from ..config import Data, Task
from .assemble import assemble
from .canonical import Canonical, canonical
from .formats import Head, RawRow, Table, read_file
from .origin import read_task

#: Files up to this size in bytes, after unpacking, are read to their end, and their rows are counted.
MAX_WHOLE_BYTES = 20_000_000
#: Number of bytes that are read from a larger file.
FIRST_BYTES = 2_000_000
#: Tasks with at most this number of rows are checked completely, as the run checks them.
MAX_CHECKED_ROWS = 30_000
#: Number of rows of other tasks that are converted into canonical rows.
MAX_ROWS = 500


class FirstRows:
    """The first rows of a task.

    Attributes:
        rows: Canonical rows of each split and the labels.
        counts: Number of rows by split; None if a file was not read to its end.
        bytes: Size of all files together.
        notes: Sentences about how the files were read.
    """

    def __init__(self, rows: Canonical, counts: dict[str, int | None], size: int, notes: Sequence[str] = ()):
        self.rows, self.counts, self.bytes, self.notes = rows, counts, size, notes


def read_first_rows(task: Task, seed: int = 1) -> FirstRows:
    """Read and check the first rows of a task whose data is in local files.

    Args:
        task: The task; it has ``data: files:``.
        seed: Seed of the split, as in the run.

    Returns:
        The first rows, canonical.

    Raises:
        TooLargeError: A large file holds one JSON object, which can only be read as a whole.
        IntertaskError: The data has an error that :func:`.prepare.prepare` would raise, and the first rows show it.
    """
    files = task.data.files
    tables, counts, size, notes = {}, {}, 0, {}
    for split in ("train", "validation"):
        paths = getattr(files, split)
        if not paths:
            continue
        parts = [_first(path, task.data) for path in paths]
        size += sum(os.path.getsize(path) for path in paths)
        notes |= dict.fromkeys(note for part in parts for note in part.notes)
        is_cut = any(part.is_cut for part in parts)
        tables[split] = Table([row for part in parts for row in part.rows], parts[0].class_names, is_cut)
        counts[split] = None if is_cut else len(tables[split].rows)
    if task.data.shape is not None and None not in counts.values():
        tables = read_task(task).tables  # shapes need whole tables
    if None not in counts.values() and sum(counts.values()) <= MAX_CHECKED_ROWS:
        return FirstRows(assemble(task, tables, seed).result, counts, size, [*notes])
    tables = {split: Table(_spread(table.rows), table.class_names) for split, table in tables.items()}
    return FirstRows(canonical(task, tables), counts, size, [*notes])


def _spread(rows: list[RawRow]) -> list[RawRow]:
    """The first rows and some from the whole file, since a file may be sorted by its labels."""
    if len(rows) <= MAX_ROWS:
        return rows
    step = len(rows) // (MAX_ROWS // 2)
    return rows[: MAX_ROWS // 2] + rows[MAX_ROWS // 2 :: step]


def _first(path: str, data: Data) -> Table:
    """The first rows of a file."""
    is_large = os.path.isfile(path) and os.path.getsize(path) > MAX_WHOLE_BYTES
    return read_file(path, data, Head(FIRST_BYTES if is_large else MAX_WHOLE_BYTES))
