"""Describe each column of a table: what kind of values it holds, how many are different, how long its texts are."""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..data.columns import plain
from ..data.formats import RawRow
from ..data.numbers import find_signs, read_number, unit_of
from ..errors import IntertaskError
from ..words import count
from .text_length import count_unspaced, count_words

#: Decimal and thousands sign.
Signs = tuple[str, str | None]
#: Number of rows that are inspected. They are drawn from the whole file.
MAX_ROWS = 4000
#: Of wide tables, fewer rows are inspected: about MAX_CELLS cells in all, but never fewer than MIN_ROWS rows.
MAX_CELLS, MIN_ROWS = 500_000, 200
#: Most columns among which the texts and the labels are guessed.
MAX_COLUMNS = 2500
#: Most columns that are listed for the user.
_LISTED = 20
#: A column whose name contains one of these words may hold identifiers.
ID_WORDS = {"id", "idx", "index", "uid", "guid", "uuid", "no", "nr", "number", "row", "key", "hash", "url", "link"}
ID_WORDS |= {"date", "time", "timestamp", "created", "updated", "file", "filename", "path"}
#: Words in the names of columns that hold the names or numbers of classes, even of many classes.
CLASS_WORDS = {
    "label",
    "labels",
    "class",
    "category",
    "intent",
    "topic",
    "tag",
    "emotion",
    "type",
    "domain",
    "scenario",
}
#: Words in the names of columns that hold texts, even if the same short texts occur again and again.
TEXT_WORDS = {"text", "sentence", "utterance", "content", "message", "comment", "review", "tweet", "title", "headline"}
TEXT_WORDS |= {"question", "query", "answer", "reply", "response", "premise", "hypothesis", "paragraph", "passage"}


@dataclass(frozen=True)
class ColumnProfile:
    """Description of one column of the training data.

    Attributes:
        name: Name of the column. Columns of conll files are numbered.
        values: Values of the inspected rows, ``None`` where a row has no value. Text cells that contain a list or an
            object are parsed.
        column_kind: ``text``, ``class`` (few different values), ``number``, ``list``, ``object``, ``id``, ``constant``
            or ``empty``.
        distinct: Number of different values.
        mean_words: Mean number of words of the values that are texts, as :func:`.text_length.count_words` counts.
        signs: Decimal and thousands sign of its numbers, as :func:`..data.numbers.find_signs` gives them.
        mean_unspaced: Mean number of their characters of scripts that put no blanks between words.
    """

    name: str | int
    values: list[Any]
    column_kind: str
    distinct: int
    mean_words: float
    mean_unspaced: float = 0.0
    signs: Signs = (".", None)

    @property
    def present(self) -> list[Any]:
        """The values without the missing ones."""
        return [value for value in self.values if value is not None]

    @property
    def missing(self) -> int:
        """Number of inspected rows without a value."""
        return len(self.values) - len(self.present)

    def name_words(self) -> list[str]:
        """Split the column's name into lower-case words: ``ReviewText`` and ``review_text`` give review, text."""
        split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(self.name))
        return [word for word in re.split(r"[\W_]+", split.lower()) if word]

    def with_units(self) -> str:
        """Describe numbers with a currency or percent sign, or another minus than '-'; '' for other columns.

        Such numbers are not read.
        """
        units = [(value, unit_of(value) if isinstance(value, str) else None) for value in self.present]
        found = [(value, unit) for value, unit in units if unit]
        if not found or any(unit is None and as_number(value, self.signs) is None for value, unit in units):
            return ""
        value, unit = found[0]
        sign = "a minus that is not '-'" if unit == "-" else f"the sign {unit!r}"
        return f"numbers with {sign} in {len(found):,} of {count(len(units), 'row')}, the first {value!r}"

    def described(self) -> str:
        """Describe the column in a few words for the user."""
        if self.column_kind == "empty":
            return "empty"
        if self.column_kind == "constant":
            return f"always {self.present[0]!r:.30}"
        if self.column_kind == "class":
            shown = ", ".join(f"{value!s:.20}" for value, _ in Counter(map(str, self.present)).most_common(4))
            return f"{self.distinct} different values: {shown}{', …' if self.distinct > 4 else ''}"
        if with_units := self.with_units():
            return with_units
        if self.column_kind == "text" and self.mean_unspaced > self.mean_words:
            return f"texts of {self.mean_unspaced:.0f} characters on average"
        if self.column_kind == "text":
            return f"texts of {self.mean_words:.0f} words on average"
        if self.column_kind == "number":
            numbers = [number for value in self.present if (number := as_number(value, self.signs)) is not None]
            return f"numbers from {min(numbers):g} to {max(numbers):g}"
        if self.column_kind == "id":
            return "identifiers, different in almost every row"
        return {"list": "lists", "object": "objects"}[self.column_kind]


def profile_columns(rows: Sequence[RawRow], chosen: Sequence[str] = ()) -> list[ColumnProfile]:
    """Describe every column of a table.

    Args:
        rows: Rows of the training data. At most :data:`MAX_ROWS` of them are inspected.
        chosen: Columns that the user chose. Of a table with more than :data:`MAX_COLUMNS` columns, only these are
            described.

    Returns:
        One profile per column, in the order of the file. A column that only some rows have counts as missing in the
        others.

    Raises:
        IntertaskError: The table has more than :data:`MAX_COLUMNS` columns, and the user did not choose any.
    """
    rows = _spread(rows, MAX_ROWS)
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    if len(names) > MAX_COLUMNS:
        if not chosen:
            raise IntertaskError(
                f"The table has {len(names):,} columns. The texts and the labels are guessed among at most "
                f"{MAX_COLUMNS:,}.",
                rows[0].source,
                "name them with --text COLUMN and --label COLUMN, or keep only the columns that the task needs",
            )
        names = [name for name in names if str(name) in chosen]
    rows = _spread(rows, max(MIN_ROWS, MAX_CELLS // max(len(names), 1)))
    return [_profile(name, [_value(row.values.get(name)) for row in rows]) for name in names]


def _spread(rows: Sequence[RawRow], limit: int) -> Sequence[RawRow]:
    """Draw at most ``limit`` rows from the whole table, which may be sorted, or repeat its labels regularly."""
    if len(rows) <= limit:
        return rows
    return [rows[place] for place in sorted(random.Random(0).sample(range(len(rows)), limit))]


def list_columns(profiles: Sequence[ColumnProfile], form: str = "{}: {}") -> list[str]:
    """Describe columns in a few words each; of many, the first ones.

    Args:
        profiles: The columns.
        form: How a name and its description are joined.
    """
    listed = [form.format(profile.name, profile.described()) for profile in profiles[:_LISTED]]
    more = len(profiles) - len(listed)
    return [*listed, f"and {count(more, 'more column')}"] if more else listed


def _value(value: Any) -> Any:
    """Convert a cell to a plain value; NaN and blank texts become None."""
    value = plain(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return None if isinstance(value, str) and not value.strip() else value


def _profile(name: str | int, values: list[Any]) -> ColumnProfile:
    """Describe one column."""
    present = [value for value in values if value is not None]
    distinct = len({repr(value) for value in present})
    texts = [value for value in present if isinstance(value, str)]
    mean_words = sum(map(count_words, texts)) / len(texts) if texts else 0.0
    mean_unspaced = sum(map(count_unspaced, texts)) / len(texts) if texts else 0.0
    signs = (texts and find_signs(texts)) or (".", None)
    profile = ColumnProfile(name, values, "", distinct, mean_words, mean_unspaced, signs)
    return replace(profile, column_kind=_column_kind(profile, present))


def _column_kind(profile: ColumnProfile, present: list[Any]) -> str:
    """Decide the kind of a column from its values and, for identifiers, from its name."""
    if not present:
        return "empty"
    if all(isinstance(value, dict) for value in present):
        return "object"
    if all(isinstance(value, list) for value in present):
        return "list"
    if profile.distinct == 1 and len(profile.values) > 1:
        return "constant"
    numbers = [number for value in present if (number := as_number(value, profile.signs)) is not None]
    few = profile.distinct <= _max_classes(profile, len(present))
    is_id = bool(ID_WORDS & set(profile.name_words())) or str(profile.name).lower().startswith("unnamed")
    if len(numbers) == len(present):
        if any(number != int(number) for number in numbers):
            return "number"
        if profile.distinct > 0.9 * len(present) and (is_id or max(numbers) - min(numbers) < 2 * len(present)):
            return "id"
        are_codes = bool(CLASS_WORDS & set(profile.name_words())) and profile.distinct > 0.9 * (
            max(numbers) - min(numbers)
        )
        return "class" if few and (profile.distinct <= 20 or are_codes) else "id" if is_id else "number"
    if few and profile.mean_words < 6:
        return "class"
    if profile.mean_words >= 2:
        return "text"
    # Single words are names, codes or addresses if almost all differ, and very short texts otherwise.
    return "id" if is_id or profile.distinct > 0.9 * len(present) else "text"


def _max_classes(profile: ColumnProfile, rows: int) -> int:
    """Return the largest number of different values that may be classes."""
    usual = max(2, min(100, rows // 4 if rows < 400 else 50 + rows // 100))
    if CLASS_WORDS & set(profile.name_words()):
        return max(usual, rows // 5)
    if profile.mean_words < 3 and not TEXT_WORDS & set(profile.name_words()):
        return max(usual, rows // 20)
    return usual


def as_number(value: Any, signs: Signs = (".", None)) -> float | None:
    """Convert a value to a finite number.

    Args:
        value: A number, or a text that contains one.
        signs: Decimal and thousands sign of texts.

    Returns:
        The number; None for truth values and for everything that is not a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = read_number(value, *signs) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
