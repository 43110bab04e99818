"""Excel workbooks (xlsx)."""

import datetime
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from ...errors import IntertaskError, did_you_mean
from ...words import in_words
from .table import RawRow

#: A workbook whose parts are larger than this after unpacking, in bytes, is refused.
_MAX_UNPACKED = 2_000_000_000
#: A workbook that unpacks to more than this many times its size is refused, if it is larger than _FREE bytes.
_MAX_RATIO, _FREE = 200, 200_000_000
#: Number of sheets that a sentence names.
_SHOWN = 5


def read_xlsx(file: BinaryIO, path: str, sheet: str | None, notes: list[str]) -> Iterator[RawRow]:
    """Read one sheet of a workbook. Every value is text, as in a csv file that Excel writes.

    Args:
        file: The workbook.
        path: Name of the file, for messages.
        sheet: Name of the sheet; None for the first one.
        notes: Gets a sentence if the workbook has further sheets and the task names none.

    Yields:
        One row per row below the first one, which names the columns. Empty rows are skipped.

    Raises:
        IntertaskError: The workbook is damaged or has no such sheet, the first of several sheets has no rows, or a
            value has no column name.
    """
    workbook = _open(file, path)
    names = workbook.sheetnames
    if sheet is not None and sheet not in names:
        raise IntertaskError(f"There is no sheet {sheet!r}; {did_you_mean(sheet, names)}", path, "correct 'records:'")
    worksheets = [found for found in workbook.worksheets if sheet in (None, found.title)]
    if not worksheets:
        raise IntertaskError("The workbook has no sheet with cells.", path, "name another file")
    others = [found.title for found in worksheets[1:]]
    if others:
        notes.append(
            f"The workbook has {len(worksheets)} sheets. The first, {worksheets[0].title!r}, was read. To read another "
            f"({in_words(others, _SHOWN)}), name it with 'data: records:' (--records of intertask.start)."
        )
    location, is_empty = f"{path}, sheet {worksheets[0].title}", True
    worksheets[0].reset_dimensions()  # the stated size may be wrong
    header: list[str] | None = None
    for number, cells in enumerate(_rows(worksheets[0], path), 1):
        texts = [_text(cell) for cell in cells]
        while texts and not texts[-1].strip():
            texts.pop()
        if not texts:
            continue
        if header is None:
            header = [text.strip() for text in texts]
            if repeated := [name for name, times in Counter(header).items() if name and times > 1]:
                what = f"Two columns are named {repeated[0]!r}."
                raise IntertaskError(what, f"{location}, row {number}", "rename one")
            continue
        texts += [""] * (len(header) - len(texts))
        nameless = [n for n, text in enumerate(texts) if text.strip() and (n >= len(header) or not header[n])]
        if nameless:
            raise IntertaskError(
                f"Column {nameless[0] + 1} has a value, but no name in the first row.",
                f"{location}, row {number}",
                "name the column in the first row; titles above it must be removed",
            )
        values, is_empty = {name: text for name, text in zip(header, texts, strict=False) if name}, False
        yield RawRow(values, location, number, "row")
    if is_empty and others:
        raise IntertaskError(
            f"The first sheet of the workbook has no rows. The others are {in_words(others, _SHOWN)}.",
            location,
            "name the sheet with 'data: records:' (--records of intertask.start)",
        )


def _open(file: BinaryIO, path: str) -> Any:
    """Open a workbook whose size is bounded."""
    from openpyxl import load_workbook

    try:
        members = zipfile.ZipFile(file).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _damaged(error, path) from None
    packed = sum(info.compress_size for info in members)
    unpacked = sum(info.file_size for info in members)
    if unpacked > _MAX_UNPACKED or unpacked > max(_FREE, _MAX_RATIO * packed):
        raise IntertaskError(
            f"The workbook unpacks to {unpacked / 1e6:,.0f} MB, {unpacked / max(packed, 1):,.0f} times its size.",
            path,
            "save the sheet as CSV",
        )
    file.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about colors, pictures and other parts that are not read
            return load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises a dozen types of error, from three libraries
        raise _damaged(error, path) from None


def _rows(worksheet: Any, path: str) -> Iterator[tuple]:
    """Values of each row."""
    try:
        yield from worksheet.iter_rows(values_only=True)
    except MemoryError:
        raise
    except Exception as error:
        raise _damaged(error, path) from None


def _damaged(error: Exception, path: str) -> IntertaskError:
    """The message about a workbook that cannot be read."""
    what = " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__
    return IntertaskError(
        f"The workbook cannot be read: {what}.", path, "save it again in a spreadsheet program, or save it as CSV"
    )


def _text(cell: Any) -> str:
    """Value of a cell as text."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)
