"""The labeled vectors of a task that feature methods look at: which text, which of its positions, which label."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Instead of a position: the mean over all real tokens of the text.
MEAN = -1


@dataclass(frozen=True, eq=False, slots=True)
class Units:
    """N units, each one vector of a model's last layer. They are the same for every adapter.

    Attributes:
        inputs: Encoded texts. Keys that are no inputs of a model are ignored.
        text: [N] int64, index of the unit's text.
        position: [N] int64, position of the token whose vector it is, or :data:`MEAN`.
        groups: [N] int64. Units of one group are on the same side of every cross-validation split.
        views: Pairs (index [n] int64 of units, labels [n] int64 class ids or float64 values). A score is the mean over
            views.
    """

    inputs: Sequence[Mapping[str, Any]]
    text: np.ndarray
    position: np.ndarray
    groups: np.ndarray
    views: tuple[tuple[np.ndarray, np.ndarray], ...]


def units_of_texts(inputs: Sequence[Mapping[str, Any]], groups: Sequence[int], labels: np.ndarray) -> Units:
    """Make one unit per text: the mean over its tokens.

    Args:
        inputs: N encoded texts.
        groups: [N] group of each text.
        labels: [N] class ids (int64) or values (float64).

    Returns:
        N units with one view.
    """
    count = np.arange(len(inputs))
    return Units(inputs, count, np.full(len(inputs), MEAN), np.asarray(groups, np.int64), ((count, labels),))


def units_of_tokens(
    encodings: Sequence[Mapping[str, Any]],
    places: Sequence[tuple[int, int]],
    groups: Sequence[int],
    views: Sequence[Sequence[tuple[int, int]]],
) -> Units:
    """Make units of single tokens.

    Args:
        encodings: Encoded texts. Texts without any unit are left out.
        places: [N] (index of the text, position of the token) of each unit.
        groups: [N] group of each unit.
        views: For each view, a list of (index of the unit, class id).

    Returns:
        N units.
    """
    used = sorted({text for text, _ in places})
    number = {text: i for i, text in enumerate(used)}
    return Units(
        inputs=[encodings[text] for text in used],
        text=np.array([number[text] for text, _ in places], np.int64),
        position=np.array([position for _, position in places], np.int64),
        groups=np.asarray(groups, np.int64),
        views=tuple(tuple(np.array(view, np.int64).reshape(-1, 2).T) for view in views),
    )


def capped(labels: Sequence[int], limit: int, order: Sequence[int]) -> list[int]:
    """Select at most ``limit`` units, as many of each class as possible, so that rare classes are kept whole.

    Args:
        labels: [N] class of each unit.
        limit: Number of units to keep.
        order: A permutation of the units. Units of the large classes are taken in this order.

    Returns:
        Indices of the kept units, ascending.
    """
    if len(labels) <= limit:
        return list(range(len(labels)))
    sizes = Counter(labels)
    left, quota = limit, {}
    # from the smallest class on, each class may take an equal share of the places that are left
    for i, label in enumerate(sorted(sizes, key=lambda label: (sizes[label], label))):
        quota[label] = min(sizes[label], left // (len(sizes) - i))
        left -= quota[label]
    chosen = []
    for unit in order:
        if quota[labels[unit]]:
            quota[labels[unit]] -= 1
            chosen.append(unit)
    return sorted(chosen)
