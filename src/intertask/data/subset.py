"""Seeded, stratified subsets and splits of canonical rows: the same rows every time, never just the first n."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable

from ..errors import IntertaskError

QUANTILES = 10


def stratified_subset(rows: list[dict], n: int, seed: int, task_type: str) -> list[dict]:
    """``n`` of the rows, in their own order.

    Strata are labels (classification, multiple_choice), tenths of the labels' range by rank (regression), answerable
    or not (extractive_qa). Tagging: one row for each tag, the rarest first, then rows at random. Each stratum gets its
    share of ``n`` and, where ``n`` allows, at least one row. Fewer than ``n`` rows: all of them.

    Rows with a ``group`` (classification) come in whole groups, since a group's metric on a part of it is another
    metric: at most ``n`` rows then, unless already the smallest group has more.
    """
    if n >= len(rows):
        return list(rows)
    order = shuffled(len(rows), seed)
    if _has_groups(rows):
        chosen = _hold_out([row["group"] for row in rows], _strata(rows, task_type), order, n, set()) or order
    elif task_type == "tagging":
        chosen = _cover(rows, order, task_type)[:n]
        taken = set(chosen)
        chosen += [i for i in order if i not in taken][: n - len(chosen)]
    else:
        strata = _strata(rows, task_type)
        left = _quotas(Counter(strata), n)
        chosen = []
        for i in order:
            if left[strata[i]]:
                left[strata[i]] -= 1
                chosen.append(i)
    return [rows[i] for i in sorted(chosen)]


def split(rows: list[dict], fraction: float, seed: int, task_type: str) -> tuple[list[dict], list[dict]]:
    """Part ``rows`` into train and held-out rows, both in their own order; the latter are about ``fraction`` of all.

    Stratified as :func:`stratified_subset`. Rows with the same input, or the same context (extractive_qa, and
    multiple_choice where it has one), stand on one side, unless that context is so common that no such split exists.
    Each label and tag keeps a row in train where it can. Rows with a ``group`` stand on one side with all of it, unless
    there is one group only.

    Raises:
        IntertaskError: Fewer than two rows.
    """
    if len(rows) < 2:
        raise IntertaskError(f"{len(rows)} rows cannot be split in two.", "", "give a validation split, or more rows")
    n = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
    order = shuffled(len(rows), seed)
    strata = _strata(rows, task_type)
    kept = set(_cover(rows, order, task_type))
    if _has_groups(rows):
        keys = [row["group"] for row in rows]
        held_out = _hold_out(keys, strata, order, n, kept) or _hold_out(keys, strata, order, n, set())
    else:
        for keys in ([_passage(row, task_type) for row in rows], [input_key(row, task_type) for row in rows]):
            held_out = _hold_out(keys, strata, order, n, kept)
            # Whole contexts may be too large to come near n, e.g. where one instruction stands as everybody's context.
            if held_out and abs(len(held_out) - n) <= max(1, n // 2):
                break
    if not held_out:  # tiny, or one input over and over: nothing can be had but a plain split
        held_out = set(order[:n])
    return [row for i, row in enumerate(rows) if i not in held_out], [rows[i] for i in sorted(held_out)]


def input_key(row: dict, task_type: str) -> Hashable:
    """The row's input fields with white space evened out: equal keys are the same example, whatever its label."""
    if task_type in ("classification", "regression"):
        return _even(row["text_a"]), _even(row["text_b"] or "")
    if task_type == "multiple_choice":
        return _even(row["context"]), _even(row["question"]), tuple(map(_even, row["choices"]))
    if task_type == "extractive_qa":
        return _even(row["context"]), _even(row["question"])
    return tuple(map(_even, row["tokens"]))


def _has_groups(rows: list[dict]) -> bool:
    return bool(rows) and "group" in rows[0]


def _even(text: str) -> str:
    return " ".join(text.split())


def _passage(row: dict, task_type: str) -> Hashable:
    if task_type == "extractive_qa" or (task_type == "multiple_choice" and row["context"].strip()):
        return _even(row["context"])
    return input_key(row, task_type)


def shuffled(n: int, seed: int) -> list[int]:
    """The numbers below ``n`` in a seeded order. Only ``random()`` is promised to stay the same over versions."""
    generator = random.Random(seed)
    keys = [generator.random() for _ in range(n)]
    return sorted(range(n), key=keys.__getitem__)


def _strata(rows: list[dict], task_type: str) -> list[Hashable]:
    if task_type in ("classification", "multiple_choice"):
        return [row["label"] for row in rows]
    if task_type == "extractive_qa":
        return [bool(row["answer_texts"]) for row in rows]
    if task_type == "regression":
        # By rank, equal labels together: a label's stratum must not hang on the order of the rows.
        values = sorted(row["label"] for row in rows)
        first = {value: i for i, value in reversed(list(enumerate(values)))}
        return [first[row["label"]] * QUANTILES // len(rows) for row in rows]
    return [0] * len(rows)


def _classes(row: dict, task_type: str) -> Iterable[int]:
    """What a row shows to a model that must see each class: its label, or its tags."""
    if task_type == "classification":
        return (row["label"],)
    return sorted(set(row["tags"])) if task_type == "tagging" else ()


def _cover(rows: list[dict], order: list[int], task_type: str) -> list[int]:
    """Rows that together show every class, the rarest first; the first in ``order`` for each."""
    holders: dict[int, list[int]] = defaultdict(list)
    for i in order:
        for label in _classes(rows[i], task_type):
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
    for group in passed:  # fill up, now whatever the strata
        if len(held_out) + len(group) <= n:
            held_out.update(group)
    if not held_out and len(free) > 1:
        held_out.update(min(free, key=len))
    return held_out if len(held_out) < len(keys) else set()
