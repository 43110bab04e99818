"""Read the first rows of a task before a run, without reading large files to their end."""

import gzip
import os
from pathlib import Path

from ..config import Data, Task
from ..errors import IntertaskError
from .canonical import Canonical, canonical
from .formats import EXTENSIONS, RawRow, Table, read_content, read_file
from .origin import read_task

#: Files up to this size in bytes are read to their end, and their rows are counted.
MAX_WHOLE_BYTES = 20_000_000
#: Number of bytes that are read from a larger file.
FIRST_BYTES = 2_000_000
#: Number of rows that are converted into canonical rows.
MAX_ROWS = 500
#: The first bytes may end inside a record, so up to this many lines at their end are left out.
MAX_CUT_LINES = 200


class FirstRows:
    """The first rows of a task.

    Attributes:
        rows: Canonical rows of each split and the labels.
        counts: Number of rows by split; None if a file was not read to its end.
        bytes: Size of all files together.
    """

    def __init__(self, rows: Canonical, counts: dict[str, int | None], size: int):
        self.rows, self.counts, self.bytes = rows, counts, size


def read_first_rows(task: Task) -> FirstRows:
    """Read and check the first rows of a task whose data is in local files.

    Args:
        task: The task; it has ``data: files:``.

    Returns:
        The first rows, canonical.

    Raises:
        IntertaskError: The data has an error that :func:`.prepare.prepare` would raise, and the first rows show it.
    """
    files = task.data.files
    tables, counts, size = {}, {}, 0
    for split in ("train", "validation"):
        paths = getattr(files, split)
        if not paths:
            continue
        parts = [_first(path, task.data) for path in paths]
        size += sum(os.path.getsize(path) for path in paths)
        tables[split] = Table([row for table, _ in parts for row in table.rows], parts[0][0].class_names)
        counts[split] = sum(len(table.rows) for table, _ in parts) if all(whole for _, whole in parts) else None
    if task.data.shape is not None and None not in counts.values():
        tables = read_task(task).tables  # shapes need whole tables
    tables = {split: Table(_spread(table.rows), table.class_names) for split, table in tables.items()}
    return FirstRows(canonical(task, tables), counts, size)


def _spread(rows: list[RawRow]) -> list[RawRow]:
    """The first rows and some from the whole file, since a file may be sorted by its labels."""
    if len(rows) <= MAX_ROWS:
        return rows
    step = len(rows) // (MAX_ROWS // 2)
    return rows[: MAX_ROWS // 2] + rows[MAX_ROWS // 2 :: step]


def _first(path: str, data: Data) -> tuple[Table, bool]:
    """The first rows of a file, and whether these are all of its rows."""
    if os.path.getsize(path) <= MAX_WHOLE_BYTES:
        return read_file(path, data), True
    format_name = data.format or EXTENSIONS.get(path.lower().removesuffix(".gz").rpartition(".")[2])
    if format_name == "parquet":
        return _first_of_parquet(path), False
    if format_name in ("arrow", "json", "squad"):
        raise TooLargeError(path)
    with gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb") as file:
        content = file.read(FIRST_BYTES)
    name = str(Path(path)).removesuffix(".gz")
    for _ in range(MAX_CUT_LINES):
        content = content[: content.rfind(b"\n\n" if format_name in ("conll", "conllu") else b"\n") + 1]
        try:
            return read_content(name, content, data), False
        except IntertaskError:
            content = content[:-1]
            if b"\n" not in content:
                raise
    return read_content(name, content, data), False


def _first_of_parquet(path: str) -> Table:
    """The first rows of a parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from .formats.arrow_files import table_of_arrow

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=MAX_ROWS))
        return table_of_arrow(pa.Table.from_batches([batch], schema=file.schema_arrow), path)


class TooLargeError(IntertaskError):
    """A large file has a format that can only be read as a whole."""

    def __init__(self, path: str):
        super().__init__(f"{path} was not checked: it is large, and its format can only be read as a whole.", path)
