"""Ranks of scores, with ties and undefined scores."""

import numpy as np


def average_ranks(scores: np.ndarray) -> np.ndarray:
    """Ranks from 1 (highest score). Ties share the mean of their ranks; all NaN share the last ranks as one tie.

    Args:
        scores: [n]

    Returns:
        [n] float64
    """
    block, size = _blocks(scores)
    last = np.cumsum(size)
    return (last - (size - 1) / 2)[block]


def tied_blocks(scores: np.ndarray) -> list[np.ndarray]:
    """Indices of the sources by descending score, those of equal score together; NaN is the last block.

    Args:
        scores: [n]
    """
    block, size = _blocks(scores)
    return [np.flatnonzero(block == b) for b in range(len(size))]


def _blocks(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Block number of each score, best first, and the blocks' sizes; ``unique`` puts NaN last, as one value."""
    _, block, size = np.unique(-np.asarray(scores, np.float64), return_inverse=True, return_counts=True)
    return block, size
