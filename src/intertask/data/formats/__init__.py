"""Read data files: one module per group of formats, each with functions from text or bytes to rows.

Files are unpacked, decoded and parsed in parts. Rows know their file and line. Nothing here knows task types;
:mod:`..canonical` turns these rows into those of a type.
"""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit

from ...config import FORMATS, Origin
from ...errors import IntertaskError
from .arrow_files import ArrowRows
from .conll import read_conll, read_conllu
from .delimited import read_csv
from .excel import read_xlsx
from .json_files import read_json, read_jsonl
from .kinds import PACKED_EXTENSIONS, kind_of
from .sentences import join_sentences
from .streams import MAX_RECORD, START, Budget, Text, TooLargeError, open_regular, too_large, unpack
from .table import RawRow, Reread, Table, columns_of, counted

__all__ = [
    "EXTENSIONS",
    "Head",
    "RawRow",
    "Reread",
    "Room",
    "Table",
    "TooLargeError",
    "columns_of",
    "counted",
    "extension",
    "open_regular",
    "read_content",
    "read_file",
    "read_start",
]

#: Format of a file by its extension.
EXTENSIONS = {
    "csv": "csv",
    "tsv": "tsv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "arrow": "arrow",
    "feather": "arrow",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "conll": "conll",
    "bio": "conll",
    "iob": "conll",
    "iob2": "conll",
    "conllu": "conllu",
}
#: Estimated memory in bytes that the raw rows of a task may use. Beyond it, rows are not held.
HELD_BYTES = 128_000_000
#: Number of bytes that must be enough for the first row: a record has a limit, and a character at most four bytes.
_LARGEST_HEAD = 4 * MAX_RECORD
#: Number of cells after which the memory of the rows is counted again.
_CELLS_AT_A_TIME = 50_000
#: The same for rows that are not held.
_ROWS_AT_A_TIME = 256


class Head(NamedTuple):
    """How much of a file is read.

    Attributes:
        bytes: Number of bytes of text, after unpacking.
        cells: Number of cells.
    """

    bytes: int
    cells: int = 2_000_000


class Room:
    """Memory for the raw rows of the files of a task. A file that does not fit is read again in each pass."""

    def __init__(self):
        self.left = HELD_BYTES


def extension(path: str | Path) -> str:
    """Return the extension of a file in lower case, without that of its packing: 'csv' for 'a.CSV.gz'.

    Args:
        path: The file, or an address, whose query does not count; after '!', a member of an archive.
    """
    path = str(path)
    if "://" in path:
        path = path.rpartition("!")[2] if "!" in path else urlsplit(path).path
    name = Path(path).name.lower()
    packed = next((packed for packed in PACKED_EXTENSIONS if name.endswith(packed)), "")
    return name.removesuffix(packed).rpartition(".")[2]


def read_file(
    path: str, data: Origin, head: Head | None = None, room: Room | None = None, name: str | None = None
) -> Table:
    """Read a table from a file.

    Args:
        path: The file. A file that is packed with gzip, bz2, xz or zstd is unpacked.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).
        head: How much to read; None for the whole file. It is enlarged until it has one row.
        room: Memory for the rows; None to hold them in any case. Tables with one token per row are always held.
        name: Name of the file, which gives the extension and is used in messages. By default, ``path``.

    Returns:
        The rows of the file.

    Raises:
        TooLargeError: The file holds one JSON object, or one sentence, that is longer than ``head``.
        IntertaskError: The file does not exist, its format is unknown, or a line cannot be read.
    """
    name = name or path
    again = None
    if room is not None and data.sentence_column is None:
        again = partial(_read_again, path, name, data, _stamp(path))
    while True:
        with open_regular(path) as file:
            table = _read(name, file, os.path.getsize(path), data, head, again, room)
        if len(table.rows) or not table.is_cut:
            return table
        if head.bytes > _LARGEST_HEAD:
            raise TooLargeError(name)
        head = head._replace(bytes=8 * head.bytes)  # the first row is longer than the head


def _stamp(path: str) -> tuple[int, int]:
    """Size and time of a file."""
    with open_regular(path) as file:
        status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def _read_again(path: str, name: str, data: Origin, stamp: tuple[int, int]) -> Iterator[RawRow]:
    """Yield the rows of a file, which are not held."""
    if _stamp(path) != stamp:
        raise IntertaskError("The file was changed while it was read.", name, "run again when it is complete")
    with open_regular(path) as file:
        budget = Budget(name, stamp[0])
        budget.hold_nothing()
        rows = iter(_opened(name, file, data, None, budget).rows)
        while part := list(islice(rows, _ROWS_AT_A_TIME)):
            budget.spend_rows(len(part), sum(len(row.values) for row in part))
            yield from part


def read_content(path: str, content: bytes | BinaryIO, data: Origin, size: int | None = None) -> Table:
    """Read a table from the bytes of a file.

    Args:
        path: Name of the file. It gives the extension and is used in messages.
        content: The bytes, or an open file with them; they may be packed.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).
        size: Size of an open file in bytes, before it was unpacked.

    Returns:
        The rows of the file.

    Raises:
        IntertaskError: The format is unknown, or a line cannot be read.
    """
    if isinstance(content, bytes):
        return _read(path, io.BytesIO(content), len(content), data, None)
    return _read(path, content, size or 0, data, None)


def read_start(path: str, size: int) -> tuple[bytes, str | None]:
    """Read the first bytes of a file, unpacked, to find out how it must be read.

    Args:
        path: The file.
        size: Number of bytes to read at most.

    Returns:
        The bytes, and the format 'parquet', 'arrow' or 'xlsx' if the file is not text.

    Raises:
        IntertaskError: The file cannot be read, or it is no data file.
    """
    with open_regular(path) as file:
        stream = unpack(file, path)
        format_name = _checked_kind(stream, path)
        return stream.read(size), format_name


def _read(
    path: str,
    file: BinaryIO,
    size: int,
    data: Origin,
    head: Head | None,
    again: Callable[[], Iterator[RawRow]] | None = None,
    room: Room | None = None,
) -> Table:
    """Read a table from an open file; rows that do not fit into the room are read ``again``."""
    try:
        table = _read_bounded(path, file, size, data, head, again, room)
    except MemoryError:
        raise too_large(path) from None
    if data.sentence_column is None:
        return table
    return table._replace(rows=join_sentences(table.rows, data.sentence_column, path))


def _read_bounded(
    path: str,
    file: BinaryIO,
    size: int,
    data: Origin,
    head: Head | None,
    again: Callable[[], Iterator[RawRow]] | None,
    room: Room | None,
) -> Table:
    """Read a table from an open file, within the memory that its size allows."""
    budget = Budget(path, size)
    opened = _opened(path, file, data, head, budget)
    rows, is_cut = _collect(opened.rows, budget, head, room.left if again else None)
    if rows is None:
        rows = counted(again)
    elif again:
        room.left -= budget.spent
    return Table(rows, opened.class_names, is_cut or opened.is_cut(), tuple(opened.notes))


class _Opened(NamedTuple):
    """A file that is being read: its rows, and what is known when they are read."""

    rows: Iterable[RawRow]
    is_cut: Callable[[], bool]
    notes: list[str] = []  # noqa: RUF012 - a default of a named tuple is never changed
    class_names: dict[str, list[str]] = {}  # noqa: RUF012


def _opened(path: str, file: BinaryIO, data: Origin, head: Head | None, budget: Budget) -> _Opened:
    """Begin to read an open file."""
    stream = unpack(file, path)
    by_content, by_name = _checked_kind(stream, path), EXTENSIONS.get(extension(path))
    if None not in (data.format, by_content) and data.format != by_content:
        raise IntertaskError(
            f"The file has the format {by_content}, and 'data: format:' is {data.format}.", path, "correct 'format:'"
        )
    format_name = data.format or by_content or by_name
    if format_name is None:
        raise _unknown_format(path)
    if format_name in ("parquet", "arrow"):
        arrow = ArrowRows(_seekable(stream, budget), path, format_name, budget, head and head.bytes)
        return _Opened(arrow.rows(), lambda: arrow.is_cut, [], arrow.class_names)
    notes: list[str] = []
    if format_name == "xlsx":
        return _Opened(read_xlsx(_seekable(stream, budget), path, data.records, notes), lambda: False, notes)
    text = Text(stream, path, data.encoding, budget, head and head.bytes)
    match format_name:
        case "csv" | "tsv":
            found = read_csv(text, data, format_name)
        case "jsonl":
            found = read_jsonl(text, notes)
        case "json" | "squad":
            found = read_json(text, data.records, notes)
        case "conll":
            found = read_conll(text, data.delimiter, data.quoting == "minimal", data.header)
        case "conllu":
            found = read_conllu(text)
    return _Opened(found, lambda: text.is_cut, notes)


def _collect(
    rows: Iterable[RawRow], budget: Budget, head: Head | None, room: int | None
) -> tuple[list[RawRow] | None, bool]:
    """The rows, or as many as wanted, and whether there are more; None for rows that need more memory than ``room``."""
    rows, collected, cells, step = iter(rows), [], 0, 1
    while part := list(islice(rows, step)):
        found = sum(len(row.values) for row in part)
        budget.spend_rows(len(part), found)
        if room is not None and budget.spent > room:
            return None, False
        collected += part
        cells += found
        if head is not None and cells >= head.cells:
            return collected, next(rows, None) is not None
        step = max(1, _CELLS_AT_A_TIME * len(part) // max(found, 1))
    return collected, False


def _checked_kind(stream: io.BufferedReader, path: str) -> str | None:
    """The format of a file that is not text. A file that no format fits is refused, with what it is."""
    kind = kind_of(stream.peek(START), stream if stream.seekable() else None)
    if stream.seekable():
        stream.seek(0)
    if isinstance(kind, tuple):
        what, fix = kind
        raise IntertaskError(f"This is {what}.", path, fix or "name a file of rows, for example CSV or JSONL")
    return kind


def _seekable(stream: io.BufferedReader, budget: Budget) -> BinaryIO:
    """The content as a file in which one can seek; packed content is unpacked into the memory."""
    if stream.seekable():
        return stream
    return io.BytesIO(b"".join(_charged(stream, budget)))


def _charged(stream: io.BufferedReader, budget: Budget) -> Iterator[bytes]:
    while part := stream.read(START):
        budget.spend(len(part))
        yield part


def _unknown_format(path: str) -> IntertaskError:
    """The message about an unknown extension."""
    return IntertaskError(
        f"The format of {Path(path).name!r} is unknown. Known extensions: {', '.join(EXTENSIONS)}, "
        "each also packed, for example with .gz.",
        path,
        f"set 'data: format:' to one of {', '.join(FORMATS)}; unpack files of other archive types",
    )
