"""What the converters of all types share: the filter of bad rows, and the result."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...config import Task
from ...errors import IntertaskError
from ...words import count
from ..columns import Column
from ..formats import RawRow, Table
from ..labels import BadRowError, DroppedRowError

#: Share of bad rows above which the user is warned, and above which nothing is left out but the data is refused.
WARNING_SHARE, ERROR_SHARE = 0.05, 0.5

#: Raw rows by split, each with what has become of it so far.
Pairs = dict[str, list[tuple[RawRow, Any]]]


@dataclass
class BadRows:
    """Rows of one split with the same problem.

    Attributes:
        count: Number of rows.
        location: Where the first of them is.
        what: What is wrong with the first of them.
    """

    count: int
    location: str
    what: str

    def described(self) -> str:
        """Return a phrase for the user, with the number of rows, the problem, and the first place."""
        return f"{count(self.count, 'row')}: {self.what} (first: {self.location})"


@dataclass
class Canonical:
    """Canonical rows, and what became of the other rows.

    Attributes:
        rows: Canonical rows by split.
        labels: Names of the classes in the order of their indices; None for types without label names.
        dropped_labels: Number of rows by split that were left out for their label.
        bad_rows: Number of rows by split that were left out because something is wrong with them.
        left_out: These rows by split, in the order in which they were found.
        reasons: Their number by problem, most frequent first.
        warnings: What the user must not overlook, one sentence each: splits of which more than :data:`WARNING_SHARE`
            was left out, and labels that are alike.
        notes: Sentences about the data.
    """

    rows: dict[str, list[dict]]
    labels: list[str] | None = None
    dropped_labels: dict[str, int] = field(default_factory=dict)
    bad_rows: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, list[RawRow]] = field(default_factory=dict)
    reasons: dict[str, list[BadRows]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class RowFilter:
    """Converts rows. A bad row stops the run, or is left out and counted if the task has ``on_bad_row: drop``.

    Attributes:
        left_out: Bad rows by split.
        dropped: Number of rows by split whose label is among ``drop_labels``.
    """

    def __init__(self, task: Task):
        self.task = task
        self.left_out: dict[str, list[RawRow]] = {}
        self.dropped: Counter[str] = Counter()
        self._kinds: dict[str, dict[str, BadRows]] = {}

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
                self.left_out.setdefault(split, []).append(row)
                # The same problem, whatever the values that its message quotes.
                kind = re.sub(r"'[^']*'|\"[^\"]*\"|[\d.,-]+|;.*", "…", problem.what)
                same = self._kinds.setdefault(split, {})
                same.setdefault(kind, BadRows(0, row.location, problem.what)).count += 1
        return kept

    def reasons(self) -> dict[str, list[BadRows]]:
        """Return the bad rows of each split by problem, most frequent first."""
        return {split: sorted(kinds.values(), key=lambda kind: -kind.count) for split, kinds in self._kinds.items()}

    def notes(self) -> list[str]:
        """Return one sentence per problem of each split."""
        return [f"Left out of {split}: {kind.described()}" for split, kinds in self.reasons().items() for kind in kinds]

    def warnings(self, tables: dict[str, Table]) -> list[str]:
        """Compare the number of bad rows with that of all rows.

        Args:
            tables: All rows by split.

        Returns:
            One sentence for each split of which more than :data:`WARNING_SHARE` was left out.

        Raises:
            IntertaskError: More than :data:`ERROR_SHARE` of a split is bad.
        """
        found = []
        for split, kinds in self.reasons().items():
            bad, rows = len(self.left_out[split]), len(tables[split].rows)
            if bad <= WARNING_SHARE * rows:
                continue
            names = {"train": "training", "validation": "validation"}
            shown = "; ".join(kind.described() for kind in kinds[:3])
            if bad > ERROR_SHARE * rows:
                raise IntertaskError(
                    f"{bad:,} of {rows:,} {names[split]} rows cannot be used. {shown}",
                    f"task {self.task.name}: {table_source(self.task, split)}",
                    "correct the data or the settings; with 'on_bad_row: drop', at most half of the rows are left out",
                )
            found.append(f"{bad / rows:.0%} of the {names[split]} rows are left out ({bad:,} of {rows:,}). {shown}")
        return found


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
