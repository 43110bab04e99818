"""Detect how an unknown file must be read: its encoding, format, delimiter and quoting, and whether it has a header."""

import csv
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

from ..config import Origin
from ..data.formats import EXTENSIONS, Table, read_content
from ..errors import IntertaskError

DELIMITERS = (",", "\t", ";", "|")
#: Number of records that are parsed to compare delimiters.
MAX_RECORDS = 200


def read_unknown(path: Path) -> tuple[Table, dict[str, Any], list[str]]:
    """Read a file whose delimiter, encoding and format are unknown.

    Args:
        path: The file, plain or packed with gzip.

    Returns:
        The table; the keys of ``data:`` that differ from the workflow's defaults; a note in words for each of them.

    Raises:
        IntertaskError: The file does not exist, or no known way to read it works.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        fix = "check the name and the permissions of the file"
        raise IntertaskError(f"The file cannot be read: {error.strerror}.", path, fix) from None
    keys: dict[str, Any] = {}
    notes: list[str] = []
    plain = content
    if path.suffix.lower() == ".gz":
        try:
            plain = gzip.decompress(content)
        except (OSError, EOFError) as error:
            fix = "download or pack the file again"
            raise IntertaskError(f"The file is not a complete gzip file: {error}.", path, fix) from None
    file_format = EXTENSIONS.get(path.name.lower().removesuffix(".gz").rpartition(".")[2])
    if file_format not in ("parquet", "arrow"):
        text, encoding = _decode(plain)
        if encoding != "utf-8":
            keys["encoding"] = encoding
            notes.append(f"The file is not UTF-8. It was read as {encoding}.")
        if file_format is None:
            keys["format"] = file_format = _detect_format(text)
            notes.append(f"The file extension is unknown. The content was read as {file_format}.")
        if file_format in ("csv", "tsv"):
            layout, layout_notes = _detect_layout(text, file_format)
            keys |= layout
            notes += layout_notes
    origin = Origin(files={"train": str(path)}, **keys)
    return read_content(str(path), content, origin), keys, notes


def _decode(content: bytes) -> tuple[str, str]:
    """Decode the bytes of a text file; returns the text and the encoding."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _detect_format(text: str) -> str:
    """Detect the format of a text file from its content."""
    first = text.lstrip()[:1]
    if first == "{":
        return "jsonl" if "\n{" in text.strip() else "json"
    if first == "[":
        return "json"
    lines = text.split("\n")[:MAX_RECORDS]
    sentences = sum(not line.strip() for line in lines)
    if sentences >= 2 and len({len(line.split()) for line in lines if line.strip()}) == 1:
        return "conll"
    return "tsv" if sum("\t" in line for line in lines) > len(lines) / 2 else "csv"


def _detect_layout(text: str, file_format: str) -> tuple[dict[str, Any], list[str]]:
    """Detect delimiter, quoting and header of a csv or tsv file; returns keys and notes where they are unusual."""
    usual = ("," if file_format == "csv" else "\t", "minimal" if file_format == "csv" else "none")
    layouts = [(delimiter, quoting) for delimiter in DELIMITERS for quoting in ("minimal", "none")]
    layouts.sort(key=lambda layout: layout != usual)  # of equally good layouts, the usual one wins
    scored = [(_regularity(text, *layout), layout) for layout in layouts]
    (share, width), (delimiter, quoting) = max(scored, key=lambda found: (found[0][0] > 0.99, *found[0]))
    usual_share, usual_width = scored[0][0]
    if usual_width > 1 and usual_share >= share - 0.01 and usual_width >= width:
        delimiter, quoting = usual
    keys, notes = {}, []
    if delimiter != usual[0]:
        keys["delimiter"] = delimiter.replace("\t", "\\t")
        notes.append(f"The columns are separated by {'tabs' if delimiter == chr(9) else repr(delimiter)}.")
    if quoting != usual[1]:
        keys["quoting"] = quoting
        quoted = "The texts are in quotation marks."
        notes.append(quoted if quoting == "minimal" else "Quotation marks are part of the texts.")
    records = _parse(text, delimiter, quoting)
    if records and _is_data(records):
        keys["header"] = [f"column{number}" for number in range(1, len(records[0]) + 1)]
        notes.append("The first line holds data instead of column names, so the columns are numbered.")
    return keys, notes


def _parse(text: str, delimiter: str, quoting: str) -> list[list[str]]:
    """Parse the first records of a table; none if the quoting does not fit."""
    mode = csv.QUOTE_MINIMAL if quoting == "minimal" else csv.QUOTE_NONE
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=mode, strict=quoting == "minimal")
    records = []
    try:
        for cells in reader:
            if cells:
                records.append(cells)
            if len(records) == MAX_RECORDS:
                break
    except csv.Error:
        return []
    return records


def _regularity(text: str, delimiter: str, quoting: str) -> tuple[float, int]:
    """Find the most frequent number of cells; returns the share of records that have it, and the number.

    A table of one column counts as 0.
    """
    widths = Counter(len(cells) for cells in _parse(text, delimiter, quoting))
    if not widths:
        return 0.0, 0
    width, count = widths.most_common(1)[0]
    return (count / widths.total(), width) if width > 1 else (0.0, 1)


def _is_data(records: list[list[str]]) -> bool:
    """Tell whether the first line looks like the others: a number above numbers, or a value that occurs again below."""
    head, rest = records[0], [cells for cells in records[1:] if len(cells) == len(records[0])]
    if len(rest) < 5 or len(set(head)) < len(head) or any(not cell.strip() for cell in head):
        return len(rest) >= 5 and len(set(head)) < len(head)
    for cell, column in zip(head, zip(*rest, strict=True), strict=True):
        if _is_number(cell) and sum(map(_is_number, column)) > 0.9 * len(column):
            return True
        if column.count(cell) > 1 and len(set(column)) <= max(20, len(column) // 5):
            return True
    return False


def _is_number(cell: str) -> bool:
    """Tell whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
