"""Raw rows: what every format gives, whatever the task type."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple


class RawRow(NamedTuple):
    """One row of a file as it is.

    Attributes:
        values: Values by column name; in CoNLL files by column number.
        source: Path of the file, or a description of the dataset.
        number: Number of the row in its source, from 1.
        unit: What ``number`` counts: 'line', 'row' or 'question'.
    """

    values: dict[str | int, Any]
    source: str
    number: int
    unit: str = "line"

    @property
    def location(self) -> str:
        """Source and number, for messages."""
        return f"{self.source}, {self.unit} {self.number}"


class Reread(Sequence[RawRow]):
    """Rows that are read from their source again in each pass, because they need too much memory to be held.

    Args:
        read: Function that begins a pass.
        count: Number of the rows.
        columns: Names of the columns of all rows, in the order of their first rows.

    Attributes:
        columns: Names of the columns.
    """

    def __init__(self, read: Callable[[], Iterator[RawRow]], count: int, columns: Sequence[str | int]):
        self._read, self._count, self.columns = read, count, tuple(columns)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RawRow]:
        return self._read()

    def __getitem__(self, place: int) -> RawRow:
        return next(islice(self, place, None))


def columns_of(rows: Sequence[RawRow]) -> list[str | int]:
    """Return the names of the columns of all rows, in the order of their first rows."""
    return list(rows.columns if isinstance(rows, Reread) else dict.fromkeys(key for row in rows for key in row.values))


def counted(read: Callable[[], Iterator[RawRow]]) -> Reread:
    """Read rows once to count them.

    Args:
        read: Function that begins a pass.
    """
    number, columns = 0, {}
    for row in read():
        number += 1
        if not row.values.keys() <= columns.keys():
            columns |= dict.fromkeys(row.values)
    return Reread(read, number, columns)


class Table(NamedTuple):
    """Raw rows and what the data itself knows of their labels.

    Attributes:
        rows: The rows in the order of the source: a list, or :class:`Reread`.
        class_names: Names of the labels (``ClassLabel`` of ``datasets``) by column.
        is_cut: Whether these are only the first rows of the source.
        notes: Sentences about how the source was read.
    """

    rows: Sequence[RawRow]
    class_names: dict[str, list[str]]
    is_cut: bool = False
    notes: tuple[str, ...] = ()


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line of a text with its number, from 1.

    Lines end at line feeds only. ``splitlines`` also splits at U+2028, form feeds and others, which texts may hold.

    Args:
        text: The text.

    Yields:
        The number, and the line without its end.
    """
    for number, line in enumerate(text.split("\n"), 1):
        yield number, line.removesuffix("\r")
