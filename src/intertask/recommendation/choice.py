"""Choose among the sources that were tried on a target, and drop clear losers between seeds.

``scores`` maps each source to one score per seed on the held-out rows, in percent. NaN is a run without a score and
counts as 0. ``none`` (training without a source) is among the sources.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..artifacts import NO_SOURCE

Scores = Mapping[str, Sequence[float]]


def mean(values: Sequence[float]) -> float:
    """Return the mean over seeds. A source whose runs all failed has mean 0, unlike in the evaluation of methods.

    Args:
        values: [S] scores in percentage points, one per seed; NaN counts as 0.

    Returns:
        The mean in percentage points.
    """
    return float(np.nan_to_num(np.asarray(values, np.float64)).mean())


def survivors(scores: Scores, dev_rows: int) -> list[str]:
    """Choose the sources that are trained with the next seed: one round of a cautious successive halving.

    Of m sources (``none`` is not counted) the ceil(m / 2) with the best means stay. Ties are broken by the order of
    ``scores``. Of the others, those are dropped whose mean is more than s below the best mean v of all, ``none``
    included. s = sqrt(v (100 - v) / n), with v clipped to 0 to 100 and n = ``dev_rows``, is the largest standard error
    that the mean of n row scores between 0 and 100 can have. ``none`` always stays.

    Args:
        scores: Source -> one score per seed so far.
        dev_rows: Number of held-out rows that each score is computed on.

    Returns:
        Sources that stay, in the order of ``scores``.

    Source: Jamieson and Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization", with
    seeds instead of iterations. The margin is ours.
    """
    means = {source: mean(values) for source, values in scores.items()}
    sources = [source for source in means if source != NO_SOURCE]
    ranked = sorted(sources, key=lambda source: -means[source])
    safe = {NO_SOURCE, *ranked[: math.ceil(len(sources) / 2)]}
    best = max(means.values())
    bounded = min(max(best, 0.0), 100.0)
    margin = math.sqrt(bounded * (100 - bounded) / dev_rows)
    return [source for source in means if source in safe or best - means[source] <= margin]


def choose_source(scores: Scores) -> str:
    """Return the source with the highest mean; of equal ones ``none``, then the first in ``scores``.

    Args:
        scores: Source -> one score per seed.
    """
    order = sorted(scores, key=lambda source: source != NO_SOURCE)
    return max(order, key=lambda source: mean(scores[source]))


def choose_seed(scores: Mapping[str, Mapping[int, float]], source: str) -> int:
    """Return the seed whose run of ``source`` has the largest lead over the mean of all runs with that seed.

    Each seed holds out other rows, which may be easy or hard, so only runs with the same seed are compared. Of equal
    seeds the first is returned.

    Args:
        scores: Source -> seed -> score on the held-out rows.
        source: A source that was trained with every seed.
    """

    def lead(seed: int) -> float:
        """The score of the run minus the mean of all runs on the same rows."""
        return mean([scores[source][seed]]) - mean([by_seed[seed] for by_seed in scores.values() if seed in by_seed])

    return max(scores[source], key=lead)


def mean_interval(values: Sequence[float], confidence: float, bounds: tuple[float, float]) -> dict[str, Any]:
    """Compute the mean over seeds and its Student's t interval, cut to the values that are possible.

    The interval describes the variation between seeds and, where each seed has its own rows (as the held-out rows do),
    also between rows of the same data.

    Args:
        values: [S] scores or differences of scores, one per seed; NaN counts as 0.
        confidence: Level of the interval, between 0 and 1.
        bounds: The lowest and the highest possible value.

    Returns:
        ``mean``, ``low``, ``high`` (both None for one seed), ``seeds``.
    """
    from scipy.stats import t

    values = np.nan_to_num(np.asarray(values, np.float64))
    n, middle = len(values), float(values.mean())
    if n < 2:
        return {"mean": middle, "low": None, "high": None, "seeds": n}
    half = float(t.ppf((1 + confidence) / 2, n - 1)) * float(values.std(ddof=1)) / math.sqrt(n)
    return {"mean": middle, "low": max(middle - half, bounds[0]), "high": min(middle + half, bounds[1]), "seeds": n}


def gain(
    values: Sequence[float], baseline: Sequence[float], confidence: float, bounds: tuple[float, float]
) -> dict[str, Any]:
    """Compute the gain of a source over training without one: :func:`mean_interval` of the paired differences.

    Args:
        values: [S] scores of the source, one per seed.
        baseline: [S] scores of ``none`` with the same seeds.
        confidence: Level of the interval, between 0 and 1.
        bounds: The lowest and the highest possible score.
    """
    pairs = np.nan_to_num(np.array([values, baseline], np.float64))
    widest = bounds[1] - bounds[0]
    return mean_interval(pairs[0] - pairs[1], confidence, (-widest, widest))


def verdict(source: str, validation_gain: Mapping[str, Any]) -> str:
    """Tell whether the best source helps, by its gain on rows that played no part in the choice.

    Args:
        source: The source with the best mean on the held-out rows, or ``none``.
        validation_gain: Its gain on the validation rows, as :func:`gain` returns it.

    Returns:
        ``no``: ``none`` is the best. ``yes``: the interval of the gain is above 0. ``unclear``: it is not, or there is
        only one seed.
    """
    if source == NO_SOURCE:
        return "no"
    return "yes" if validation_gain["low"] is not None and validation_gain["low"] > 0 else "unclear"
