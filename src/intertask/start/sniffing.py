"""Detect how an unknown file must be read: its encoding, format, delimiter and quoting, and whether it has a header."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ..config import Origin
from ..data.formats import EXTENSIONS, Head, Table, TooLargeError, extension, read_file, read_start
from ..data.formats.delimited import below_title
from ..data.formats.encodings import check_encoding, detect
from ..errors import IntertaskError
from .token_lines import detect_token_lines

DELIMITERS = (",", "\t", ";", "|")
#: Number of records that are parsed to compare delimiters, and of their cells; of long records, at least MIN_RECORDS.
MAX_RECORDS, MAX_CELLS, MIN_RECORDS = 200, 100_000, 12
#: Number of records above the header that may be titles.
MAX_TITLE_RECORDS = 10
#: How much of a file is read.
HEAD = Head(64_000_000)


def read_unknown(path: Path, stated: Mapping[str, Any] | None = None) -> tuple[Table, dict[str, Any], list[str]]:
    """Read a file whose delimiter, encoding and format are unknown. Of a large file, the first rows are read.

    Args:
        path: The file, plain or packed.
        stated: Keys of ``data:`` that the user states: ``encoding``, ``records``.

    Returns:
        The table; the keys of ``data:`` that differ from the workflow's defaults; a note in words for each of them.

    Raises:
        IntertaskError: The file does not exist, or no known way to read it works.
    """
    keys: dict[str, Any] = dict(stated or {})
    notes: list[str] = []
    content, by_content = read_start(str(path), HEAD.bytes)
    by_name = EXTENSIONS.get(extension(path))
    file_format = by_content or by_name
    if file_format not in ("parquet", "arrow", "xlsx"):
        text, encoding = _decode(content, path, keys.get("encoding"))
        if encoding != "utf-8" and "encoding" not in keys:
            keys["encoding"] = encoding
            notes.append(f"The file is not UTF-8. It was read as {encoding}.")
        token_lines = None
        if file_format in (None, "csv", "tsv", "conll"):
            token_lines = detect_token_lines(text, is_table=file_format in ("csv", "tsv"))
        if token_lines is not None:
            keys |= {key: value for key, value in token_lines[0].items() if (key, value) != ("format", file_format)}
            notes += token_lines[1] if set(token_lines[0]) != {"format"} or file_format != "conll" else []
            file_format = token_lines[0]["format"]
        if file_format is None:
            keys["format"] = file_format = _detect_format(text)
            notes.append(f"The file extension is unknown. The content was read as {file_format}.")
        if file_format in ("csv", "tsv"):
            layout, layout_notes = _detect_layout(text, file_format)
            keys |= layout
            notes += layout_notes
    origin = Origin(files={"train": str(path)}, **keys)
    try:
        table = read_file(str(path), origin, HEAD)
    except TooLargeError:  # one JSON object
        table = read_file(str(path), origin)
    if table.is_cut:
        notes.append("The file is large. Only its first rows were read.")
    return table, keys, [*notes, *table.notes]


def _decode(content: bytes, path: Path, stated: str | None) -> tuple[str, str]:
    """Decode the first bytes of a text file; returns the text and the encoding."""
    if stated is not None:
        encoding = check_encoding(stated, "--encoding")
    else:
        found = detect(content)
        if found.encoding is None and not found.stray:
            raise IntertaskError(
                "The file is not UTF-8, and its encoding is unclear.",
                path,
                f"name it with --encoding, perhaps {found.readings()}; or save the file as UTF-8",
            )
        encoding = found.encoding or "utf-8"
    # Bytes that are wrong in this encoding are refused, with their line, when the rows are read.
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("replace")
    return decoder.decode(content), encoding


def _detect_format(text: str) -> str:
    """Detect the format of a text file from its content."""
    first = text.lstrip()[:1]
    if first == "{":
        return "jsonl" if "\n{" in text.strip() else "json"
    if first == "[":
        return "json"
    lines = text.split("\n")[:MAX_RECORDS]
    return "tsv" if sum("\t" in line for line in lines) > len(lines) / 2 else "csv"


def _detect_layout(text: str, file_format: str) -> tuple[dict[str, Any], list[str]]:
    """Detect delimiter, quoting and header of a csv or tsv file; returns keys and notes where they are unusual."""
    usual = ("," if file_format == "csv" else "\t", "minimal" if file_format == "csv" else "none")
    keys, notes = {}, []
    text, skipped, stated = below_title(text, 0)
    layouts = [(delimiter, quoting) for delimiter in DELIMITERS for quoting in ("minimal", "none")]
    layouts.sort(key=lambda layout: layout != usual)  # of equally good layouts, the usual one wins
    scored = [(_regularity(text, *layout), layout) for layout in layouts]
    # If ';' separates numbers with decimal commas, only the header has no comma: it looks like a title above a table.
    best, (delimiter, quoting) = max(scored, key=lambda found: (found[0].share > 0.99, -found[0].titles, *found[0]))
    first = scored[0][0]
    if (
        first.width > 1
        and first.share >= best.share - 0.01
        and first.width >= best.width
        and first.titles <= best.titles
    ):
        delimiter, quoting = usual
    if stated and _regularity(text, stated, quoting).width > 1:
        delimiter = stated
    if delimiter != usual[0]:
        keys["delimiter"] = delimiter.replace("\t", "\\t")
        notes.append(f"The columns are separated by {'tabs' if delimiter == chr(9) else repr(delimiter)}.")
    if quoting != usual[1]:
        keys["quoting"] = quoting
        quoted = "The texts are in quotation marks."
        notes.append(quoted if quoting == "minimal" else "Quotation marks are part of the texts.")
    records = _parse(text, delimiter, quoting)
    if above := _title_records(records):
        title = " ".join(" ".join(cells).strip() for _, cells in records[:above])
        keys["skip_lines"] = skipped + records[above][0]
        notes.append(f"The header is in line {keys['skip_lines'] + 1}. The lines above it are skipped: {title!r:.80}.")
    rows = [cells for _, cells in records[above:]]
    if rows and _is_data(rows):
        keys["header"] = [f"column{number}" for number in range(1, max(_used_width(cells) for cells in rows) + 1)]
        notes.append("The first line holds data instead of column names, so the columns are numbered.")
    elif rows and (unnamed := len(rows[0]) - _used_width(rows[0])) > 0:
        columns = "The last column has" if unnamed == 1 else f"The last {unnamed} columns have"
        notes.append(f"{columns} neither a name nor values. Such columns are ignored.")
    return keys, notes


def _parse(text: str, delimiter: str, quoting: str) -> list[tuple[int, list[str]]]:
    """Parse the first records of a table, each with the number of lines above it; none if the quoting does not fit."""
    mode = csv.QUOTE_MINIMAL if quoting == "minimal" else csv.QUOTE_NONE
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=mode, strict=quoting == "minimal")
    records, above, left = [], 0, MAX_CELLS
    try:
        for cells in reader:
            if cells:
                records.append((above, cells))
            above = reader.line_num
            left -= len(cells)
            if len(records) == MAX_RECORDS or (left < 0 and len(records) >= MIN_RECORDS):
                break
    except csv.Error:
        return []
    return records


class _Regularity(NamedTuple):
    """How regular a table is: the share of records with the most frequent number of cells, that number, and titles."""

    share: float
    width: int
    titles: int


def _regularity(text: str, delimiter: str, quoting: str) -> _Regularity:
    """Find the most frequent number of cells. Titles above the table are only counted. One column counts as 0."""
    records = _parse(text, delimiter, quoting)
    titles = _title_records(records)
    widths = Counter(len(cells) for _, cells in records[titles:])
    if not widths:
        return _Regularity(0.0, 0, titles)
    width, count = widths.most_common(1)[0]
    return _Regularity(count / widths.total(), width, titles) if width > 1 else _Regularity(0.0, 1, titles)


def _title_records(records: list[tuple[int, list[str]]]) -> int:
    """Count the records above the header: they have one value, or not as many cells as the header and most rows."""
    rows = [cells for _, cells in records]
    width = Counter(map(_used_width, rows)).most_common(1)[0][0] if rows else 0
    for above, cells in enumerate(rows[: MAX_TITLE_RECORDS + 1]):
        if _used_width(cells) == width and sum(bool(cell.strip()) for cell in cells) > 1:
            # A first row that lacks values is no title: the line below it would be data.
            names = [cell.strip() for cell in cells[:width]]
            return above if all(names) and len(set(names)) == width and not _is_data(rows[above:]) else 0
    return 0


def _used_width(cells: list[str]) -> int:
    """Count the cells without the empty ones at the end."""
    return max((number for number, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _is_data(records: list[list[str]]) -> bool:
    """Tell whether the first line looks like the others: a number above numbers, or a value that occurs again below."""
    head = records[0][: _used_width(records[0])]
    rest = [cells for cells in records[1:] if len(cells) >= len(head)]
    if len(rest) < 5:
        return False
    for number, cell in enumerate(head):
        column = [cells[number] for cells in rest]
        if _is_number(cell) and sum(map(_is_number, column)) > 0.9 * len(column):
            return True
        if cell.strip() and column.count(cell) > 1 and len(set(column)) <= max(20, len(column) // 5):
            return True
    return False


def _is_number(cell: str) -> bool:
    """Tell whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
