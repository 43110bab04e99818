"""Tell what a file is by its first bytes, whatever its name says."""

import re
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

#: Packed streams, by their first bytes.
PACKED = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
#: Extensions of packed files.
PACKED_EXTENSIONS = (".gz", ".gzip", ".bz2", ".xz", ".zst", ".zstd")
#: Formats that are read and that are not text, by their first bytes.
BINARY_FORMATS = {b"PAR1": "parquet", b"ARROW1\x00\x00": "arrow"}

_SAVE = "open it in a spreadsheet program and save it as CSV or XLSX"
_UNPACK = "unpack it and name the file inside"
_CONVERT = "write its rows as CSV, JSONL or Parquet"
#: First bytes -> what the file is, and what the user can do.
_OTHERS = {
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"\x1f\x9d": ("a file packed with compress (.Z)", _UNPACK),
    b"\x04\x22\x4d\x18": ("a file packed with LZ4", _UNPACK),
    b"LZIP": ("a file packed with lzip", _UNPACK),
    b"MSCF": ("a cabinet archive", _UNPACK),
    b"%PDF": ("a PDF document", _CONVERT),
    b"{\\rtf": ("a document in Rich Text Format", _CONVERT),
    b"%!PS": ("a PostScript document", _CONVERT),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Excel or Word file (.xls, .doc)", _SAVE),
    b"SQLite format 3\x00": ("an SQLite database", "export a table as CSV"),
    b"\x00\x01\x00\x00Standard ": ("an Access database", "export a table as CSV"),
    b"\x93NUMPY": ("a NumPy array (.npy)", _CONVERT),
    b"\x89HDF\r\n\x1a\n": ("an HDF5 file", _CONVERT),
    b"ORC": ("an ORC file", _CONVERT),
    b"Obj\x01": ("an Avro file", _CONVERT),
    b"FEA1": ("a Feather file of version 1", "write it again as Feather version 2 or Parquet"),
    b"$FL2": ("an SPSS file", _CONVERT),
    b"$FL3": ("an SPSS file", _CONVERT),
    b"<stata_dta>": ("a Stata file", _CONVERT),
    b"RDX2\n": ("an R data file", _CONVERT),
    b"RDX3\n": ("an R data file", _CONVERT),
    b"X\n\x00\x00": ("an R data file (.rds)", _CONVERT),
    b"\x89PNG": ("an image (PNG)", ""),
    b"\xff\xd8\xff": ("an image (JPEG)", ""),
    b"GIF8": ("an image (GIF)", ""),
    b"II*\x00": ("an image (TIFF)", ""),
    b"MM\x00*": ("an image (TIFF)", ""),
    b"RIFF": ("an image, a sound or a film (RIFF)", ""),
    b"OggS": ("a sound or a film (Ogg)", ""),
    b"ID3": ("a sound (MP3)", ""),
    b"fLaC": ("a sound (FLAC)", ""),
    b"\x7fELF": ("a program", ""),
    b"MZ\x90\x00": ("a program", ""),
    b"\xca\xfe\xba\xbe": ("a program", ""),
    b"version https://git-lfs.github.com/spec/": ("a Git LFS pointer, not the file itself", "run 'git lfs pull'"),
}
#: A pickle of protocol 2 to 5: the opcode PROTO, and a frame, an object or a container.
_PICKLE = re.compile(rb"\x80[\x02-\x05](\x95.{7}\x00|[\]}(cX\x8c)\x89KJNG])", re.DOTALL)
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)?<(!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"\s*<\?xml\s")
#: Number of members of an archive that a message names.
_SHOWN = 5


def kind_of(start: bytes, file: BinaryIO | None = None) -> tuple[str, str] | str | None:
    """Tell what a file is.

    Args:
        start: Its first bytes, at least 300 if it has so many.
        file: The file, if one can seek in it: archives list their members at their end.

    Returns:
        'parquet', 'arrow' or 'xlsx' for a format that is read; for any other file that is not text, what it is
        ("a PDF document") and what the user can do; None for text.
    """
    for mark, name in BINARY_FORMATS.items():
        if start.startswith(mark):
            return name
    if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _kind_of_zip(start, file)
    for mark, described in _OTHERS.items():
        if start.startswith(mark):
            return described
    for mark, name in PACKED.items():
        if start.startswith(mark):
            return f"a file packed with {name}", _UNPACK
    if start[257:262] == b"ustar":
        return "a tar archive", _UNPACK
    if start[4:8] == b"ftyp":
        return "an image, a sound or a film (MP4)", ""
    if _PICKLE.match(start):
        return "a pickle of Python objects, which can run code when it is read", _CONVERT
    text = start.removeprefix(b"\xef\xbb\xbf")
    if _HTML.match(text):
        return "an HTML page, perhaps of a login or of an error", "download the file itself"
    if _XML.match(text):
        return "an XML document", _CONVERT
    return None


def _kind_of_zip(start: bytes, file: BinaryIO | None) -> tuple[str, str] | str:
    """Tell what a zip archive holds: many programs write their documents as such."""
    try:
        names = zipfile.ZipFile(file).namelist() if file is not None else _first_names(start)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = _first_names(start)
    if any(name.startswith("xl/") for name in names):
        if any(name.startswith("xl/workbook.bin") for name in names):
            return "a binary Excel file (.xlsb)", _SAVE
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        return "a Word document", "save its table as CSV"
    if any(name.startswith("ppt/") for name in names):
        return "a PowerPoint document", _CONVERT
    if "mimetype" in names:
        return "an OpenDocument file (.ods, .odt)", _SAVE
    if any(name.endswith("data.pkl") for name in names):
        return "a file of PyTorch, which can run code when it is read", _CONVERT
    if names and all(name.endswith(".npy") for name in names):
        return "an archive of NumPy arrays (.npz)", _CONVERT
    members = [name for name in names if not name.endswith("/")]
    shown = ", ".join(members[:_SHOWN]) + (f" and {len(members) - _SHOWN} more" if len(members) > _SHOWN else "")
    return f"a zip archive that holds {shown or 'nothing'}", _UNPACK


def _first_names(start: bytes) -> Iterable[str]:
    """Names of the members whose headers are among the first bytes of a zip archive."""
    names = []
    for match in re.finditer(rb"PK\x03\x04", start):
        length = int.from_bytes(start[match.end() + 22 : match.end() + 24], "little")
        names.append(start[match.end() + 26 : match.end() + 26 + length].decode("utf-8", "replace"))
    return names
