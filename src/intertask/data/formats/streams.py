"""Open data files, and read them in parts of bounded size: packed files, lines of text, and a budget of memory."""

import bz2
import codecs
import gzip
import io
import lzma
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ...errors import IntertaskError
from .encodings import check_encoding, detect, marked_encoding
from .kinds import PACKED, PACKED_EXTENSIONS

#: Bytes that are read and decoded at a time.
BLOCK = 1 << 20
#: Bytes at the beginning of a file by which its kind is told.
START = 1 << 16
#: Longest record in characters. A book has 1 to 5 million characters, so a longer line is not one row of text.
MAX_RECORD = 64_000_000
#: Bytes of text by which the encoding of a file is told when it is not UTF-8.
_DETECTED = 4_000_000
#: Memory in bytes that the rows of any file may use, and how many times the size of the file they may use beyond it.
#: Python's rows need up to 100 times as much memory as short lines of text, and text packs to a tenth.
_FREE_MEMORY, _MAX_EXPANSION = 500_000_000, 200
#: Memory in bytes of a row and of a cell, in addition to the characters.
_ROW, _CELL = 300, 60


class TooLargeError(IntertaskError):
    """A large file can only be read as a whole."""

    def __init__(self, path: str):
        super().__init__(f"{path} was not checked: it is large, and its format can only be read as a whole.", path)

    def __reduce__(self):
        return type(self), (self.where,)


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file. Reading a named pipe or a device could wait for ever.

    Args:
        path: The file.

    Returns:
        The open file.

    Raises:
        IntertaskError: There is no such file, it is not a regular file, or it cannot be read.
    """
    path = str(path)
    try:
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            names = {stat.S_ISDIR: "a folder", stat.S_ISFIFO: "a named pipe", stat.S_ISSOCK: "a socket"}
            kind = next((name for is_kind, name in names.items() if is_kind(mode)), "a device")
            raise IntertaskError(f"The file cannot be read: {path} is {kind}.", path, "name a regular file")
        return open(path, "rb")
    except (FileNotFoundError, NotADirectoryError):
        raise IntertaskError(f"There is no file {path}.", path, "file names are relative to the task's YAML") from None
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        what = getattr(error, "strerror", None) or str(error)
        raise IntertaskError(f"The file cannot be read: {what}.", path, "name a readable file") from None


def unpack(file: BinaryIO, path: str) -> io.BufferedReader:
    """Unpack a file that is packed with gzip, bz2, xz or zstd, whatever its name says.

    Args:
        file: The file, at its beginning.
        path: Its name, for messages.

    Returns:
        A stream of the content. Reading from it raises an IntertaskError if the file is damaged.

    Raises:
        IntertaskError: The name says that the file is packed, and it is not.
    """
    buffered = io.BufferedReader(file, START)
    start = buffered.peek(8)[:8]
    packing = next((name for mark, name in PACKED.items() if start.startswith(mark)), None)
    match packing:
        case "gzip":
            stream = gzip.GzipFile(fileobj=buffered)
        case "bz2":
            stream = bz2.BZ2File(buffered)
        case "xz":
            stream = lzma.LZMAFile(buffered)  # noqa: SIM115 - the caller reads and closes it
        case "zstd":
            import pyarrow as pa

            stream = pa.CompressedInputStream(pa.PythonFile(buffered, "r"), "zstd")
        case None:
            if path.lower().endswith(PACKED_EXTENSIONS):
                packing = path.rpartition(".")[2].lower().replace("gz", "gzip").replace("gzipip", "gzip")
                raise _damaged(packing, "it is not packed at all", path)
            return buffered
    return io.BufferedReader(_Unpacked(stream, packing, path), BLOCK)


def _damaged(packing: str, reason: object, path: str) -> IntertaskError:
    return IntertaskError(f"The {packing} file is damaged: {reason}.", path, "download or pack it again")


class _Unpacked(io.RawIOBase):
    """The content of a packed file, with one error for all that can be wrong with it."""

    def __init__(self, stream: BinaryIO, packing: str, path: str):
        self._stream, self._packing, self._path = stream, packing, path

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: memoryview) -> int:
        """Read into a buffer."""
        try:
            content = self._stream.read(min(len(buffer), BLOCK))
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
            raise _damaged(self._packing, str(error).rstrip("."), self._path) from None
        buffer[: len(content)] = content
        return len(content)


class Budget:
    """Bounds the memory of the rows of one file, so that a small file cannot unpack to any size.

    Args:
        path: Name of the file, for messages.
        size: Its size in bytes, packed if it is packed.
    """

    def __init__(self, path: str, size: int):
        self._path, self._spent = path, 0
        self._limit = max(_FREE_MEMORY, _MAX_EXPANSION * size)
        self._available = _available_memory()

    @property
    def spent(self) -> int:
        """Number of bytes that were counted."""
        return self._spent

    def hold_nothing(self) -> None:
        """Count rows that are not held: they may need more memory than the machine has."""
        self._available = None

    def spend(self, count: int) -> None:
        """Count memory that was used.

        Args:
            count: Number of bytes.

        Raises:
            IntertaskError: The file needs more memory than a file of its size may, or than the machine has.
        """
        self._spent += count
        if self._spent > self._limit:
            raise IntertaskError(
                f"The content needs more than {_MAX_EXPANSION} times the memory of the file. It may be made to "
                "fill the memory.",
                self._path,
                "check where the file comes from; unpack it, or write its rows as plain CSV or JSONL",
            )
        if self._available is not None and self._spent > self._available:
            raise too_large(self._path)

    def spend_rows(self, rows: int, cells: int) -> None:
        """Count the memory of rows, without their characters.

        Args:
            rows: Number of rows.
            cells: Number of cells in all of these rows.

        Raises:
            IntertaskError: As :meth:`spend`.
        """
        self.spend(rows * _ROW + cells * _CELL)


def too_large(path: str) -> IntertaskError:
    """Return the message about a file whose rows do not fit into the memory.

    Args:
        path: Name of the file.
    """
    return IntertaskError(
        "The rows of the file do not fit into the memory of this machine.", path, "use a part of the file"
    )


def _available_memory() -> int | None:
    """Memory in bytes that a process can still use; None where the system does not tell."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError, IndexError):
        return None


class Text:
    """The text of a file, decoded in blocks.

    Args:
        file: The unpacked content.
        path: Name of the file, for messages.
        encoding: The encoding that the task states.
        budget: Counts the characters.
        max_bytes: Number of bytes to read at most; None for all.

    Attributes:
        path: Name of the file.
        budget: Counts the memory of the file's rows.
        is_cut: Whether the text ended at ``max_bytes``, after as much was read.
    """

    def __init__(self, file: io.BufferedReader, path: str, encoding: str, budget: Budget, max_bytes: int | None = None):
        self.path, self.is_cut, self.budget = path, False, budget
        self._file, self._left = file, max_bytes
        self._encoding = check_encoding(encoding, f"data: encoding ({path})")
        if self._encoding == "utf-8-sig" and marked_encoding(file.peek(4)) in ("utf-16", "utf-32"):
            self._encoding = marked_encoding(file.peek(4))  # the mark leaves no doubt

    def blocks(self) -> Iterator[str]:
        """Yield the text in parts.

        Raises:
            IntertaskError: The file is damaged, or a byte is not valid in the encoding.
        """
        decoder = codecs.getincrementaldecoder(self._encoding)()
        taken, lines = 0, 1
        first = self._file.peek(START)[:START]
        if b"\0" in first[:4096] and not self._encoding.startswith(("utf-16", "utf-32")):
            guess = detect(first).encoding
            fix = f"set 'data: encoding: {guess}'" if guess not in (None, "utf-8") else "name a file of rows"
            raise IntertaskError("The file is not text: it has null bytes.", self.path, fix)
        while not self.is_cut:
            content = self._file.read(BLOCK if self._left is None else min(BLOCK, self._left))
            if self._left is not None:
                self._left -= len(content)
                self.is_cut = not self._left and bool(self._file.peek(1))
            try:
                text = decoder.decode(content, not content)
            except UnicodeDecodeError as error:
                offset = taken + len(content) - len(error.object) + error.start
                before = error.object[: error.start].decode(self._encoding, "ignore")
                raise self._undecodable(error, offset, lines + before.count("\n"), first + content) from None
            except UnicodeError as error:  # UTF-16 without a byte order mark, for one
                raise IntertaskError(
                    f"Not {self._encoding} text: {error}.", self.path, "correct 'data: encoding:'"
                ) from None
            taken += len(content)
            lines += text.count("\n")
            self.budget.spend(len(text))
            yield text
            if not content:
                return

    def lines(self) -> Iterator[str]:
        """Yield each line without its line feed; a line that was cut is left out.

        Lines end at line feeds only. ``splitlines`` also splits at U+2028, form feeds and others, which texts may hold.

        Raises:
            IntertaskError: A line is longer than :data:`MAX_RECORD`, or as :meth:`blocks`.
        """
        number, pieces, length = 1, [], 0
        for block in self.blocks():
            first, *others = block.split("\n")
            pieces.append(first)
            length += len(first)
            if length > MAX_RECORD:
                raise IntertaskError(
                    f"The line has more than {MAX_RECORD:,} characters.",
                    f"{self.path}, line {number}",
                    "write one row per line; if this is one row, shorten its texts",
                )
            if others:
                yield "".join(pieces)
                yield from others[:-1]
                self.budget.spend(_CELL * len(others))
                number += len(others)
                pieces, length = [others[-1]], len(others[-1])
        if not self.is_cut:
            yield "".join(pieces)

    def numbered_lines(self) -> Iterator[tuple[int, str]]:
        """Yield each line, without its line end, with its number from 1.

        Raises:
            IntertaskError: As :meth:`lines`.
        """
        for number, line in enumerate(self.lines(), 1):
            yield number, line.removesuffix("\r")

    def _undecodable(self, error: UnicodeDecodeError, offset: int, line: int, sample: bytes) -> IntertaskError:
        """The message about a byte that is not valid in the encoding, with advice by what the text looks like."""
        encoding = self._encoding.removesuffix("-sig")
        found = detect(sample[:_DETECTED])
        what = f"Not {encoding} text: byte 0x{error.object[error.start]:02x} at offset {offset} ({error.reason})."
        if found.stray:
            what += " Most of the other text is UTF-8."
            fix = "correct the byte in this line, and save the file as UTF-8"
        else:
            guess = "cp1252, the Windows form of latin-1" if found.encoding == "cp1252" else found.encoding
            fix = f"set 'data: encoding:' (perhaps {guess or found.readings()}), or save the file as UTF-8"
        return IntertaskError(what, f"{self.path}, line {line}", fix)
