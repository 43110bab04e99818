"""PARC: whether rows that differ in their features differ in their labels."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import is_regression, score_rows
from .folds import standardised
from .registry import method

#: Rows that are compared with each other, at most.
MAX_ROWS = 1000


@method(
    "parc",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Bolya et al. 2021, https://arxiv.org/abs/2111.06977",
)
def parc(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """100 · Spearman over pairs i < j of 1 − corr(F_i, F_j), F standardised, and 1 − corr(Y_i, Y_j), Y one-hot.

    Regression, which the paper leaves out: with |y_i − y_j|. Of more than :data:`MAX_ROWS` rows, a seeded choice of
    groups, the same for every source.
    """
    return score_rows(target, sources, distance_correlation)


def distance_correlation(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The score of one view.

    Args:
        F: [N, D]
        y: [N] class ids, or values (float)
        groups: [N]

    Returns:
        In [-100, 100]; NaN where all feature distances or all label distances are equal.
    """
    from scipy.stats import rankdata

    keep = some_groups(groups)
    F, y = F[keep], y[keep]
    F = standardised(F, F)[0]
    F = F - F.mean(1, keepdims=True)
    lengths = np.linalg.norm(F, axis=1, keepdims=True)
    F = F / np.where(lengths > 1e-12, lengths, np.inf)  # a row without differences correlates with none
    pairs = np.tril_indices(len(F), -1)
    of_features = np.round(1 - (F @ F.T)[pairs], 12)  # equal but for rounding: a tie
    # Correlations of one-hot rows are 1 or −1 / (C − 1): any two values have the same ranks.
    of_labels = np.abs(y[:, None] - y)[pairs] if is_regression(y) else (y[:, None] != y)[pairs] * 1.0
    if len(of_labels) < 2 or np.ptp(of_features) == 0 or np.ptp(of_labels) == 0:
        return float("nan")
    return float(100 * np.corrcoef(rankdata(of_features), rankdata(of_labels))[0, 1])


def some_groups(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Indices of the rows of whole groups, taken in a seeded order of their ids while they fit into MAX_ROWS.

    All rows if they fit. The first group is taken whatever its size.
    """
    ids, counts = np.unique(groups, return_counts=True)
    if len(groups) <= MAX_ROWS:
        return np.arange(len(groups))
    taken, room = [], MAX_ROWS
    for i in np.random.default_rng(seed).permutation(len(ids)):
        if counts[i] <= room or not taken:
            taken.append(ids[i])
            room -= counts[i]
    return np.flatnonzero(np.isin(groups, taken))
