"""Seeded, stratified subsets and splits of canonical rows.

The rows are chosen by their facts (:mod:`.facts`), so that they need not be held.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np

from ..errors import IntertaskError
from ..seeded_order import shuffled_array
from ..types import get_type
from ..words import count
from .facts import Facts, facts_of


def stratified_subset(rows: list[dict], n: int, seed: int, type_name: str) -> list[dict]:
    """Draw a subset of ``n`` rows.

    The strata are those of the task type: labels, tenths of the labels' range by rank (regression), or whether there is
    an answer (extractive QA). Each stratum gets its share of ``n`` and at least one row if ``n`` allows. For tagging,
    one row for each tag is drawn first, from the rarest tag on, and then rows at random.

    Rows with a ``group`` are drawn as whole groups, since a metric of groups needs all of their rows. The subset then
    has at most ``n`` rows, unless even the smallest group has more.

    Args:
        rows: Canonical rows.
        n: Size of the subset.
        seed: The same seed gives the same rows.
        type_name: Name of the task type.

    Returns:
        The rows of the subset in their original order; all rows if there are at most ``n``.
    """
    if n >= len(rows):
        return list(rows)
    facts = facts_of(rows, type_name, texts=False)
    return [rows[place] for place in subset_places(facts, n, seed, type_name).tolist()]


def subset_places(facts: Facts, n: int, seed: int, type_name: str) -> np.ndarray:
    """Return the places of the rows that :func:`stratified_subset` draws, int64, in ascending order.

    Args:
        facts: Facts of the rows.
        n: Size of the subset.
        seed: The same seed gives the same rows.
        type_name: Name of the task type.
    """
    if n >= len(facts):
        return np.arange(len(facts))
    task_type = get_type(type_name)
    order, strata = shuffled_array(len(facts), seed), task_type.strata(facts.outlines)
    if facts.groups is not None:
        chosen = _hold_out(facts.groups, strata, order, n, set()) or order
    elif strata is None:
        chosen = _cover(facts, order, type_name)[:n]
        taken = set(chosen)
        chosen += islice((place for place in _each(order) if place not in taken), n - len(chosen))
    else:
        left, chosen = _quotas(Counter(strata), n), []
        for place in _each(order):
            if left[strata[place]]:
                left[strata[place]] -= 1
                chosen.append(place)
                if len(chosen) == n:
                    break
    return np.sort(np.fromiter(chosen, np.int64, len(chosen)))


def split(rows: list[dict], fraction: float, seed: int, type_name: str) -> tuple[list[dict], list[dict]]:
    """Split rows into training rows and held-out rows, stratified as :func:`stratified_subset` is.

    Rows with the same input or the same passage are on the same side, unless a passage is so common that no such split
    exists. Each label and tag keeps a row in train if possible. Rows of one ``group`` are on the same side, unless
    there is only one group.

    Args:
        rows: Canonical rows.
        fraction: Share of the held-out rows, approximately.
        seed: The same seed gives the same split.
        type_name: Name of the task type.

    Returns:
        Training rows and held-out rows, both in their original order.

    Raises:
        IntertaskError: There are fewer than two rows.
    """
    places = split_places(facts_of(rows, type_name), fraction, seed, type_name)
    return tuple([rows[place] for place in part.tolist()] for part in places)


def split_places(facts: Facts, fraction: float, seed: int, type_name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the rows on either side of :func:`split`, int64, in ascending order.

    Args:
        facts: Facts of the rows.
        fraction: Share of the held-out rows, approximately.
        seed: The same seed gives the same split.
        type_name: Name of the task type.

    Raises:
        IntertaskError: There are fewer than two rows.
    """
    rows = len(facts)
    if rows < 2:
        raise IntertaskError(
            f"{count(rows, 'row')} cannot be split in two.", "", "give a validation split, or more rows"
        )
    n = min(max(round(fraction * rows), 1), rows - 1)
    order, strata = shuffled_array(rows, seed), get_type(type_name).strata(facts.outlines) or [0] * rows
    kept = set(_cover(facts, order, type_name))
    if facts.groups is not None:
        held_out = _hold_out(facts.groups, strata, order, n, kept) or _hold_out(facts.groups, strata, order, n, set())
    else:
        for keys in (facts.passages, facts.inputs):
            held_out = _hold_out(keys, strata, order, n, kept)
            # Passages may be too large for a split near n, for example if all rows have one instruction as context.
            if held_out and abs(len(held_out) - n) <= max(1, n // 2):
                break
    if not held_out:  # very few rows or a single input: only a plain split is possible
        held_out = set(order[:n].tolist())
    is_held_out = np.zeros(rows, bool)
    is_held_out[np.fromiter(held_out, np.int64, len(held_out))] = True
    return np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out)


def _each(places: np.ndarray) -> Iterator[int]:
    """The numbers of an array, of which only some are Python's integers at a time."""
    for start in range(0, len(places), 1 << 16):
        yield from places[start : start + (1 << 16)].tolist()


def _cover(facts: Facts, order: np.ndarray, type_name: str) -> list[int]:
    """Places of rows that together show every class, the rarest first; the first in ``order`` for each."""
    classes, outlines = get_type(type_name).classes, facts.outlines
    holders: Counter[int] = Counter()
    first: dict[int, int] = {}
    for place in _each(order):
        for label in classes(outlines[place]):
            holders[label] += 1
            first.setdefault(label, place)
    chosen: dict[int, None] = {}
    covered: set[int] = set()
    for label in sorted(holders, key=lambda label: (holders[label], label)):
        if label not in covered:
            chosen[first[label]] = None
            covered.update(classes(outlines[first[label]]))
    return list(chosen)


def _quotas(sizes: Counter, n: int) -> Counter:
    """Shares of ``n`` in proportion to ``sizes`` (largest remainder), at least one each where ``n`` allows."""
    total = sum(sizes.values())
    strata = sorted(sizes, key=lambda stratum: (-sizes[stratum], stratum))
    exact = {stratum: n * sizes[stratum] / total for stratum in strata}
    least = 1 if n >= len(strata) else 0
    quotas = Counter({stratum: min(sizes[stratum], max(math.floor(exact[stratum]), least)) for stratum in strata})
    while (missing := n - sum(quotas.values())) != 0:
        step = 1 if missing > 0 else -1
        able = [s for s in strata if (quotas[s] < sizes[s] if step > 0 else quotas[s] > least)]
        # The stratum that is furthest below (or above) its exact share.
        quotas[max(able, key=lambda s: step * (exact[s] - quotas[s]))] += step
    return quotas


def _hold_out(keys: np.ndarray, strata: list | None, order: np.ndarray, n: int, kept: set[int]) -> set[int]:
    """About ``n`` rows, whole groups of equal keys, none of a group that has a row in ``kept``."""
    left = _quotas(Counter(strata), n)
    held_out: set[int] = set()
    smallest: list[int] = []
    passed, free = [], 0
    for group in _groups(keys, order):
        if not kept.isdisjoint(group):
            continue
        free += 1
        if not smallest or len(group) < len(smallest):
            smallest = group
        counts = Counter(strata[place] for place in group)
        if all(counts[stratum] <= left[stratum] for stratum in counts):
            left -= counts
            held_out.update(group)
            if len(held_out) == n:
                break
        else:
            passed.append(group)
    for group in passed:  # fill up, regardless of strata
        if len(held_out) + len(group) <= n:
            held_out.update(group)
    if not held_out and free > 1:
        held_out.update(smallest)
    return held_out if len(held_out) < len(keys) else set()


def _groups(keys: np.ndarray, order: np.ndarray) -> Iterator[list[int]]:
    """The places of equal keys, in the order of their first places in ``order``."""
    first, number = np.unique(keys[order], return_index=True, return_inverse=True)[1:]
    members = np.argsort(first[number], kind="stable")  # positions in order, by the first position of their group
    bounds = np.append(np.flatnonzero(np.diff(first[number][members], prepend=-1)), len(members))
    members = order[members]
    for start in range(0, len(bounds) - 1, 1 << 16):
        ends = bounds[start : start + (1 << 16) + 1].tolist()
        part = members[ends[0] : ends[-1]].tolist()
        for begin, end in pairwise(ends):
            yield part[begin - ends[0] : end - ends[0]]
