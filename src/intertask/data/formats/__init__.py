"""Read people's files: one function per format, each giving rows that know their file and line.

Nothing here knows task types; :mod:`.canonical` turns these rows into a task's columns.
"""

import csv
import gzip
import io
import json
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ...config import FORMATS, Origin
from ...errors import IntertaskError

EXTENSIONS = {
    "csv": "csv",
    "tsv": "tsv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "arrow": "arrow",
    "feather": "arrow",
    "conll": "conll",
    "bio": "conll",
    "iob": "conll",
    "iob2": "conll",
    "conllu": "conllu",
}
CONLLU_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")


class Row(NamedTuple):
    """One raw row: its values by column name (conll: column number), and where it stands."""

    values: dict[str | int, Any]
    source: str
    number: int
    unit: str = "line"

    @property
    def where(self) -> str:
        return f"{self.source}, {self.unit} {self.number}"


class Table(NamedTuple):
    """Raw rows, and the label names that the data itself knows (``ClassLabel`` of datasets), by column."""

    rows: list[Row]
    class_names: dict[str, list[str]]


def read_file(path: str, data: Origin) -> Table:
    """Read one file.

    Args:
        path: The file; ``.gz`` is unpacked on the way.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).

    Raises:
        IntertaskError: No such file, a format that is not known, or a line that cannot be read.
    """
    return read_content(path, _read_bytes(path), data)


def read_content(path: str, content: bytes, data: Origin) -> Table:
    """The same of a file's bytes; ``path`` is its name, for the extension and for messages."""
    form = data.format or _format_of(path)
    content = _unpacked(content, path)
    if form == "parquet":
        return read_parquet(content, path)
    if form == "arrow":
        return read_arrow(content, path)
    text = _decode(content, path, data.encoding)
    match form:
        case "csv" | "tsv":
            rows = read_csv(text, path, data, form)
        case "jsonl":
            rows = read_jsonl(text, path)
        case "json" | "squad":
            rows = read_json_file(text, path, data.records)
        case "conll":
            rows = read_conll(text, path, data.delimiter)
        case "conllu":
            rows = read_conllu(text, path)
    return Table(rows, {})


def _format_of(path: str) -> str:
    extension = path.lower().removesuffix(".gz").rpartition(".")[2]
    if extension not in EXTENSIONS:
        raise IntertaskError(
            f"The extension of {Path(path).name!r} says nothing of its format; known: {', '.join(EXTENSIONS)}, "
            "each also .gz.",
            path,
            f"set 'data: format:' to one of {', '.join(FORMATS)} (other packings: unpack it, or use .gz)",
        )
    return EXTENSIONS[extension]


def _read_bytes(path: str) -> bytes:
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError:
        raise IntertaskError(f"There is no file {path}.", path, "file names are relative to the task's YAML") from None
    except OSError as error:
        raise IntertaskError(f"The file cannot be read: {error.strerror}.", path, "name a readable file") from None
    if content.startswith(b"version https://git-lfs.github.com/spec/"):
        raise IntertaskError("This is a Git LFS pointer, not the file itself.", path, "run 'git lfs pull'")
    return content


def _unpacked(content: bytes, path: str) -> bytes:
    if not path.lower().endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise IntertaskError(f"Not a whole gzip file: {error}.", path, "fetch or pack it again") from None


def _decode(content: bytes, path: str, encoding: str) -> str:
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        encoding = "utf-8-sig"  # a byte order mark is not part of the first column's name
    try:
        return content.decode(encoding)
    except LookupError:
        raise IntertaskError(f"There is no encoding {encoding!r}.", f"data: encoding ({path})", "e.g. utf-8") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        guess = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
        raise IntertaskError(
            f"Not {encoding.removesuffix('-sig')} text: byte 0x{content[error.start]:02x} ({error.reason}).",
            f"{path}, line {line}",
            f"set 'data: encoding:' (perhaps {guess}), or save the file as UTF-8",
        ) from None


# csv and tsv


def read_csv(text: str, path: str, data: Origin, form: str = "csv") -> list[Row]:
    """Delimited text. ``csv`` is quoted (records may span lines), ``tsv`` is not (GLUE's kind), unless stated.

    Every value is text: 'NA', 'null' and 'None' stay what they are.
    """
    delimiter = (data.delimiter or ("," if form == "csv" else "\t")).replace("\\t", "\t")
    quoted = (data.quoting or ("minimal" if form == "csv" else "none")) == "minimal"
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
                f"{len(cells)} cells, but {len(header)} columns: {', '.join(header)}.",
                f"{path}, line {line}",
                "mend the line; if texts hold the delimiter or span lines, they must stand in quotation marks "
                f"(now 'quoting: {'minimal' if quoted else 'none'}', delimiter {delimiter!r})",
            )
        rows.append(Row(dict(zip(header, cells, strict=True)), path, line))
    return rows


def _quoted_records(text: str, path: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
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
                "mend the line, or set 'data: quoting: none' if the file uses no quotation marks",
            ) from None
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _unquoted_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    for line, content in _lines(text):
        if content:
            yield line, content.split(delimiter)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines by number. Not ``splitlines``: texts hold U+2028, form feeds and the like."""
    for number, line in enumerate(text.split("\n"), 1):
        yield number, line.removesuffix("\r")


def _check_header(header: list[str], path: str) -> None:
    for name in header:
        if header.count(name) > 1:
            raise IntertaskError(
                f"Two columns are named {name!r}.", f"{path}, line 1", "rename one, or give 'data: header:'"
            )


# json


def read_jsonl(text: str, path: str) -> list[Row]:
    """One JSON object per line; blank lines are skipped."""
    rows = []
    for number, line in _lines(text):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            raise IntertaskError(f"Broken JSON: {error}.", f"{path}, line {number}", "mend the line") from None
        if not isinstance(values, dict):
            raise IntertaskError(
                f"Expected an object, found {_kind(values)}.", f"{path}, line {number}", 'write {"column": value, …}'
            )
        rows.append(Row(values, path, number))
    return rows


def read_json_file(text: str, path: str, records: str | None = None) -> list[Row]:
    """A list of objects, an object of columns, the list under the dotted key ``records``, or nested SQuAD.

    A ``.json`` file that holds one object per line is read as jsonl.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        first = text.lstrip().partition("\n")[0]
        if error.msg == "Extra data" and first.startswith("{") and records is None:
            return read_jsonl(text, path)
        raise IntertaskError(f"Broken JSON: {error.msg}.", f"{path}, line {error.lineno}", "mend the file") from None
    articles = value.get("data") if isinstance(value, dict) else value
    if records is not None:
        value = articles = _under_key(value, records, path)
    if isinstance(articles, list) and articles and isinstance(articles[0], dict) and "paragraphs" in articles[0]:
        try:
            return list(_squad_rows(articles, path))
        except (AttributeError, TypeError):
            raise IntertaskError(
                "Not SQuAD's layout: data, each with paragraphs, each with a context and qas.", path, "mend the file"
            ) from None
    if isinstance(value, dict):
        value = _rows_of_columns(value, path)
    rows = []
    for number, values in enumerate(value, 1):
        if not isinstance(values, dict):
            raise IntertaskError(
                f"Expected an object, found {_kind(values)}.", f"{path}, row {number}", 'write {"column": value, …}'
            )
        rows.append(Row(values, path, number, "row"))
    return rows


def _under_key(value: Any, records: str, path: str) -> list:
    for part in records.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise IntertaskError(f"There is no list under the key {records!r}.", path, "correct 'data: records:'")
    return value


def _rows_of_columns(value: dict, path: str) -> list[dict]:
    """Rows of ``{column: [values]}``, or of pandas' ``{column: {index: value}}``."""
    columns = list(value.values())
    if columns and all(isinstance(column, dict) for column in columns):
        index = list(columns[0])
        if all(list(column) == index for column in columns):
            return [{name: column[key] for name, column in value.items()} for key in index]
    elif columns and all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    lists = [key for key, column in value.items() if isinstance(column, list)]
    raise IntertaskError(
        "The file is one object, and its values are not columns of one length.",
        f"{path}, keys: {', '.join(map(str, list(value)[:10]))}",
        f"name the key of the list of rows, e.g. 'data: records: {lists[0] if lists else 'data'}'",
    )


def _squad_rows(articles: list, path: str) -> Iterator[Row]:
    """Questions of nested SQuAD JSON (versions 1.1 and 2.0); ``is_impossible`` gives empty answers."""
    number = 0
    for article in articles:
        for paragraph in article.get("paragraphs", []):
            for question in paragraph.get("qas", []):
                number += 1
                values = {
                    "id": question.get("id"),
                    "context": paragraph.get("context"),
                    "question": question.get("question"),
                }
                if question.get("is_impossible"):
                    values["answers"] = []
                elif "answers" in question:
                    values["answers"] = question["answers"]
                if "is_impossible" in question:  # tells 'there is no answer' from 'none was found' (MultiQA's files)
                    values["is_impossible"] = bool(question["is_impossible"])
                yield Row(values, path, number, "question")


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", type(None): "null", bool: "true/false"}.get(type(value), "a number")


# parquet and arrow


def read_parquet(content: bytes, path: str) -> Table:
    """Parquet; label names from the metadata that ``datasets`` writes, if there are any."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return table_of_arrow(pq.read_table(pa.BufferReader(content)), path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise IntertaskError(f"Not a parquet file: {error}.", path, "write it again, or set 'data: format:'") from None


def read_arrow(content: bytes, path: str) -> Table:
    """Arrow IPC: the file format (also Feather) and the stream format (as ``datasets`` writes)."""
    import pyarrow as pa

    try:
        try:
            table = pa.ipc.open_file(pa.BufferReader(content)).read_all()
        except pa.ArrowInvalid:
            table = pa.ipc.open_stream(pa.BufferReader(content)).read_all()
        return table_of_arrow(table, path)
    except (pa.ArrowException, ValueError, OSError) as error:
        raise IntertaskError(f"Not an arrow file: {error}.", path, "write it again, or set 'data: format:'") from None


def table_of_arrow(table, path: str) -> Table:
    table.validate(full=True)  # offsets of a damaged file may point anywhere
    rows = [Row(values, path, number, "row") for number, values in enumerate(table.to_pylist(), 1)]
    metadata = (table.schema.metadata or {}).get(b"huggingface")
    features = json.loads(metadata).get("info", {}).get("features", {}) if metadata else {}
    names = {column: _class_names(feature) for column, feature in features.items()}
    return Table(rows, {column: found for column, found in names.items() if found})


def _class_names(feature: Any) -> list[str] | None:
    """Names of a ClassLabel, or of a sequence of them, in the JSON form of ``datasets``' features."""
    if isinstance(feature, list) and feature:
        return _class_names(feature[0])
    if isinstance(feature, dict):
        if feature.get("_type") == "ClassLabel":
            return feature.get("names")
        return _class_names(feature.get("feature"))
    return None


# columns of tokens


def read_conll(text: str, path: str, delimiter: str | None = None) -> list[Row]:
    """One token per line, columns between white space or tabs, a blank line between sentences.

    A row's columns are lists by column number. ``-DOCSTART-`` lines are skipped. A line that begins with '#' is a
    token if it has as many columns as the other lines, otherwise a comment.
    """
    lines = [(number, line, _cells(line, delimiter)) for number, line in _lines(text)]
    width = next((len(cells) for _, line, cells in lines if cells and line[0] != "#" and not _is_docstart(cells)), None)
    rows: list[Row] = []
    sentence: list[list[str]] = []

    def close(first: int) -> None:
        if sentence:
            columns = {column: list(values) for column, values in enumerate(zip(*sentence, strict=True))}
            rows.append(Row(columns, path, first))
            sentence.clear()

    first = 1
    for number, line, cells in lines:
        comment = line.startswith("#") and len(cells) != width
        if not cells or comment or _is_docstart(cells):
            close(first)
            continue
        if len(cells) != width:
            raise IntertaskError(
                f"{len(cells)} columns, but the lines before have {width}.",
                f"{path}, line {number}",
                "mend the line; a token that holds a space needs tabs between the columns",
            )
        if not sentence:
            first = number
        sentence.append(cells)
    close(first)
    return rows


def _cells(line: str, delimiter: str | None) -> list[str]:
    line = line.strip("\r")
    if not line.strip(" \t"):
        return []
    if delimiter is not None:
        return line.split(delimiter.replace("\\t", "\t"))
    # Only space and tab separate: a no-break space is part of a token.
    return line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))


def _is_docstart(cells: list[str]) -> bool:
    return bool(cells) and cells[0].startswith("-DOCSTART")


def read_conllu(text: str, path: str) -> list[Row]:
    """CoNLL-U: columns by their names (form, upos, …); comments, multiword ranges and empty nodes are skipped."""
    rows: list[Row] = []
    sentence: list[list[str]] = []
    first = 1
    for number, line in [*_lines(text), (0, "")]:  # a blank line more: the last sentence may lack its own
        if not line.strip():
            if sentence:
                columns = (list(values) for values in zip(*sentence, strict=True))
                rows.append(Row(dict(zip(CONLLU_COLUMNS, columns, strict=True)), path, first))
                sentence = []
            continue
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(CONLLU_COLUMNS):
            raise IntertaskError(
                f"{len(cells)} columns, but CoNLL-U has 10, with tabs between them.",
                f"{path}, line {number}",
                "mend the line, or set 'data: format: conll'",
            )
        if not cells[0].isdigit():  # 3-4 (a multiword range) or 5.1 (an empty node)
            continue
        if not sentence:
            first = number
        sentence.append(cells)
    return rows
