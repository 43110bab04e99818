"""Ranks and their reciprocal fusion, where methods join several kinds of evidence."""

from collections.abc import Iterable

import numpy as np

#: Of reciprocal rank fusion (Cormack et al. 2009).
K = 60


def ranks(scores: np.ndarray) -> np.ndarray:
    """Ranks from 1 (highest score) among the defined ones; ties have their average rank, NaN stays NaN."""
    from scipy.stats import rankdata

    scores = np.asarray(scores, np.float64)
    return rankdata(-scores, nan_policy="omit") if len(scores) else scores


def reciprocal_ranks(weighted: Iterable[tuple[float, np.ndarray]]) -> np.ndarray:
    """Σ weight / (60 + rank). An undefined score adds nothing; NaN where all are undefined.

    Args:
        weighted: (weight, scores [n])
    """
    parts = np.stack([weight / (K + ranks(scores)) for weight, scores in weighted])
    return np.where(np.isnan(parts).all(axis=0), np.nan, np.nansum(parts, axis=0))
