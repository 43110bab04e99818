"""Metrics of a ranking for one target: gains, NDCG, regret, Spearman, first choice (docs/metrics.md).

All metrics take ``true`` [n], the observed scores of the sources in percentage points, and ``predicted`` [n], the
scores of a ranking method, higher = better. Three conventions hold everywhere:

- Ties in ``predicted``: the metric is its expectation over all orders of the tied sources, computed exactly. A constant
  prediction thus has the value of a random order.
- NaN in ``predicted`` (the method has no score for the source): these sources tie for the last ranks.
- NaN in ``true`` (no run has a score): counts as 0, or as the lowest observed score if that is negative.
"""

from math import comb
from typing import Literal

import numpy as np

from ..errors import IntertaskError
from ..ranks import average_ranks, tied_blocks

Gain = Literal["exp-percent", "linear", "rank"]

#: Largest accepted score. 2^1000 is near the end of float64, and percentage points are far below it.
MAX_SCORE = 1000.0


def gains(true: np.ndarray, gain: Gain = "exp-percent") -> np.ndarray:
    """Compute the gain of each source, the quantity that NDCG accumulates.

    - ``exp-percent``: 2^score - 1, the exponential gain that is common in web search.
    - ``linear``: the score itself.
    - ``rank``: the number of sources with a lower score; a tie counts one half.

    The first two are 0 for negative scores.

    Args:
        true: [n] Observed scores of the sources, percentage points.
        gain: Scale of the gains.

    Returns:
        [n] float64, at least 0.

    Raises:
        IntertaskError: A score is infinite or above 1000, so it is not in percentage points.
        ValueError: ``true`` is empty or not one-dimensional, or there is no such scale.

    Examples:
        >>> gains([3.0, 1.0, -2.0])
        array([7., 1., 0.])
        >>> gains([3.0, 1.0, -2.0], "rank")
        array([2., 1., 0.])
    """
    true = _observed(true)
    if gain == "exp-percent":
        return np.maximum(2.0**true - 1, 0)
    if gain == "linear":
        return np.maximum(true, 0)
    if gain == "rank":
        return len(true) - average_ranks(true)
    raise ValueError(f"gain {gain!r} is not one of exp-percent, linear, rank")


def ndcg(true: np.ndarray, predicted: np.ndarray, gain: Gain = "exp-percent") -> float:
    """Compute the normalized discounted cumulative gain over the whole pool.

    NDCG = DCG / ideal DCG, with DCG = Σ_i gain_i / log2(i + 1) over ranks i = 1, 2, … Tied sources share the mean gain
    of their tie, which is the expectation over the orders of the tie (McSherry and Najork 2008).

    Args:
        true: [n] Observed scores of the sources, percentage points.
        predicted: [n] Scores of a method, higher = better, NaN = undefined.
        gain: Scale of the gains, see :func:`gains`.

    Returns:
        In [0, 1]; NaN if no source has a gain.

    Raises:
        IntertaskError: An observed score is not in percentage points.
        ValueError: The shapes differ.

    References:
        Järvelin and Kekäläinen 2002, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 20(4).
        McSherry and Najork 2008, "Computing Information Retrieval Performance Measures Efficiently in the Presence of
        Tied Scores", ECIR.

    Examples:
        >>> ndcg([60.0, 70.0, 80.0], [1, 2, 3])
        1.0
        >>> round(ndcg([60.0, 70.0, 80.0], [1, 1, 3], "linear"), 3)
        0.996
    """
    gain_of, predicted = _pair(gains(true, gain), predicted)
    discounts = 1 / np.log2(np.arange(2, len(gain_of) + 2))
    ideal = np.sort(gain_of)[::-1] @ discounts
    if ideal == 0:
        return float("nan")
    ranked = np.concatenate([np.full(len(block), gain_of[block].mean()) for block in tied_blocks(predicted)])
    return min(float(ranked @ discounts / ideal), 1.0)  # the order of the sums differs


def regret(true: np.ndarray, predicted: np.ndarray, k: int) -> float:
    """Compute Regret@k: how far the best of the first k sources is below the best source of the pool, in percent.

    Regret@k = 100 · (max over the pool - max over the first k) / max over the pool, the expectation over the orders of
    tied sources, also if a tie contains both the k-th and the next rank.

    Args:
        true: [n] Observed scores of the sources, percentage points.
        predicted: [n] Scores of a method, higher = better, NaN = undefined.
        k: Number of sources that are tried; above n it means the whole pool.

    Returns:
        At least 0; at most 100 unless scores are negative. NaN if the best observed score is not above 0.

    Raises:
        IntertaskError: An observed score is not in percentage points.
        ValueError: The shapes differ, or ``k`` is below 1.

    References:
        Renggli et al. 2022, "Which Model to Transfer? Finding the Needle in the Growing Haystack", CVPR.

    Examples:
        >>> regret([60.0, 70.0, 80.0], [3, 2, 1], k=1)
        25.0
        >>> regret([60.0, 70.0, 80.0], [3, 2, 1], k=3)
        0.0
    """
    true, predicted = _pair(_observed(true), predicted)
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    best = true.max()
    if best <= 0:
        return float("nan")
    reached, left = -np.inf, min(k, len(true))
    for block in tied_blocks(predicted):
        if len(block) >= left:
            break
        reached = max(reached, true[block].max())
        left -= len(block)
    # From the block that holds the k-th rank, `left` sources are drawn. The i-th smallest of the block (i = 0, 1, …) is
    # the best of the draw in comb(i, left - 1) of all comb(b, left) draws.
    lost = best - np.maximum(np.sort(true[block]), reached)
    shares = [comb(i, left - 1) / comb(len(block), left) for i in range(len(block))]
    return float(np.dot(shares, lost) / best * 100)


def spearman(true: np.ndarray, predicted: np.ndarray) -> float:
    """Compute Spearman's rank correlation of observed and predicted scores, with average ranks for ties.

    Args:
        true: [n] Observed scores of the sources, percentage points.
        predicted: [n] Scores of a method, higher = better, NaN = undefined.

    Returns:
        In [-1, 1]; 0 if the prediction is constant, NaN if the observed scores are constant.

    Raises:
        IntertaskError: An observed score is not in percentage points.
        ValueError: The shapes differ.

    References:
        Spearman 1904, "The Proof and Measurement of Association between Two Things", American Journal of Psychology 15.

    Examples:
        >>> spearman([60.0, 70.0, 80.0], [1, 2, 3])
        1.0
        >>> spearman([60.0, 70.0, 80.0], [0, 0, 0])
        0.0
    """
    true, predicted = _pair(_observed(true), predicted)
    a, b = (ranks - ranks.mean() for ranks in (average_ranks(true), average_ranks(predicted)))
    if not a.any():
        return float("nan")
    if not b.any():
        return 0.0
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def first_choice_beats_none(true: np.ndarray, predicted: np.ndarray, none: float) -> float:
    """Compute the probability that the first choice beats ``none``: the share of the first tie that is above it.

    Args:
        true: [n] Observed scores of the sources, percentage points.
        predicted: [n] Scores of a method, higher = better, NaN = undefined.
        none: Observed score of the target without a source, percentage points; NaN if there is none.

    Returns:
        In [0, 1]; NaN if ``none`` is NaN.

    Raises:
        IntertaskError: An observed score is not in percentage points.
        ValueError: The shapes differ.

    Examples:
        >>> first_choice_beats_none([60.0, 70.0, 80.0], [1, 2, 2], none=75.0)
        0.5
    """
    true, predicted = _pair(_observed(true), predicted)
    if np.isnan(none):
        return float("nan")
    return float(np.mean(true[tied_blocks(predicted)[0]] > none))


def _pair(true: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both as arrays, after a check that they have the same shape."""
    predicted = np.asarray(predicted, np.float64)
    if true.shape != predicted.shape:
        raise ValueError(f"{true.shape} true and {predicted.shape} predicted scores")
    return true, predicted


def _observed(true: np.ndarray) -> np.ndarray:
    """The observed scores with NaN filled in, after a check of shape and unit."""
    true = np.asarray(true, np.float64)
    if true.ndim != 1 or len(true) == 0:
        raise ValueError(f"true scores: expected [n] with n > 0, got shape {true.shape}")
    wrong = true[np.isinf(true) | (true > MAX_SCORE)]
    if len(wrong):
        raise IntertaskError(
            f"An observed score of {wrong[0]:g} is not in percentage points.",
            "transfer scores",
            "give scores in percentage points: 87.5, not 875 and not a fraction",
        )
    return np.where(np.isnan(true), np.min(true[~np.isnan(true)], initial=0.0), true)
