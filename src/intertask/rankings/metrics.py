"""How good a ranking is, for one target: gains, NDCG, regret, Spearman, first choice (docs/metrics.md).

``true`` [n] are the observed scores of the sources in percent points; ``predicted`` [n] are a method's scores, higher =
better. Tied predictions stand for every order of the tie, so a constant prediction is a random order, exactly.
NaN in ``predicted`` ranks last, as one tie. NaN in ``true`` (a run without a score) counts as 0, or as the lowest
observed score where that is below 0.
"""

from math import comb
from typing import Literal

import numpy as np

from ..errors import IntertaskError
from ..ranks import average_ranks, tied_blocks

Gain = Literal["exp-percent", "linear", "rank"]

#: 2^1000 is near the end of float64; scores in percent points are far from it.
MAX_SCORE = 1000.0


def gains(true: np.ndarray, kind: Gain = "exp-percent") -> np.ndarray:
    """Gain of each source, never negative.

    ``exp-percent``: 2^score − 1; ``linear``: the score; ``rank``: number of sources below it, ties half.
    The first two are clipped at 0 for negative scores.

    Raises:
        IntertaskError: A score is infinite or above 1000, so it is not in percent points.
    """
    true = _observed(true)
    if kind == "exp-percent":
        return np.maximum(2.0**true - 1, 0)
    if kind == "linear":
        return np.maximum(true, 0)
    if kind == "rank":
        return len(true) - average_ranks(true)
    raise ValueError(f"gain {kind!r} is not one of exp-percent, linear, rank")


def ndcg(true: np.ndarray, predicted: np.ndarray, gain: Gain = "exp-percent") -> float:
    """DCG / ideal DCG over the whole pool, in [0, 1], DCG = Σ gain_i / log2(i + 1). NaN if no source has a gain.

    Tied sources share the mean gain of their block, which is the expectation over the orders of the tie.
    """
    gain_of, predicted = _pair(gains(true, gain), predicted)
    discounts = 1 / np.log2(np.arange(2, len(gain_of) + 2))
    ideal = np.sort(gain_of)[::-1] @ discounts
    if ideal == 0:
        return float("nan")
    ranked = np.concatenate([np.full(len(block), gain_of[block].mean()) for block in tied_blocks(predicted)])
    return min(float(ranked @ discounts / ideal), 1.0)  # the order of the sums differs


def regret(true: np.ndarray, predicted: np.ndarray, k: int) -> float:
    """(max over the pool − max over the first k) / max over the pool, in percent; NaN if the maximum is not above 0.

    The expectation over the orders of tied sources, also where a tie straddles k. A k above the size of the pool
    means the whole pool.
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
    # Of the block that holds the k-th place, `left` sources are drawn: the i-th smallest (i = 0, 1, …) is the best
    # of the draw in comb(i, left - 1) of all comb(b, left) draws.
    lost = best - np.maximum(np.sort(true[block]), reached)
    shares = [comb(i, left - 1) / comb(len(block), left) for i in range(len(block))]
    return float(np.dot(shares, lost) / best * 100)


def spearman(true: np.ndarray, predicted: np.ndarray) -> float:
    """Spearman's rank correlation with average ranks. A constant prediction is 0; constant true scores are NaN."""
    true, predicted = _pair(_observed(true), predicted)
    a, b = (ranks - ranks.mean() for ranks in (average_ranks(true), average_ranks(predicted)))
    if not a.any():
        return float("nan")
    if not b.any():
        return 0.0
    return float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))


def first_choice_beats_none(true: np.ndarray, predicted: np.ndarray, none: float) -> float:
    """Probability that the first choice is better than no source: the share of the first tied block above ``none``.

    Args:
        none: Observed score of the target without a source, percent points; NaN gives NaN.
    """
    true, predicted = _pair(_observed(true), predicted)
    if np.isnan(none):
        return float("nan")
    return float(np.mean(true[tied_blocks(predicted)[0]] > none))


def _pair(true: np.ndarray, predicted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    predicted = np.asarray(predicted, np.float64)
    if true.shape != predicted.shape:
        raise ValueError(f"{true.shape} true and {predicted.shape} predicted scores")
    return true, predicted


def _observed(true: np.ndarray) -> np.ndarray:
    """The true scores with NaN filled in, checked."""
    true = np.asarray(true, np.float64)
    if true.ndim != 1 or len(true) == 0:
        raise ValueError(f"true scores: expected [n] with n > 0, got shape {true.shape}")
    wrong = true[np.isinf(true) | (true > MAX_SCORE)]
    if len(wrong):
        raise IntertaskError(
            f"An observed score of {wrong[0]:g} is not in percent points.",
            "transfer scores",
            "give scores in percent points: 87.5, not 875 and not a fraction",
        )
    return np.where(np.isnan(true), np.min(true[~np.isnan(true)], initial=0.0), true)
