"""Columns of words: CoNLL and CoNLL-U."""

import re

from ...errors import IntertaskError
from ...words import count
from .table import RawRow, numbered_lines

CONLLU_COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")


def read_conll(text: str, path: str, delimiter: str | None = None) -> list[RawRow]:
    """Read one word per line, with white space or tabs between columns and a blank line between sentences.

    ``-DOCSTART-`` lines are skipped. A line that begins with '#' is a word if it has as many columns as the other
    lines, otherwise a comment.

    Args:
        text: Content of the file.
        path: Name of the file, for messages.
        delimiter: Text between columns; None for tabs, or spaces in lines without a tab.

    Returns:
        One row per sentence: lists by column number.

    Raises:
        IntertaskError: A line has another number of columns than the first one.
    """
    lines = [(number, line, _cells(line, delimiter)) for number, line in numbered_lines(text)]
    width = next((len(cells) for _, line, cells in lines if cells and line[0] != "#" and not _is_docstart(cells)), None)
    rows: list[RawRow] = []
    sentence: list[list[str]] = []

    def close(first: int) -> None:
        if sentence:
            columns = {column: list(values) for column, values in enumerate(zip(*sentence, strict=True))}
            rows.append(RawRow(columns, path, first))
            sentence.clear()

    first = 1
    for number, line, cells in lines:
        comment = line.startswith("#") and len(cells) != width
        if not cells or comment or _is_docstart(cells):
            close(first)
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
    close(first)
    return rows


def _cells(line: str, delimiter: str | None) -> list[str]:
    """Columns of a line; none if it is blank."""
    line = line.strip("\r")
    if not line.strip(" \t"):
        return []
    if delimiter is not None:
        return line.split(delimiter.replace("\\t", "\t"))
    # Only space and tab separate: a no-break space is part of a token.
    return line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))


def _is_docstart(cells: list[str]) -> bool:
    """Whether a line begins a document."""
    return bool(cells) and cells[0].startswith("-DOCSTART")


def read_conllu(text: str, path: str) -> list[RawRow]:
    """Read CoNLL-U; comments, multiword ranges and empty nodes are skipped.

    Args:
        text: Content of the file.
        path: Name of the file, for messages.

    Returns:
        One row per sentence: lists by column name (form, upos, …).

    Raises:
        IntertaskError: A line has not ten columns.
    """
    rows: list[RawRow] = []
    sentence: list[list[str]] = []
    first = 1
    for number, line in [*numbered_lines(text), (0, "")]:  # the last sentence may have no blank line after it
        if not line.strip():
            if sentence:
                columns = (list(values) for values in zip(*sentence, strict=True))
                rows.append(RawRow(dict(zip(CONLLU_COLUMNS, columns, strict=True)), path, first))
                sentence = []
            continue
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(CONLLU_COLUMNS):
            raise IntertaskError(
                f"{count(len(cells), 'column')}, but CoNLL-U has 10, with tabs between them.",
                f"{path}, line {number}",
                "fix the line, or set 'data: format: conll'",
            )
        if not cells[0].isdigit():  # 3-4 (a multiword range) or 5.1 (an empty node)
            continue
        if not sentence:
            first = number
        sentence.append(cells)
    return rows
