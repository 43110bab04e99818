"""Rows that are chosen from all rows of a task, which need not be held."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .canonical.rows import Values
from .facts import Facts
from .subset import split_places, subset_places


class Selection:
    """Some rows of one table.

    Args:
        rows: All canonical rows of the table.
        facts: Facts of the chosen rows.
        places: Their places among all rows, int64 [N], in ascending order; None for all rows.

    Attributes:
        rows: All canonical rows of the table.
        facts: Facts of the chosen rows.
        places: Their places.
    """

    def __init__(self, rows: list[dict[str, Any]] | Values, facts: Facts, places: np.ndarray | None = None):
        self.rows, self.facts = rows, facts
        self.places = np.arange(len(facts)) if places is None else places

    def __len__(self) -> int:
        return len(self.places)

    def take(self, places: np.ndarray) -> "Selection":
        """Choose the rows at some places among the chosen ones, int64 [n], in ascending order."""
        if len(places) == len(self):
            return self
        return Selection(self.rows, self.facts.take(places), self.places[places])

    def subset(self, n: int | None, seed: int, type_name: str) -> "Selection":
        """Draw the rows of :func:`.subset.stratified_subset`; all rows if ``n`` is None."""
        return self if n is None else self.take(subset_places(self.facts, n, seed, type_name))

    def split(self, fraction: float, seed: int, type_name: str) -> tuple["Selection", "Selection"]:
        """Split the rows as :func:`.subset.split` does."""
        train, held_out = split_places(self.facts, fraction, seed, type_name)
        return self.take(train), self.take(held_out)

    def without(self, other: "Selection") -> "Selection":
        """Leave out the rows whose input is also in another selection."""
        return self.take(np.flatnonzero(~np.isin(self.facts.inputs, other.facts.inputs)))


def chosen_rows(selections: Sequence[Selection]) -> list[list[dict[str, Any]]]:
    """Return the chosen rows. Rows that are not held are read in one pass over each table.

    Args:
        selections: Selections from one or several tables.

    Returns:
        The rows of each selection.
    """
    result: list[list[dict[str, Any]]] = [[] for _ in selections]
    for rows in {id(selection.rows): selection.rows for selection in selections}.values():
        ours = [number for number, selection in enumerate(selections) if selection.rows is rows]
        places = np.concatenate([selections[number].places for number in ours])
        owners = np.repeat(ours, [len(selections[number]) for number in ours])
        order = np.argsort(places, kind="stable")
        owners = owners[order].tolist()
        wanted = places[order].tolist()
        found = [rows[place] for place in wanted] if isinstance(rows, list) else rows.take(wanted)
        for owner, row in zip(owners, found, strict=True):
            result[owner].append(row)
    return result
