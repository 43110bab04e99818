"""Delimited text: csv and tsv."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice

from ...config import Origin
from ...errors import IntertaskError
from ...words import count
from .streams import MAX_RECORD, Text
from .table import RawRow

#: First line of a file that names its delimiter, as Excel writes and reads it.
_DELIMITER_LINE = re.compile(r'"?sep=(.)"?[;,\t]*\r?', re.IGNORECASE)
#: Number of columns that a message names.
_SHOWN = 20


def read_csv(text: Text, data: Origin, format_name: str = "csv") -> Iterator[RawRow]:
    """Read delimited text.

    By default, ``csv`` is quoted, so that records may span lines, and ``tsv`` is not quoted, as in GLUE. Every value is
    text: 'NA', 'null' and 'None' stay as they are. A first line ``sep=;`` gives the delimiter. Columns at the end that
    have neither a name nor any value are ignored.

    Args:
        text: Content of the file.
        data: The task's settings ``delimiter``, ``quoting``, ``header`` and ``skip_lines``.
        format_name: 'csv' or 'tsv'.

    Yields:
        One row per record.

    Raises:
        IntertaskError: A record has too few or too many cells, a quotation is broken, or two columns share a name.
    """
    path, lines = text.path, text.lines()
    first = next(lines, "")
    skipped, stated = _lines_above(first, data.skip_lines or 0)
    lines = islice(chain([first], lines), skipped, None)
    delimiter = (data.delimiter or stated or ("," if format_name == "csv" else "\t")).replace("\\t", "\t")
    quoted = (data.quoting or ("minimal" if format_name == "csv" else "none")) == "minimal"
    if quoted and len(delimiter) != 1:
        raise IntertaskError(
            f"The delimiter {delimiter!r} is not one character.", f"data: delimiter ({path})", "set 'quoting: none'"
        )
    header, unnamed, is_first = data.header, 0, True
    records = _quoted_records(lines, text, delimiter) if quoted else _unquoted_records(lines, delimiter)
    for line, cells in ((line + skipped, cells) for line, cells in records):
        if header is None:
            header, unnamed = _without_empty_end([cell.strip() for cell in cells])
            _check_header(header, f"{path}, line {line}")
            continue
        if len(cells) > len(header):
            cells = _without_empty_end(cells, len(header))[0]
        if unnamed == 1 and len(cells) == len(header) + 1:
            header.append("")  # the last column has no name, but values
        if is_first and data.header is not None and [cell.strip() for cell in cells] == header:
            raise IntertaskError(
                "The first line repeats the column names of 'data: header:'.",
                f"{path}, line {line}",
                "remove 'header:' from the task's YAML",
            )
        if len(cells) != len(header):
            shown = ", ".join(header[:_SHOWN]) + (", …" if len(header) > _SHOWN else "")
            raise IntertaskError(
                f"{count(len(cells), 'cell')}, but {count(len(header), 'column')}: {shown}.",
                f"{path}, line {line}",
                "fix the line; texts that hold the delimiter or span lines must be in quotation marks "
                f"(now 'quoting: {'minimal' if quoted else 'none'}', delimiter {delimiter!r})",
            )
        is_first = False
        yield RawRow(dict(zip(header, cells, strict=True)), path, line)


def _quoted_records(lines: Iterator[str], text: Text, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """First line and cells of each record; records may span lines."""
    csv.field_size_limit(MAX_RECORD)  # the default refuses texts over 128 KiB
    reader = csv.reader(_with_line_ends(lines), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if text.is_cut and "unexpected end" in str(error):
                return
            raise IntertaskError(
                f"A broken quotation: {error}.",
                f"{text.path}, the record that begins at line {line}",
                "fix the line, or set 'data: quoting: none' if the file uses no quotation marks",
            ) from None
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _with_line_ends(lines: Iterator[str]) -> Iterator[str]:
    """Lines as the csv module reads them: each with its end, which may be the old Mac's carriage return."""
    for line in lines:
        if "\r" in line[:-1]:
            # newline="": line ends inside a quoted text stay as they are (answer offsets count them).
            yield from io.StringIO(f"{line}\n", newline="")
        else:
            yield f"{line}\n"


def _unquoted_records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each line that is not empty."""
    for line, content in enumerate(lines, 1):
        if content := content.removesuffix("\r"):
            yield line, content.split(delimiter)


def below_title(text: str, skip_lines: int) -> tuple[str, int, str | None]:
    """Take away the lines above the header of a table.

    Args:
        text: Content of the file.
        skip_lines: Number of lines above the header.

    Returns:
        The rest of the text, the number of lines that were taken away, and the delimiter if the first line states one
        (``sep=;``), which is taken away in any case.
    """
    skipped, stated = _lines_above(text.partition("\n")[0], skip_lines)
    for _ in range(skipped):
        text = text.partition("\n")[2]
    return text, skipped, stated


def _lines_above(first: str, skip_lines: int) -> tuple[int, str | None]:
    """The number of lines above the header, and the delimiter if the first line states one."""
    match = _DELIMITER_LINE.fullmatch(first)
    return max(skip_lines, 1 if match else 0), match[1] if match else None


def _without_empty_end(cells: list[str], least: int = 0) -> tuple[list[str], int]:
    """Take away the empty cells at the end, but leave at least some cells; returns the cells and how many are gone."""
    kept = len(cells)
    while kept > least and not cells[kept - 1].strip():
        kept -= 1
    return cells[:kept], len(cells) - kept


def _check_header(header: list[str], where: str) -> None:
    """Check that columns have names, and that these differ."""
    if not header:
        raise IntertaskError(
            "The first line has no column names.", where, "give 'data: header:' or 'data: skip_lines:'"
        )
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if "" in repeated:
        raise IntertaskError(
            f"{count(header.count(''), 'column')} between the others have no name.", where, "name them in the file"
        )
    if repeated:
        raise IntertaskError(f"Two columns are named {repeated[0]!r}.", where, "rename one, or give 'data: header:'")
