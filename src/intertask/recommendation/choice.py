"""Choosing among the sources that were tried on a target, and between seeds leaving off those that clearly lose.

``scores`` are source -> one dev score per seed, percent points (NaN = a run without a score, which counts as 0);
``none`` is among the sources.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Scores = Mapping[str, Sequence[float]]


def mean(values: Sequence[float]) -> float:
    """Mean over seeds; unlike in the truth of an evaluation, a source all of whose runs failed has 0."""
    return float(np.nan_to_num(np.asarray(values, np.float64)).mean())


def survivors(scores: Scores, dev_rows: int) -> list[str]:
    """Sources that go on to the next seed, in the order of ``scores``: one round of successive halving, held back.

    Of m sources (``none`` not counted) the ceil(m / 2) best by their means stay, equal ones in the order of
    ``scores``. Of the others those are dropped that lose clearly: whose mean is more than s below the best mean v of
    all, ``none`` among them. s = sqrt(v (100 - v) / n), v held between 0 and 100 and n = ``dev_rows``: the largest
    standard error that the mean of n row scores between 0 and 100 can have. ``none`` always stays.

    Source: Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", with
    seeds in place of iterations; the margin is ours.
    """
    means = {source: mean(values) for source, values in scores.items()}
    sources = [source for source in means if source != "none"]
    ranked = sorted(sources, key=lambda source: -means[source])
    safe = set(ranked[: math.ceil(len(sources) / 2)])
    best = max(means.values())
    bounded = min(max(best, 0.0), 100.0)
    margin = math.sqrt(bounded * (100 - bounded) / dev_rows)
    return [source for source in means if source == "none" or source in safe or best - means[source] <= margin]


def chosen(scores: Scores) -> str:
    """The source with the highest mean; of equal ones the first, where ``none`` stands before all others."""
    order = sorted(scores, key=lambda source: source != "none")
    return max(order, key=lambda source: mean(scores[source]))


def best_seed(scores: Mapping[str, Mapping[int, float]], source: str) -> int:
    """The seed whose run of ``source`` is furthest above the mean of what was tried with it, of equal ones the first.

    Each seed holds other rows out, and these may be easy or hard: only runs on the same rows compare.

    Args:
        scores: Source -> seed -> dev score.
        source: One that has all seeds.
    """

    def lead(seed: int) -> float:
        return mean([scores[source][seed]]) - mean([of[seed] for of in scores.values() if seed in of])

    return max(scores[source], key=lead)


def estimate(values: Sequence[float], confidence: float) -> dict[str, Any]:
    """Mean over seeds with Student's interval of it; for a gain, ``values`` are the differences seed by seed.

    Returns:
        ``mean``, ``low``, ``high`` (both None for one seed), ``seeds``. The interval is about other seeds, and where
        each seed has rows of its own, as dev scores do, about other rows of the same data.
    """
    from scipy.stats import t

    values = np.nan_to_num(np.asarray(values, np.float64))
    n, middle = len(values), float(values.mean())
    if n < 2:
        return {"mean": middle, "low": None, "high": None, "seeds": n}
    half = float(t.ppf((1 + confidence) / 2, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    return {"mean": middle, "low": middle - half, "high": middle + half, "seeds": n}


def gain(values: Sequence[float], none: Sequence[float], confidence: float) -> dict[str, Any]:
    """What a source has more than ``none``, seed by seed: :func:`estimate` of the differences."""
    pairs = np.nan_to_num(np.array([values, none], np.float64))
    return estimate(pairs[0] - pairs[1], confidence)


def verdict(source: str, found: Mapping[str, Any] | None) -> str:
    """Whether a source helps, by the gain of the chosen one on rows that had no part in the choice.

    Returns:
        ``no``: none was chosen; ``yes``: the interval of the gain lies above 0; ``unclear``: it does not, or there is
        one seed only.
    """
    if source == "none":
        return "no"
    return "yes" if found["low"] is not None and found["low"] > 0 else "unclear"
