"""How a file of unknown make is to be read: encoding, delimiter, quotation, whether it has a line of names."""

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
#: Records that are looked at to tell delimiters apart.
RECORDS = 200


def read_unknown(path: Path) -> tuple[Table, dict[str, Any], list[str]]:
    """Read a file, whatever its delimiter, encoding and extension.

    Returns:
        Its rows; the keys of ``data:`` that differ from what the workflow takes by itself; what was found, in words.

    Raises:
        IntertaskError: There is no such file, or it cannot be read in any of the ways that are known.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise IntertaskError(f"The file cannot be read: {error.strerror}.", path, "name a file that is there") from None
    keys: dict[str, Any] = {}
    said: list[str] = []
    plain = content
    if path.suffix.lower() == ".gz":
        try:
            plain = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise IntertaskError(f"Not a whole gzip file: {error}.", path, "fetch or pack it again") from None
    form = EXTENSIONS.get(path.name.lower().removesuffix(".gz").rpartition(".")[2])
    if form not in ("parquet", "arrow"):
        text, encoding = _decoded(plain)
        if encoding != "utf-8":
            keys["encoding"] = encoding
            said.append(f"not UTF-8: read as {encoding}")
        if form is None:
            keys["format"] = form = _form(text)
            said.append(f"the extension says nothing: read as {form}")
        if form in ("csv", "tsv"):
            found, words = _separated(text, form)
            keys |= found
            said += words
    origin = Origin(files={"train": str(path)}, **keys)
    return read_content(str(path), content, origin), keys, said


def _decoded(content: bytes) -> tuple[str, str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16"), "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), "utf-8" if encoding == "utf-8-sig" else encoding
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), "latin-1"


def _form(text: str) -> str:
    """Format of a text file whose extension says nothing."""
    first = text.lstrip()[:1]
    if first == "{":
        return "jsonl" if "\n{" in text.strip() else "json"
    if first == "[":
        return "json"
    lines = text.split("\n")[:RECORDS]
    sentences = sum(not line.strip() for line in lines)
    if sentences >= 2 and len({len(line.split()) for line in lines if line.strip()}) == 1:
        return "conll"
    return "tsv" if sum("\t" in line for line in lines) > len(lines) / 2 else "csv"


def _separated(text: str, form: str) -> tuple[dict[str, Any], list[str]]:
    """Delimiter, quotation and head of a csv or tsv file, where they are not the usual ones."""
    usual = ("," if form == "csv" else "\t", "minimal" if form == "csv" else "none")
    ways = [(delimiter, quoting) for delimiter in DELIMITERS for quoting in ("minimal", "none")]
    ways.sort(key=lambda way: way != usual)  # of equally good ones the usual
    scored = [(_regular(text, *way), way) for way in ways]
    (share, width), (delimiter, quoting) = max(scored, key=lambda found: (found[0][0] > 0.99, *found[0]))
    usual_share, usual_width = scored[0][0]
    if usual_width > 1 and usual_share >= share - 0.01 and usual_width >= width:
        delimiter, quoting = usual
    keys, said = {}, []
    if delimiter != usual[0]:
        keys["delimiter"] = delimiter.replace("\t", "\\t")
        said.append(f"columns are separated by {'tabs' if delimiter == chr(9) else repr(delimiter)}")
    if quoting != usual[1]:
        keys["quoting"] = quoting
        said.append(
            "texts stand in quotation marks" if quoting == "minimal" else "quotation marks are part of the texts"
        )
    records = _records(text, delimiter, quoting)
    if records and _is_data(records):
        keys["header"] = [f"column{number}" for number in range(1, len(records[0]) + 1)]
        said.append("the first line holds data, no names: columns are numbered")
    return keys, said


def _records(text: str, delimiter: str, quoting: str) -> list[list[str]]:
    mode = csv.QUOTE_MINIMAL if quoting == "minimal" else csv.QUOTE_NONE
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=mode, strict=quoting == "minimal")
    records = []
    try:
        for cells in reader:
            if cells:
                records.append(cells)
            if len(records) == RECORDS:
                break
    except csv.Error:
        return []
    return records


def _regular(text: str, delimiter: str, quoting: str) -> tuple[float, int]:
    """Share of the records that have the commonest number of cells, and that number; one column is no table."""
    widths = Counter(len(cells) for cells in _records(text, delimiter, quoting))
    if not widths:
        return 0.0, 0
    width, count = widths.most_common(1)[0]
    return (count / widths.total(), width) if width > 1 else (0.0, 1)


def _is_data(records: list[list[str]]) -> bool:
    """Whether the first line looks like all others: a number over numbers, or a value that its column has again."""
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
    try:
        float(cell)
    except ValueError:
        return False
    return True
