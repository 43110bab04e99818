"""Rows of a task at which feature scores look: which text, which of its positions, which label."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: In place of a position: the mean over all real tokens of the text.
MEAN = -1


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """N rows, each one vector of a model's last layer. The same for every adapter that the texts are passed through.

    Attributes:
        inputs: Encoded texts; other keys than a model's inputs are ignored.
        text: [N] int64, which of the texts.
        position: [N] int64, the sub-word whose vector it is, or :data:`MEAN`.
        groups: [N] int64; rows of one group stand on one side of every cross-validation split.
        views: (index [n] int64 of rows, labels [n] int64 or float64) each.
    """

    inputs: Sequence[Mapping[str, Any]]
    text: np.ndarray
    position: np.ndarray
    groups: np.ndarray
    views: tuple[tuple[np.ndarray, np.ndarray], ...]


def whole_texts(inputs: Sequence[Mapping[str, Any]], groups: Sequence[int], labels: np.ndarray) -> Units:
    """One row and one label per text: its mean."""
    count = np.arange(len(inputs))
    return Units(inputs, count, np.full(len(inputs), MEAN), np.asarray(groups, np.int64), ((count, labels),))


def tokens(
    features: Sequence[Mapping[str, Any]],
    places: Sequence[tuple[int, int]],
    groups: Sequence[int],
    views: Sequence[Sequence[tuple[int, int]]],
) -> Units:
    """One row per token.

    Args:
        features: Encoded texts; those without any row are left out.
        places: (text, position) of each row.
        groups: Of each row.
        views: Each a list of (row, class id).
    """
    used = sorted({text for text, _ in places})
    number = {text: i for i, text in enumerate(used)}
    return Units(
        inputs=[features[text] for text in used],
        text=np.array([number[text] for text, _ in places], np.int64),
        position=np.array([position for _, position in places], np.int64),
        groups=np.asarray(groups, np.int64),
        views=tuple(tuple(np.array(view, np.int64).reshape(-1, 2).T) for view in views),
    )


def capped(labels: Sequence[int], limit: int, order: Sequence[int]) -> list[int]:
    """At most ``limit`` rows, as equally many of each class as there are: rare classes are kept whole.

    Args:
        labels: Class of each row.
        limit: Rows to keep.
        order: The rows in the order in which the large classes' rows are taken.

    Returns:
        Indices of the kept rows, ascending.
    """
    if len(labels) <= limit:
        return list(range(len(labels)))
    sizes = Counter(labels)
    left, quota = limit, {}
    # the classes from the smallest: each may take an equal part of what the smaller ones have left
    for i, label in enumerate(sorted(sizes, key=lambda label: (sizes[label], label))):
        quota[label] = min(sizes[label], left // (len(sizes) - i))
        left -= quota[label]
    chosen = []
    for row in order:
        if quota[labels[row]]:
            quota[labels[row]] -= 1
            chosen.append(row)
    return sorted(chosen)
