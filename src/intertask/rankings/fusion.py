"""Reciprocal rank fusion (Cormack et al. 2009)."""

import numpy as np

from ..ranks import average_ranks

K = 60


def reciprocal_rank_fusion(scores: np.ndarray) -> np.ndarray:
    """Σ over methods of 1 / (60 + rank), higher = better.

    Ties have their average rank. A method that has no score for a source (NaN) contributes 0 to it, and its ranks
    count only the sources that it scores. A source that no method scores is NaN.

    Args:
        scores: [methods, n] higher = better

    Returns:
        [n] float64
    """
    scores = np.asarray(scores, np.float64)
    defined = ~np.isnan(scores)
    # NaN ranks last, so it does not move the ranks of the others.
    parts = [np.where(there, 1 / (K + average_ranks(row)), 0.0) for row, there in zip(scores, defined, strict=True)]
    return np.where(defined.any(axis=0), np.sum(parts, axis=0), np.nan)
