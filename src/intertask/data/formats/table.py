"""Raw rows: what every format gives, whatever the task type."""

from collections.abc import Iterator
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


class Table(NamedTuple):
    """Raw rows and what the data itself knows of their labels.

    Attributes:
        rows: The rows in the order of the source.
        class_names: Names of the labels (``ClassLabel`` of ``datasets``) by column.
        is_cut: Whether these are only the first rows of the source.
        notes: Sentences about how the source was read.
    """

    rows: list[RawRow]
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
