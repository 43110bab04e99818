"""The first rows of a task, without reading what is large: for a look before a run."""

import gzip
import os
from pathlib import Path

from ..config import Data, Task
from ..errors import IntertaskError
from .canonical import Canonical, canonical
from .formats import EXTENSIONS, RawRow, Table, read_content, read_file
from .origin import read_task

#: Files up to this size are read whole, and their rows counted; of larger ones the first bytes.
WHOLE = 20_000_000
FIRST_BYTES = 2_000_000
#: Rows that are turned into the task's form.
ROWS = 500
#: A record may be cut at the end of the first bytes: that many lines are given up at most.
CUT_LINES = 200


class Head:
    """What the first rows of a task are.

    Attributes:
        rows: Of each split, in the task's form, with the labels (:class:`.canonical.Canonical`).
        counts: Rows of each split; None where a file was not read to its end.
        bytes: Of all files together.
    """

    def __init__(self, rows: Canonical, counts: dict[str, int | None], size: int):
        self.rows, self.counts, self.bytes = rows, counts, size


def read_head(task: Task) -> Head:
    """Read and check the first rows of a task whose rows lie in files of one's own.

    Raises:
        IntertaskError: As :func:`.prepare.prepare`, as far as the first rows show it.
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
        tables = read_task(task).tables  # shapes look at whole tables
    tables = {split: Table(_spread(table.rows), table.class_names) for split, table in tables.items()}
    return Head(canonical(task, tables), counts, size)


def _spread(rows: list[RawRow]) -> list[RawRow]:
    """The first rows and some from all over: a file may be sorted by its labels."""
    if len(rows) <= ROWS:
        return rows
    step = len(rows) // (ROWS // 2)
    return rows[: ROWS // 2] + rows[ROWS // 2 :: step]


def _first(path: str, data: Data) -> tuple[Table, bool]:
    """Rows of a file, or its first, and whether these are all."""
    if os.path.getsize(path) <= WHOLE:
        return read_file(path, data), True
    form = data.format or EXTENSIONS.get(path.lower().removesuffix(".gz").rpartition(".")[2])
    if form == "parquet":
        return _first_of_parquet(path), False
    if form in ("arrow", "json", "squad"):
        raise TooLargeError(path)
    with gzip.open(path) if path.lower().endswith(".gz") else open(path, "rb") as file:
        content = file.read(FIRST_BYTES)
    name = str(Path(path)).removesuffix(".gz")
    for _ in range(CUT_LINES):
        content = content[: content.rfind(b"\n\n" if form in ("conll", "conllu") else b"\n") + 1]
        try:
            return read_content(name, content, data), False
        except IntertaskError:
            content = content[:-1]
            if b"\n" not in content:
                raise
    return read_content(name, content, data), False


def _first_of_parquet(path: str) -> Table:
    import pyarrow.parquet as pq

    from .formats.arrow_files import table_of_arrow

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=ROWS))
        import pyarrow as pa

        return table_of_arrow(pa.Table.from_batches([batch], schema=file.schema_arrow), path)


class TooLargeError(IntertaskError):
    """A large file of a format that cannot be read in part."""

    def __init__(self, path: str):
        super().__init__(f"{path} is large, and its format is only read as a whole: not looked at.", path)
