"""Columns of words: CoNLL and CoNLL-U."""

import csv
import re
from collections.abc import Iterator
from itertools import chain, islice

from ...errors import IntertaskError
from ...words import count
from .streams import Text
from .table import RawRow

CONLLU_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
#: Number of lines from which the number of columns, and whether there are tabs between them, is told.
MAX_LINES = 10_000


def read_conll(
    text: Text, delimiter: str | None = None, quoted: bool = False, header: list[str] | None = None
) -> Iterator[RawRow]:
    """Read one word per line, with white space or tabs between columns and a blank line between sentences.

    ``-DOCSTART-`` lines are skipped. A line that begins with '#' is a word if it has as many columns as the other
    lines, with tabs between them if most lines have tabs; otherwise it is a comment.

    Args:
        text: Content of the file.
        delimiter: Text between columns; None for tabs, or spaces in lines without a tab.
        quoted: Whether cells may be in quotation marks. Then the delimiter must be one character.
        header: Names of the columns; None for numbers. A first line with these names is skipped.

    Yields:
        One row per sentence: lists by column.

    Raises:
        IntertaskError: A line has another number of columns than the first one.
    """
    path = text.path

    def _split(line: str, number: int) -> list[str]:
        try:
            return cells_of_line(line, delimiter, quoted)
        except csv.Error as error:
            fix = "fix the line, or set 'quoting: none'"
            raise IntertaskError(f"The line cannot be split: {error}.", f"{path}, line {number}", fix) from None

    lines = ((number, line, _split(line, number)) for number, line in text.numbered_lines())
    first_lines = list(islice(lines, MAX_LINES))
    width = next(
        (len(cells) for _, line, cells in first_lines if cells and line[0] != "#" and not is_docstart(cells)), None
    )
    if header is not None and width not in (None, len(header)):
        raise IntertaskError(
            f"{count(width, 'column')}, but 'data: header:' names {len(header)}: {', '.join(header)}.",
            path,
            "name every column, or remove 'header:'",
        )
    has_tabs = delimiter is None and sum("\t" in line for _, line, _ in first_lines) > len(first_lines) / 2
    names = range(width or 0) if header is None else header
    sentence: list[list[str]] = []

    def closed() -> Iterator[RawRow]:
        if sentence:
            columns = {name: list(values) for name, values in zip(names, zip(*sentence, strict=True), strict=True)}
            yield RawRow(columns, path, first)
            sentence.clear()

    first, is_first = 1, True
    for number, line, cells in chain(first_lines, lines):
        comment = line.startswith("#") and (len(cells) != width or (has_tabs and "\t" not in line))
        if not cells or comment or is_docstart(cells):
            yield from closed()
            continue
        is_repeated, is_first = is_first, False
        if header is not None and is_repeated and [cell.strip() for cell in cells] == header:
            continue
        if len(cells) != width:
            raise IntertaskError(
                f"{count(len(cells), 'column')}, but the lines before have {width}.",
                f"{path}, line {number}",
                "fix the line; if a token holds a space, put tabs between the columns",
            )
        if not sentence:
            first = number
        sentence.append(cells)
    if not text.is_cut:
        yield from closed()


def cells_of_line(line: str, delimiter: str | None, quoted: bool = False) -> list[str]:
    """Split a line into its columns.

    Args:
        line: The line without its end.
        delimiter: Text between columns; None for tabs, or spaces in lines without a tab.
        quoted: Whether cells may be in quotation marks.

    Returns:
        The cells; none if the line is blank.

    Raises:
        csv.Error: The cells are in quotation marks, and the line cannot be split.
    """
    line = line.strip("\r")
    if not line.strip(" \t"):
        return []
    if delimiter is not None:
        delimiter = delimiter.replace("\\t", "\t")
        cells = next(csv.reader([line], delimiter=delimiter)) if quoted else line.split(delimiter)
        return cells if any(cell.strip(" \t") for cell in cells) else []
    # Only space and tab separate: a no-break space is part of a token.
    return line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))


def is_docstart(cells: list[str]) -> bool:
    """Tell whether a line begins a document.

    Args:
        cells: Columns of the line.
    """
    return bool(cells) and cells[0].startswith("-DOCSTART")


def read_conllu(text: Text) -> Iterator[RawRow]:
    """Read CoNLL-U; comments, multiword ranges and empty nodes are skipped.

    Args:
        text: Content of the file.

    Yields:
        One row per sentence: lists by column name (form, upos, …).

    Raises:
        IntertaskError: A line has not ten columns.
    """
    sentence: list[list[str]] = []
    first = 1
    for number, line in chain(text.numbered_lines(), [(0, "")]):  # the last sentence may have no blank line after it
        if not line.strip():
            if sentence and (number or not text.is_cut):
                columns = (list(values) for values in zip(*sentence, strict=True))
                yield RawRow(dict(zip(CONLLU_COLUMNS, columns, strict=True)), text.path, first)
                sentence = []
            continue
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(CONLLU_COLUMNS):
            raise IntertaskError(
                f"{count(len(cells), 'column')}, but CoNLL-U has 10, with tabs between them.",
                f"{text.path}, line {number}",
                "fix the line, or set 'data: format: conll'",
            )
        if not cells[0].isdigit():  # 3-4 (a multiword range) or 5.1 (an empty node)
            continue
        if not sentence:
            first = number
        sentence.append(cells)
