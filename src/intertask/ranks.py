"""Ranks of scores with ties and undefined scores (NaN), and the fusion of several rankings."""

from collections.abc import Sequence

import numpy as np

#: The constant k of reciprocal rank fusion, as in Cormack et al. 2009.
K = 60


def average_ranks(scores: np.ndarray) -> np.ndarray:
    """Rank all scores from 1 (highest). Ties share the mean of their ranks; NaN scores tie for the last ranks.

    Args:
        scores: [n] Scores, higher = better.

    Returns:
        [n] float64 ranks.

    Examples:
        >>> average_ranks([0.5, 0.9, 0.5, np.nan])
        array([2.5, 1. , 2.5, 4. ])
    """
    block, size = _blocks(scores)
    last = np.cumsum(size)
    return (last - (size - 1) / 2)[block]


def defined_ranks(scores: np.ndarray) -> np.ndarray:
    """Rank the defined scores from 1 (highest). Ties share the mean of their ranks; a NaN score has the rank NaN.

    Args:
        scores: [n] Scores, higher = better.

    Returns:
        [n] float64 ranks.

    Examples:
        >>> defined_ranks([0.5, 0.9, 0.5, np.nan])
        array([2.5, 1. , 2.5, nan])
    """
    # NaN ranks last in average_ranks, so it does not move the ranks of the others.
    return np.where(np.isnan(np.asarray(scores, np.float64)), np.nan, average_ranks(scores))


def tied_blocks(scores: np.ndarray) -> list[np.ndarray]:
    """Group the indices of equal scores, best first. NaN scores are the last block.

    Args:
        scores: [n] Scores, higher = better.

    Returns:
        One array of indices for each distinct score.

    Examples:
        >>> [block.tolist() for block in tied_blocks([0.5, 0.9, 0.5, np.nan])]
        [[1], [0, 2], [3]]
    """
    block, size = _blocks(scores)
    return [np.flatnonzero(block == b) for b in range(len(size))]


def reciprocal_rank_fusion(scores: Sequence[np.ndarray]) -> np.ndarray:
    """Fuse several rankings of the same sources: the sum over rankings of 1 / (60 + rank).

    Ties have their average rank. A ranking that has no score for a source (NaN) adds nothing for it, and its ranks
    count only the sources that it scores. A source without any score is NaN.

    Args:
        scores: [rankings, n] Scores, higher = better; at least one ranking.

    Returns:
        [n] float64, higher = better.

    References:
        Cormack, Clarke and Büttcher 2009, "Reciprocal Rank Fusion Outperforms Condorcet and Individual Rank Learning
        Methods", SIGIR, https://doi.org/10.1145/1571941.1572114.

    Examples:
        >>> reciprocal_rank_fusion([[3, 2, np.nan], [10, 20, np.nan]]) * 61 * 62
        array([123., 123.,  nan])
    """
    parts = np.stack([1 / (K + defined_ranks(row)) for row in scores])
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))


def _blocks(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the block number of each score, best first, and the size of each block."""
    # unique puts NaN last, as one value.
    _, block, size = np.unique(-np.asarray(scores, np.float64), return_inverse=True, return_counts=True)
    return block, size
