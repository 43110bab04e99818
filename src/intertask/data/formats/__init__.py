"""Read data files: one module per group of formats, each with pure functions from text to rows.

Rows know their file and line. Nothing here knows task types; :mod:`..canonical` turns these rows into those of a type.
"""

import gzip
import zlib
from pathlib import Path

from ...config import FORMATS, Origin
from ...errors import IntertaskError
from .arrow_files import read_arrow
from .conll import read_conll, read_conllu
from .delimited import read_csv
from .json_files import read_json, read_jsonl
from .sentences import join_sentences
from .table import RawRow, Table

__all__ = ["EXTENSIONS", "RawRow", "Table", "read_content", "read_file"]

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
    "conll": "conll",
    "bio": "conll",
    "iob": "conll",
    "iob2": "conll",
    "conllu": "conllu",
}


def read_file(path: str, data: Origin) -> Table:
    """Read a table from a file.

    Args:
        path: The file; a file that ends in ``.gz`` is unpacked.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).

    Returns:
        The rows of the file.

    Raises:
        IntertaskError: The file does not exist, its format is unknown, or a line cannot be read.
    """
    return read_content(path, _read_bytes(path), data)


def read_content(path: str, content: bytes, data: Origin) -> Table:
    """Read a table from the bytes of a file.

    Args:
        path: Name of the file. It gives the extension and is used in messages.
        content: The bytes; packed if the name ends in ``.gz``.
        data: The task's settings (format, encoding, delimiter, quoting, header, records).

    Returns:
        The rows of the file.

    Raises:
        IntertaskError: The format is unknown, or a line cannot be read.
    """
    format_name = data.format or _format_of(path)
    content = _unpacked(content, path)
    if format_name in ("parquet", "arrow"):
        return _by_sentence(read_arrow(content, path, format_name), path, data)
    text = _decode(content, path, data.encoding)
    match format_name:
        case "csv" | "tsv":
            rows = read_csv(text, path, data, format_name)
        case "jsonl":
            rows = read_jsonl(text, path)
        case "json" | "squad":
            rows = read_json(text, path, data.records)
        case "conll":
            rows = read_conll(text, path, data.delimiter, data.quoting == "minimal", data.header)
        case "conllu":
            rows = read_conllu(text, path)
    return _by_sentence(Table(rows, {}), path, data)


def _by_sentence(table: Table, path: str, data: Origin) -> Table:
    """Join the rows of each sentence if the table has one token per row."""
    if data.sentence_column is None:
        return table
    return Table(join_sentences(table.rows, data.sentence_column, path), table.class_names)


def _format_of(path: str) -> str:
    """Return the format of a file by its extension."""
    extension = path.lower().removesuffix(".gz").rpartition(".")[2]
    if extension not in EXTENSIONS:
        raise IntertaskError(
            f"The format of {Path(path).name!r} is unknown. Known extensions: {', '.join(EXTENSIONS)}, "
            "each also with .gz.",
            path,
            f"set 'data: format:' to one of {', '.join(FORMATS)}; unpack files of other archive types",
        )
    return EXTENSIONS[extension]


def _read_bytes(path: str) -> bytes:
    """Content of a file, with one message for each thing that can be wrong with it."""
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
    """The content, unpacked if the name ends in .gz."""
    if not path.lower().endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise IntertaskError(f"The gzip file is damaged: {error}.", path, "download or pack it again") from None


def _decode(content: bytes, path: str, encoding: str) -> str:
    """The content as text."""
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
