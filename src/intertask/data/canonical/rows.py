"""What the converters of all types share: the filter of bad rows, and the result."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from typing import Any

import numpy as np

from ...config import Task
from ...errors import IntertaskError, without_secrets
from ...words import count
from ..columns import Column
from ..facts import Facts, FactsBuilder
from ..formats import RawRow, Reread, Table
from ..labels import BadRowError, DroppedRowError

#: Share of bad rows above which the user is warned, and above which nothing is left out but the data is refused.
WARNING_SHARE, ERROR_SHARE = 0.05, 0.5


class Part(Sequence[tuple[RawRow, Any]]):
    """Rows of one split, each with what has become of it so far. They are not held but made again in each pass.

    Args:
        rows: The raw rows, or another part.
        convert: Function of the number and the value of a row.
        good: 1 for each row that is not left out, else 0; None for all rows.
    """

    def __init__(
        self, rows: "Reread | Part", convert: Callable[[int, Any], Any] | None = None, good: bytearray | None = None
    ):
        self._rows, self._convert, self._good = rows, convert, good
        self._count = len(rows) if good is None else good.count(1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[RawRow, Any]]:
        if self._convert is None:
            return ((row, row.values) for row in self._rows)
        pairs = self._rows if self._good is None else compress(self._rows, self._good)
        return ((row, self._convert(number, value)) for number, (row, value) in enumerate(pairs))

    def __getitem__(self, place: int) -> tuple[RawRow, Any]:
        return next(iter(self.take([place])))

    def take(self, places: Iterable[int]) -> Iterator[tuple[RawRow, Any]]:
        """Yield the rows at some places, which ascend. Only these are converted."""
        places = list(places)
        if self._convert is None:
            last = places[-1] + 1 if places else 0
            wanted = bytearray(last)
            for place in places:
                wanted[place] = 1
            yield from ((row, row.values) for row in compress(self._rows, wanted))
            return
        below = places
        if self._good is not None:
            below = np.flatnonzero(np.frombuffer(self._good, np.uint8))[places].tolist()
        for number, (row, value) in zip(places, self._rows.take(below), strict=True):
            yield row, self._convert(number, value)


#: Raw rows by split, each with what has become of it so far: lists, or parts of rows that are not held.
Pairs = dict[str, list[tuple[RawRow, Any]] | Part]


class Values(Sequence[Any]):
    """What has become of the rows of a part, without the raw rows."""

    def __init__(self, part: Part):
        self._part = part

    def __len__(self) -> int:
        return len(self._part)

    def __iter__(self) -> Iterator[Any]:
        return (value for _, value in self._part)

    def __getitem__(self, place: int) -> Any:
        return self._part[place][1]

    def take(self, places: Iterable[int]) -> list[Any]:
        """Return the values at some places, which ascend."""
        return [value for _, value in self._part.take(places)]


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
        facts: Facts of these rows by split, until they are taken over.
        labels: Names of the classes in the order of their indices; None for types without label names.
        dropped_labels: Number of rows by split that were left out for their label.
        bad_rows: Number of rows by split that were left out because something is wrong with them.
        left_out: These rows by split, in the order in which they were found; empty for rows that are not held.
        reasons: Their number by problem, most frequent first.
        warnings: What the user must not overlook, one sentence each: splits of which more than :data:`WARNING_SHARE`
            was left out, and labels that are alike.
        notes: Sentences about the data.
    """

    rows: dict[str, list[dict] | Values]
    labels: list[str] | None = None
    dropped_labels: dict[str, int] = field(default_factory=dict)
    bad_rows: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Facts] = field(default_factory=dict)
    left_out: dict[str, list[RawRow]] = field(default_factory=dict)
    reasons: dict[str, list[BadRows]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class RowFilter:
    """Converts rows. A bad row stops the run, or is left out and counted if the task has ``on_bad_row: drop``.

    Attributes:
        left_out: Bad rows by split, unless the rows are not held.
        bad: Number of bad rows by split.
        dropped: Number of rows by split whose label is among ``drop_labels``.
    """

    def __init__(self, task: Task):
        self.task = task
        self.left_out: dict[str, list[RawRow]] = {}
        self.bad: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._kinds: dict[str, dict[str, BadRows]] = {}
        self._facts: dict[str, FactsBuilder] = {}

    def convert_rows(
        self,
        pairs: Pairs,
        convert: Callable[[Any], Any],
        see: Callable[[str, Any], None] | None = None,
    ) -> Pairs:
        """Apply a function to the values of all rows.

        Args:
            pairs: Raw rows and their values by split.
            convert: Function of one value. It raises ``BadRowError`` or ``DroppedRowError`` for rows to leave out. Rows
                that are not held are converted again in each later pass.
            see: Function of the split and of the converted value of each good row, which is called once per row.

        Returns:
            The good rows with their converted values, in the same order.

        Raises:
            IntertaskError: A row is bad, and the task has not ``on_bad_row: drop``.
        """
        return {split: self._converted(split, part, convert, see) for split, part in pairs.items()}

    def learn(self, split: str, row: dict[str, Any]) -> None:
        """Collect the facts of a canonical row. Converters pass this as ``see`` of their last step."""
        if split not in self._facts:
            self._facts[split] = FactsBuilder(self.task.type)
        self._facts[split].add(row)

    def facts(self, split: str) -> Facts:
        """Return the facts of the rows of a split."""
        return self._facts.get(split, FactsBuilder(self.task.type)).facts()

    def _converted(
        self,
        split: str,
        rows: list[tuple[RawRow, Any]] | Part,
        convert: Callable[[Any], Any],
        see: Callable[[str, Any], None] | None,
    ) -> list[tuple[RawRow, Any]] | Part:
        """The good rows of one split."""
        is_held = isinstance(rows, list)
        kept, good = [], bytearray()
        for row, value in rows:
            good.append(0)
            try:
                converted = convert(value)
            except DroppedRowError:
                self.dropped[split] += 1
            except BadRowError as problem:
                if self.task.on_bad_row == "error":
                    fix = "; ".join(filter(None, [problem.fix, "or leave such rows out with 'on_bad_row: drop'"]))
                    raise IntertaskError(problem.what, f"task {self.task.name}: {row.location}", fix) from None
                self.bad[split] += 1
                if is_held:
                    self.left_out.setdefault(split, []).append(row)
                # The same problem, whatever the values that its message quotes.
                kind = re.sub(r"'[^']*'|\"[^\"]*\"|[\d.,-]+|;.*", "…", problem.what)
                same = self._kinds.setdefault(split, {})
                same.setdefault(kind, BadRows(0, row.location, problem.what)).count += 1
            else:
                good[-1] = 1
                if is_held:
                    kept.append((row, converted))
                if see is not None:
                    see(split, converted)
        return kept if is_held else Part(rows, lambda _, value: convert(value), good)

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
            bad, rows = self.bad[split], len(tables[split].rows)
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
#: the raw rows of 'train' and perhaps 'validation'; the filter that stops at bad rows or counts them. Its last step
#: passes ``learn`` of the filter, which collects what choosing rows needs. It raises an IntertaskError if a column
#: cannot be used, or if a row is bad and the task has not ``on_bad_row: drop``.
Converter = Callable[[Task, dict[str, Column], dict[str, Table], RowFilter], Canonical]


def raw_rows(tables: dict[str, Table]) -> Pairs:
    """Return the rows of tables, each with its values by column."""
    return {
        split: Part(table.rows) if isinstance(table.rows, Reread) else [(row, row.values) for row in table.rows]
        for split, table in tables.items()
    }


def numbered(pairs: Pairs, convert: Callable[[str, int, Any], Any]) -> Pairs:
    """Apply a function of the split, the number of the row among the good rows, and its value."""
    result: Pairs = {}
    for split, part in pairs.items():
        change = partial(convert, split)
        if isinstance(part, list):
            result[split] = [(row, change(number, value)) for number, (row, value) in enumerate(part)]
        else:
            result[split] = Part(part, change)
    return result


def values_of(pairs: Pairs) -> dict[str, list[Any] | Values]:
    """Return the converted values without their raw rows."""
    return {
        split: [value for _, value in part] if isinstance(part, list) else Values(part) for split, part in pairs.items()
    }


def class_names(tables: dict[str, Table], column: str | int) -> list[str] | None:
    """Return the names that the data itself has for the labels of a column; None if it has none."""
    return next((table.class_names[column] for table in tables.values() if column in table.class_names), None)


def table_source(task: Task, split: str) -> str:
    """Describe where the rows of a split come from, for messages."""
    data = task.data
    named = data.files or data.hub_files or data.download or data.splits
    parts = getattr(named, split) or named.train
    parts = without_secrets(", ".join(getattr(part, "url", part) for part in parts))
    if data.hub is None:
        return parts
    return f"hub {data.hub}, {'split' if data.hub_files is None else 'files'} {parts}"
