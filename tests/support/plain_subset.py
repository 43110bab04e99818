"""Seeded subsets and splits as they were first written: on rows that are held, with one list per group of rows."""

from collections import Counter, defaultdict
from collections.abc import Hashable

from intertask.data.subset import _quotas as quotas
from intertask.seeded_order import shuffled
from intertask.types import TaskType, get_type


def stratified_subset(rows: list[dict], n: int, seed: int, type_name: str) -> list[dict]:
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
        left = quotas(Counter(strata), n)
        chosen = []
        for i in order:
            if left[strata[i]]:
                left[strata[i]] -= 1
                chosen.append(i)
    return [rows[i] for i in sorted(chosen)]


def split(rows: list[dict], fraction: float, seed: int, type_name: str) -> tuple[list[dict], list[dict]]:
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


def _input_key(row: dict, task_type: TaskType) -> Hashable:
    return tuple(map(_even, task_type.input_texts(row)))


def _has_groups(rows: list[dict]) -> bool:
    return bool(rows) and "group" in rows[0]


def _even(text: str) -> str:
    return " ".join(text.split())


def _passage(row: dict, task_type: TaskType) -> Hashable:
    passage = task_type.passage(row)
    return _even(passage) if passage and passage.strip() else _input_key(row, task_type)


def _cover(rows: list[dict], order: list[int], task_type: TaskType) -> list[int]:
    holders: dict[int, list[int]] = defaultdict(list)
    for i in order:
        for label in task_type.classes(rows[i]):
            holders[label].append(i)
    chosen: dict[int, None] = {}
    for label in sorted(holders, key=lambda label: (len(holders[label]), label)):
        if not any(i in chosen for i in holders[label]):
            chosen[holders[label][0]] = None
    return list(chosen)


def _hold_out(keys: list, strata: list, order: list[int], n: int, kept: set[int]) -> set[int]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for i in order:
        groups[keys[i]].append(i)
    free = [group for group in groups.values() if not kept.intersection(group)]
    left = quotas(Counter(strata), n)
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
