"""Seeded, stratified subsets and splits of canonical rows."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable

from ..errors import IntertaskError
from ..seeded_order import shuffled
from ..types import TaskType, get_type
from ..words import count


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
    task_type = get_type(type_name)
    order, strata = shuffled(len(rows), seed), task_type.strata(rows)
    if _has_groups(rows):
        chosen = _hold_out([row["group"] for row in rows], strata, order, n, set()) or order
    elif strata is None:
        chosen = _cover(rows, order, task_type)[:n]
        taken = set(chosen)
        chosen += [i for i in order if i not in taken][: n - len(chosen)]
    else:
        left = _quotas(Counter(strata), n)
        chosen = []
        for i in order:
            if left[strata[i]]:
                left[strata[i]] -= 1
                chosen.append(i)
    return [rows[i] for i in sorted(chosen)]


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
    if len(rows) < 2:
        raise IntertaskError(
            f"{count(len(rows), 'row')} cannot be split in two.", "", "give a validation split, or more rows"
        )
    n = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
    task_type = get_type(type_name)
    order, strata = shuffled(len(rows), seed), task_type.strata(rows) or [0] * len(rows)
    kept = set(_cover(rows, order, task_type))
    if _has_groups(rows):
        keys = [row["group"] for row in rows]
        held_out = _hold_out(keys, strata, order, n, kept) or _hold_out(keys, strata, order, n, set())
    else:
        for keys in ([_passage(row, task_type) for row in rows], [_input_key(row, task_type) for row in rows]):
            held_out = _hold_out(keys, strata, order, n, kept)
            # Passages may be too large for a split near n, for example if all rows have one instruction as context.
            if held_out and abs(len(held_out) - n) <= max(1, n // 2):
                break
    if not held_out:  # very few rows or a single input: only a plain split is possible
        held_out = set(order[:n])
    return [row for i, row in enumerate(rows) if i not in held_out], [rows[i] for i in sorted(held_out)]


def input_key(row: dict, type_name: str) -> Hashable:
    """Return a key of a row's input. Rows with equal keys are the same example, whatever their labels.

    Args:
        row: A canonical row.
        type_name: Name of the task type.

    Returns:
        The texts of the input with white space made uniform.
    """
    return _input_key(row, get_type(type_name))


def _input_key(row: dict, task_type: TaskType) -> Hashable:
    """The texts of a row's input with white space made uniform."""
    return tuple(map(_even, task_type.input_texts(row)))


def _has_groups(rows: list[dict]) -> bool:
    """Whether the task maps a group."""
    return bool(rows) and "group" in rows[0]


def _even(text: str) -> str:
    """The text with single spaces between words."""
    return " ".join(text.split())


def _passage(row: dict, task_type: TaskType) -> Hashable:
    """The row's passage if it has one, else its input."""
    passage = task_type.passage(row)
    return _even(passage) if passage and passage.strip() else _input_key(row, task_type)


def _cover(rows: list[dict], order: list[int], task_type: TaskType) -> list[int]:
    """Rows that together show every class, the rarest first; the first in ``order`` for each."""
    holders: dict[int, list[int]] = defaultdict(list)
    for i in order:
        for label in task_type.classes(rows[i]):
            holders[label].append(i)
    chosen: dict[int, None] = {}
    for label in sorted(holders, key=lambda label: (len(holders[label]), label)):
        if not any(i in chosen for i in holders[label]):
            chosen[holders[label][0]] = None
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


def _hold_out(keys: list, strata: list, order: list[int], n: int, kept: set[int]) -> set[int]:
    """About ``n`` rows, whole groups of equal keys, none of a group that has a row in ``kept``."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i in order:
        groups[keys[i]].append(i)
    free = [group for group in groups.values() if not kept.intersection(group)]
    left = _quotas(Counter(strata), n)
    held_out: set[int] = set()
    passed = []
    for group in free:
        counts = Counter(strata[i] for i in group)
        if all(counts[stratum] <= left[stratum] for stratum in counts):
            left -= counts
            held_out.update(group)
        else:
            passed.append(group)
    for group in passed:  # fill up, regardless of strata
        if len(held_out) + len(group) <= n:
            held_out.update(group)
    if not held_out and len(free) > 1:
        held_out.update(min(free, key=len))
    return held_out if len(held_out) < len(keys) else set()
