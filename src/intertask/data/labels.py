"""Read labels: from the value that a dataset has for a label to the label's name or index."""

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from ..config import Task
from ..errors import did_you_mean


class BadRowError(Exception):
    """One row is wrong. It becomes an IntertaskError or, with ``on_bad_row: drop``, a count.

    Args:
        what: What is wrong.
        fix: What the user can do.
    """

    def __init__(self, what: str, fix: str = ""):
        self.what, self.fix = what, fix
        super().__init__(what)


class DroppedRowError(Exception):
    """The row's label is among ``drop_labels``."""


def label_text(value: Any) -> str:
    """Turn a label into text: ``True`` is 'true', 2 and 2.0 are '2', and white space around a text is removed.

    Args:
        value: Value of the label's column.

    Returns:
        The text.

    Raises:
        BadRowError: The row has no label, or its label is neither text nor a whole number.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise BadRowError("The row has no label (null or NaN).", "label it or take it out")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    if isinstance(value, str):
        if not value.strip():
            raise BadRowError("The label is empty.", "label the row or take it out")
        if re.search("[\ud800-\udfff]", value):
            raise BadRowError(f"The label holds half of a surrogate pair: {value!a:.80}", "write the label as UTF-8")
        return value.strip()
    if isinstance(value, float):
        raise BadRowError(f"The label {value} is not the name or number of a class.", "perhaps 'type: regression'")
    raise BadRowError(f"The label {value!r} is neither text nor a number.", "name another column for the label")


def is_index(text: str) -> bool:
    """Tell whether a text is a whole number as ``str`` writes it ('3', '-1'; not '03')."""
    return re.fullmatch(r"0|-?[1-9]\d{0,17}", text) is not None


def whole(text: str) -> str:
    """Return '1' for '1.0', which pandas writes for integers in a column with missing cells; other text as it is."""
    match = re.fullmatch(r"(-?\d+)\.0+", text)
    return match[1] if match else text


class LabelNames:
    """Names of the labels of one task, as far as its YAML or its data states them.

    Args:
        task: The task, for its ``labels`` and ``drop_labels``.
        class_names: Names that the data itself has for its numbers (``ClassLabel``); None if it has none.
    """

    def __init__(self, task: Task, class_names: list[str] | None):
        self.stated = task.labels
        self.class_names = class_names
        self.drop = {str(label) for label in task.drop_labels}
        # Numbers are indices only if no label is a number: of the labels 1, 2 and 3, '1' is the first.
        self._numbers_are_indices = self.stated is not None and not any(map(is_index, self.stated))
        self._match_by_name = bool(class_names and self.stated and set(class_names) & set(self.stated))
        self.dropped_names: set[str] = set()
        self._cache: dict[Any, str] = {}

    def name(self, value: Any) -> str:
        """Return the name of a label.

        Args:
            value: Value of the label's column.

        Raises:
            BadRowError: The row has no label, its number is out of range, or its name is not among the stated ones.
            DroppedRowError: The label is among ``drop_labels``, by its value or by its name.
        """
        key = (type(value), value) if isinstance(value, str | int) else None
        if key in self._cache:
            return self._cache[key]
        text = label_text(value)
        if not (self.stated and text in self.stated):
            text = whole(text)
        name = text if text in self.drop else self._name(text)
        if text in self.drop or name in self.drop:
            self.dropped_names |= {text, name}
            raise DroppedRowError
        if key is not None:
            self._cache[key] = name
        return name

    def _name(self, text: str) -> str:
        if self.class_names and is_index(text):
            name = _at(self.class_names, text)
            if self.stated is None or self._match_by_name:
                return self._known(name)
            return _at(self.stated, text)
        if self.stated and text not in self.stated and is_index(text) and self._numbers_are_indices:
            return _at(self.stated, text)
        return self._known(text)

    def _known(self, name: str) -> str:
        names = self.stated or self.class_names
        if names is not None and name not in names and name not in self.drop:
            raise unknown_label(name, names)
        return name

    def final(self, present: Iterable[str]) -> list[str]:
        """List all labels in the order of their indices.

        Args:
            present: Names of the labels in the data.

        Returns:
            The stated labels without the dropped ones; if none are stated, the labels in the data, sorted.
        """
        names = self.stated or self.class_names
        if names is not None:
            return [name for name in names if name not in self.drop]
        names = set(present)
        return sorted(names, key=int) if all(map(is_index, names)) else sorted(names)


def unknown_label(name: str, names: list[str]) -> BadRowError:
    """Make the error for a label that is not one of the known labels.

    Args:
        name: The label.
        names: The known labels.
    """
    return BadRowError(
        f"The label {name!r} is unknown; {did_you_mean(name, names)}",
        "correct the row, or add the label to 'labels:' or 'drop_labels:'",
    )


def _at(names: list[str], index: str) -> str:
    """The label of an index."""
    if not 0 <= int(index) < len(names):
        raise BadRowError(
            f"The label index {index} is out of range: {len(names)} labels, 0 to {len(names) - 1}.",
            f"correct the row or 'labels:'; rows without a label can be left out: 'drop_labels: [{index}]'",
        )
    return names[int(index)]


# multiple choice

Choice = Callable[[str, dict], int | None]


def _by_key(label: str, row: dict) -> int | None:
    return row["keys"].index(label) if row["keys"] and label in row["keys"] else None


def _by_index(label: str, row: dict) -> int | None:
    label = whole(label)
    return int(label) if is_index(label) and 0 <= int(label) < len(row["choices"]) else None


def _by_index_from_one(label: str, row: dict) -> int | None:
    label = whole(label)
    return int(label) - 1 if is_index(label) and 1 <= int(label) <= len(row["choices"]) else None


def _by_letter(label: str, row: dict) -> int | None:
    letter = choice_letter(label)
    index = ord(letter) - ord("A") if letter else -1
    return index if 0 <= index < len(row["choices"]) else None


def choice_letter(label: str) -> str | None:
    """Return the letter of a choice, in upper case, from 'b', '(B)', 'B.' or 'B)'; None if the label is none of these.

    Args:
        label: The label.
    """
    found = re.fullmatch(r"[(\[{]?\s*([A-Za-z])\s*[)\]}.:]?", label.strip())
    return found[1].upper() if found else None


def _by_text(label: str, row: dict) -> int | None:
    texts = [choice.strip() for choice in row["choices"]]
    return texts.index(label) if label in texts else None


#: Ways to read a multiple-choice label, and the note on each in info.json.
CHOICES: dict[Choice, str] = {
    _by_key: "Labels are the choices' own keys.",
    _by_index: "",
    _by_index_from_one: "Labels count from 1: none is 0, and some are the number of choices.",
    _by_letter: "Labels are letters, A the first choice.",
    _by_text: "Labels are the text of the right choice.",
}


def choose_reading(rows: Iterable[dict]) -> Choice:
    """Find out how a dataset writes the right choice.

    The whole dataset has one reading, so that '2' is not an index in one row and the text of a choice in the next.

    Args:
        rows: Rows with ``choices`` (texts), ``keys`` (the choices' own labels, or None) and ``label`` (text).

    Returns:
        The first of :data:`CHOICES` that suits every row, else the one that suits most rows.
    """
    misses = dict.fromkeys(CHOICES, 0)
    for row in rows:
        for read in CHOICES:
            misses[read] += read(row["label"], row) is None
    return min(misses, key=misses.get)


def choice_index(read: Choice, row: dict) -> int:
    """Return the index of the right choice.

    Args:
        read: The reading of the dataset.
        row: Row with ``choices``, ``keys`` and ``label``.

    Raises:
        BadRowError: The label is no choice of the row.
    """
    index = read(row["label"], row)
    if index is None:
        number = len(row["choices"])
        what = f"The label {row['label']!r} is neither the text nor the letter nor the index of a choice"
        if is_index(row["label"]):
            what = f"The label index {row['label']} is out of range"
        raise BadRowError(
            f"{what}: {number} choices, 0 to {number - 1}.",
            "correct the row; rows without a label can be left out with 'drop_labels:'",
        )
    return index
