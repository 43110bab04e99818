"""Delimited text: csv and tsv."""

import csv
import io
import sys
from collections.abc import Iterator

from ...config import Origin
from ...errors import IntertaskError
from ...words import count
from .table import RawRow, numbered_lines


def read_csv(text: str, path: str, data: Origin, format_name: str = "csv") -> list[RawRow]:
    """Read delimited text.

    By default, ``csv`` is quoted, so that records may span lines, and ``tsv`` is not quoted, as in GLUE. Every value is
    text: 'NA', 'null' and 'None' stay as they are.

    Args:
        text: Content of the file.
        path: Name of the file, for messages.
        data: The task's settings ``delimiter``, ``quoting`` and ``header``.
        format_name: 'csv' or 'tsv'.

    Returns:
        One row per record.

    Raises:
        IntertaskError: A record has too few or too many cells, a quotation is broken, or two columns share a name.
    """
    delimiter = (data.delimiter or ("," if format_name == "csv" else "\t")).replace("\\t", "\t")
    quoted = (data.quoting or ("minimal" if format_name == "csv" else "none")) == "minimal"
    if quoted and len(delimiter) != 1:
        raise IntertaskError(
            f"The delimiter {delimiter!r} is not one character.", f"data: delimiter ({path})", "set 'quoting: none'"
        )
    header, rows = data.header, []
    records = _quoted_records(text, path, delimiter) if quoted else _unquoted_records(text, delimiter)
    for line, cells in records:
        if header is None:
            header = [cell.strip() for cell in cells]
            _check_header(header, path)
            continue
        if not rows and data.header is not None and [cell.strip() for cell in cells] == header:
            raise IntertaskError(
                "The first line repeats the column names of 'data: header:'.",
                f"{path}, line {line}",
                "remove 'header:' from the task's YAML",
            )
        if len(cells) != len(header):
            raise IntertaskError(
                f"{count(len(cells), 'cell')}, but {count(len(header), 'column')}: {', '.join(header)}.",
                f"{path}, line {line}",
                "fix the line; texts that hold the delimiter or span lines must be in quotation marks "
                f"(now 'quoting: {'minimal' if quoted else 'none'}', delimiter {delimiter!r})",
            )
        rows.append(RawRow(dict(zip(header, cells, strict=True)), path, line))
    return rows


def _quoted_records(text: str, path: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of each record; records may span lines."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the default refuses texts over 128 KiB
    # newline="": line ends inside a quoted text stay as they are (answer offsets count them).
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise IntertaskError(
                f"A broken quotation: {error}.",
                f"{path}, the record that begins at line {line}",
                "fix the line, or set 'data: quoting: none' if the file uses no quotation marks",
            ) from None
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _unquoted_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not empty."""
    for line, content in numbered_lines(text):
        if content:
            yield line, content.split(delimiter)


def _check_header(header: list[str], path: str) -> None:
    """Check that column names differ."""
    for name in header:
        if header.count(name) > 1:
            raise IntertaskError(
                f"Two columns are named {name!r}.", f"{path}, line 1", "rename one, or give 'data: header:'"
            )
