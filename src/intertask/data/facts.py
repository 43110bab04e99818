"""What choosing rows needs to know of each: its outline and fingerprints of its texts, in tens of bytes per row."""

from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from ..types import get_type


def digest(text: str, kind: bytes = b"") -> int:
    """Return a fingerprint of a text, of 64 bits.

    Of 5 million different texts, two have the same fingerprint with a probability of one in a million.

    Args:
        text: The text.
        kind: Equal texts of different kinds have different fingerprints.
    """
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=kind).digest())


def even(text: str) -> str:
    """Return a text with single spaces between its words."""
    return " ".join(text.split())


class Outlines(Sequence):
    """Outlines of rows. Equal ones are stored once, and labels that are floats in an array.

    Args:
        distinct: The different outlines, or the only column of outlines with a float.
        codes: Index of each row's outline, int32 [N]; or the floats, float64 [N].
    """

    def __init__(self, distinct: list[dict[str, Any]] | str, codes: np.ndarray):
        self._distinct, self._codes = distinct, codes

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, place: int) -> dict[str, Any]:
        if isinstance(self._distinct, str):
            return {self._distinct: float(self._codes[place])}
        return self._distinct[self._codes[place]]

    def __iter__(self):
        for start in range(0, len(self._codes), 1 << 16):
            part = self._codes[start : start + (1 << 16)].tolist()
            if isinstance(self._distinct, str):
                yield from ({self._distinct: value} for value in part)
            else:
                yield from map(self._distinct.__getitem__, part)

    def take(self, places: np.ndarray) -> "Outlines":
        """Return the outlines at some places, int64 [n]."""
        return Outlines(self._distinct, self._codes[places])


class Facts:
    """Facts of rows.

    Attributes:
        outlines: Outline of each row (:meth:`intertask.types.TaskType.outline`).
        inputs: Fingerprint of each row's input, uint64 [N].
        passages: Fingerprint of each row's passage, or of its input if it has none, uint64 [N].
        groups: Fingerprint of each row's ``group``, uint64 [N]; None if the task maps none.
    """

    def __init__(self, outlines: Outlines, inputs: np.ndarray, passages: np.ndarray, groups: np.ndarray | None):
        self.outlines, self.inputs, self.passages, self.groups = outlines, inputs, passages, groups

    def __len__(self) -> int:
        return len(self.outlines)

    def take(self, places: np.ndarray) -> "Facts":
        """Return the facts of the rows at some places, int64 [n]."""
        inputs = self.inputs[places]
        passages = inputs if self.passages is self.inputs else self.passages[places]
        groups = None if self.groups is None else self.groups[places]
        return Facts(self.outlines.take(places), inputs, passages, groups)


class FactsBuilder:
    """Collects the facts of rows that pass by.

    Args:
        type_name: Name of the task type.
        texts: Whether the fingerprints of inputs and passages are needed. Without them, a row takes less time.
    """

    def __init__(self, type_name: str, texts: bool = True):
        self._type, self._texts = get_type(type_name), texts
        self._distinct: dict[tuple, int] = {}
        self._outlines: list[dict[str, Any]] = []
        self._codes, self._floats = array("i"), array("d")
        self._inputs, self._passages, self._groups = array("Q"), array("Q"), array("Q")
        self._column = ""

    def add(self, row: dict[str, Any]) -> None:
        """Collect the facts of a canonical row."""
        outline = self._type.outline(row)
        key = tuple(outline.values())
        if isinstance(key[0], float):
            self._column = next(iter(outline))
            self._floats.append(key[0])
        else:
            code = self._distinct.setdefault(key, len(self._outlines))
            if code == len(self._outlines):
                self._outlines.append(outline)
            self._codes.append(code)
        if "group" in row:
            self._groups.append(digest(row["group"]))
        if not self._texts:
            return
        # A line break is never part of an evened text, so different lists of texts give different keys.
        key = digest("\n".join(map(even, self._type.input_texts(row))))
        self._inputs.append(key)
        passage = self._type.passage(row)
        if passage and passage.strip():
            if not self._passages:
                self._passages.extend(self._inputs[:-1])
            self._passages.append(digest(even(passage), b"passage"))
        elif self._passages:
            self._passages.append(key)

    def facts(self) -> Facts:
        """Return the facts of all rows."""
        outlines = (self._outlines, np.asarray(self._codes))
        if self._floats:
            outlines = (self._column, np.asarray(self._floats))
        inputs = np.asarray(self._inputs)
        passages = np.asarray(self._passages) if self._passages else inputs
        return Facts(Outlines(*outlines), inputs, passages, np.asarray(self._groups) if self._groups else None)


def facts_of(rows: Iterable[dict[str, Any]], type_name: str, texts: bool = True) -> Facts:
    """Return the facts of canonical rows.

    Args:
        rows: The rows.
        type_name: Name of the task type.
        texts: Whether the fingerprints of inputs and passages are needed.
    """
    builder = FactsBuilder(type_name, texts)
    for row in rows:
        builder.add(row)
    return builder.facts()
