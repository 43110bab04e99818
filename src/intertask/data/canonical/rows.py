"""What the converters of all types share: the filter of bad rows, and the result."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...config import Task
from ...errors import IntertaskError
from ..columns import Column
from ..formats import RawRow, Table
from ..labels import BadRowError, DroppedRowError

#: Raw rows by split, each with what has become of it so far.
Pairs = dict[str, list[tuple[RawRow, Any]]]


@dataclass
class Canonical:
    """Canonical rows, and what became of the other rows.

    Attributes:
        rows: Canonical rows by split.
        labels: Names of the classes in the order of their indices; None for types without label names.
        dropped_labels: Number of rows by split that were left out for their label.
        bad_rows: Number of rows by split that were left out because something is wrong with them.
        notes: Sentences about the data.
    """

    rows: dict[str, list[dict]]
    labels: list[str] | None = None
    dropped_labels: dict[str, int] = field(default_factory=dict)
    bad_rows: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class RowFilter:
    """Converts rows. A bad row stops the run, or is left out and counted if the task has ``on_bad_row: drop``.

    Attributes:
        bad: Number of bad rows by split.
        dropped: Number of rows by split whose label is among ``drop_labels``.
    """

    def __init__(self, task: Task):
        self.task = task
        self.bad: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def convert_rows(self, pairs: Pairs, convert: Callable[[Any], Any]) -> Pairs:
        """Apply a function to the values of all rows.

        Args:
            pairs: Raw rows and their values by split.
            convert: Function of one value. It raises ``BadRowError`` or ``DroppedRowError`` for rows to leave out.

        Returns:
            The good rows with their converted values, in the same order.

        Raises:
            IntertaskError: A row is bad, and the task has not ``on_bad_row: drop``.
        """
        return {split: self._converted(split, part, convert) for split, part in pairs.items()}

    def _converted(
        self, split: str, rows: list[tuple[RawRow, Any]], convert: Callable[[Any], Any]
    ) -> list[tuple[RawRow, Any]]:
        """The good rows of one split."""
        kept = []
        for row, value in rows:
            try:
                kept.append((row, convert(value)))
            except DroppedRowError:
                self.dropped[split] += 1
            except BadRowError as problem:
                if self.task.on_bad_row == "error":
                    fix = "; ".join(filter(None, [problem.fix, "or leave such rows out with 'on_bad_row: drop'"]))
                    raise IntertaskError(problem.what, f"task {self.task.name}: {row.location}", fix) from None
                self.bad[split] += 1
                self._first.setdefault(split, f"{row.location}: {problem.what}")
        return kept

    def notes(self) -> list[str]:
        """Return one sentence per split with bad rows."""
        return [
            f"{self.bad[split]} bad rows of {split} were left out, first {first}"
            for split, first in self._first.items()
        ]


#: Function ``convert`` of the module of each type. Arguments: the task; the data's column for each canonical column;
#: the raw rows of 'train' and perhaps 'validation'; the filter that stops at bad rows or counts them. It raises an
#: IntertaskError if a column cannot be used, or if a row is bad and the task has not ``on_bad_row: drop``.
Converter = Callable[[Task, dict[str, Column], dict[str, Table], RowFilter], Canonical]


def raw_rows(tables: dict[str, Table]) -> Pairs:
    """Return the rows of tables, each with its values by column."""
    return {split: [(row, row.values) for row in table.rows] for split, table in tables.items()}


def values_of(pairs: Pairs) -> dict[str, list[Any]]:
    """Return the converted values without their raw rows."""
    return {split: [value for _, value in part] for split, part in pairs.items()}


def class_names(tables: dict[str, Table], column: str | int) -> list[str] | None:
    """Return the names that the data itself has for the labels of a column; None if it has none."""
    return next((table.class_names[column] for table in tables.values() if column in table.class_names), None)


def table_source(task: Task, split: str) -> str:
    """Describe where the rows of a split come from, for messages."""
    data = task.data
    named = data.files or data.hub_files or data.download or data.splits
    parts = getattr(named, split) or named.train
    parts = ", ".join(getattr(part, "url", part) for part in parts)
    if data.hub is None:
        return parts
    return f"hub {data.hub}, {'split' if data.hub_files is None else 'files'} {parts}"
