"""What a column holds, as far as a look at its values can tell."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..data.columns import plain
from ..data.formats import Row

#: Rows that are looked at, evenly over the file.
LOOKED_AT = 4000
#: Ids and such: whole words of a column's name.
ID_WORDS = {
    "id",
    "idx",
    "index",
    "uid",
    "guid",
    "uuid",
    "no",
    "nr",
    "number",
    "row",
    "key",
    "hash",
    "url",
    "link",
    "date",
}
ID_WORDS |= {"time", "timestamp", "created", "updated", "file", "filename", "path"}


@dataclass(frozen=True)
class Look:
    """One column of the training data.

    Attributes:
        name: Of the column; conll: its number.
        values: What the rows that were looked at hold, ``None`` where nothing; text cells that hold a list or an
            object are read.
        kind: ``text``, ``class`` (few different values), ``number``, ``list``, ``object``, ``id``, ``constant``,
            ``empty``.
        distinct: Number of different values.
        words: Mean number of words of a text.
    """

    name: str | int
    values: list[Any]
    kind: str
    distinct: int
    words: float

    @property
    def there(self) -> list[Any]:
        """The values without missing ones."""
        return [value for value in self.values if value is not None]

    @property
    def missing(self) -> int:
        """How many rows have no value."""
        return len(self.values) - len(self.there)

    def name_words(self) -> list[str]:
        """Lower-case words of the name: ``ReviewText`` and ``review_text`` are review, text."""
        split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(self.name))
        return [word for word in re.split(r"[^0-9a-zà-ÿ]+", split.lower()) if word]

    def described(self) -> str:
        """In a few words, for a person."""
        if self.kind == "empty":
            return "empty"
        if self.kind == "constant":
            return f"always {self.there[0]!r:.30}"
        if self.kind == "class":
            shown = ", ".join(f"{value!s:.20}" for value, _ in Counter(map(str, self.there)).most_common(4))
            return f"{self.distinct} different values: {shown}{', …' if self.distinct > 4 else ''}"
        if self.kind == "text":
            return f"texts of {self.words:.0f} words on average"
        if self.kind == "number":
            numbers = [float(value) for value in self.there]
            return f"numbers from {min(numbers):g} to {max(numbers):g}"
        if self.kind == "id":
            return "all different, like ids"
        return {"list": "lists", "object": "objects"}[self.kind]


def look_at(rows: Sequence[Row]) -> list[Look]:
    """Every column of the rows, in their order.

    A column that only some rows have counts as missing in the others.
    """
    step = max(1, len(rows) // LOOKED_AT)
    rows = rows[::step][:LOOKED_AT]
    names = list(dict.fromkeys(name for row in rows for name in row.values))
    return [_look(name, [_value(row.values.get(name)) for row in rows]) for name in names]


def _value(value: Any) -> Any:
    value = plain(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return None if isinstance(value, str) and not value.strip() else value


def _look(name: str | int, values: list[Any]) -> Look:
    there = [value for value in values if value is not None]
    distinct = len({repr(value) for value in there})
    texts = [value for value in there if isinstance(value, str)]
    words = sum(len(text.split()) for text in texts) / len(texts) if texts else 0.0
    return Look(name, values, _kind(Look(name, values, "", distinct, words), there), distinct, words)


def _kind(look: Look, there: list[Any]) -> str:
    if not there:
        return "empty"
    if all(isinstance(value, dict) for value in there):
        return "object"
    if all(isinstance(value, list) for value in there):
        return "list"
    if look.distinct == 1 and len(look.values) > 1:
        return "constant"
    numbers = [number for value in there if (number := as_number(value)) is not None]
    few = look.distinct <= max(2, min(100, len(there) // 4 if len(there) < 400 else 50 + len(there) // 100))
    is_id = bool(ID_WORDS & set(look.name_words())) or str(look.name).lower().startswith("unnamed")
    if len(numbers) == len(there):
        if any(number != int(number) for number in numbers):
            return "number"
        if look.distinct > 0.9 * len(there) and (is_id or max(numbers) - min(numbers) < 2 * len(there)):
            return "id"
        return "class" if few and look.distinct <= 20 else "id" if is_id else "number"
    if few and look.words < 6:
        return "class"
    if look.words >= 2:
        return "text"
    # single words: names, codes, addresses; or very short texts
    return "id" if is_id or look.distinct > 0.9 * len(there) else "text"


def as_number(value: Any) -> float | None:
    """A finite number, or a text that is one; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
