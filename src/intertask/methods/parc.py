"""parc: rank correlation between distances of the features and distances of the labels."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import is_regression, score_rows
from .folds import standardized
from .registry import method

#: Maximum number of rows that are compared with each other.
MAX_ROWS = 1000


@method(
    "parc",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Bolya et al. 2021, https://arxiv.org/abs/2111.06977",
)
def parc(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Correlate the distances between the target's rows in feature space with the distances between their labels.

    100 · Spearman correlation over pairs of rows i < j of 1 − corr(F_i, F_j) and 1 − corr(Y_i, Y_j).

    F are the standardized features, Y the one-hot labels.

    Deviations: for regression, which the paper does not treat, the distance of labels is |y_i − y_j|. If there are more
    than :data:`MAX_ROWS` rows, a random choice of whole groups is used, the same for every source.

    Bolya et al. 2021, "Scalable Diverse Model Selection for Accessible Transfer Learning",
    https://arxiv.org/abs/2111.06977.
    """
    return score_rows(target, sources, distance_correlation)


def distance_correlation(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Score one view.

    Args:
        F: [N, D] Features.
        y: [N] Class ids, or values (float).
        groups: [N] Group of each row.

    Returns:
        In [-100, 100]; NaN if all distances of features, or all distances of labels, are equal.
    """
    from scipy.stats import rankdata

    keep = some_groups(groups)
    F, y = F[keep], y[keep]
    F = standardized(F, F)[0]
    F = F - F.mean(1, keepdims=True)
    lengths = np.linalg.norm(F, axis=1, keepdims=True)
    F = F / np.where(lengths > 1e-12, lengths, np.inf)  # the correlation of a constant row is 0
    pairs = np.tril(np.ones((len(F), len(F)), bool), -1)
    steps = np.rint((1 - F @ F.T)[pairs] * 1e12)  # distances that differ by rounding tie
    # Correlations of one-hot rows are 1 or −1 / (C − 1), and any two different values have the same ranks.
    of_labels = (np.abs(y[:, None] - y) if is_regression(y) else y[:, None] != y)[pairs]
    if len(of_labels) < 2 or steps.min() == steps.max() or of_labels.min() == of_labels.max():
        return float("nan")
    if of_labels.dtype == bool:
        return 100 * rank_correlation(steps.astype(np.int64), of_labels)
    return float(100 * np.corrcoef(rankdata(steps), rankdata(of_labels))[0, 1])


def rank_correlation(values: np.ndarray, marked: np.ndarray) -> float:
    """Compute the Spearman correlation of integers and a mark, from one sort of both in one number.

    The ranks of a mark are a linear function of it. With P pairs, of which p are marked, and ranks r, the correlation
    is (mean of r over the marked − mean of r) · √(p / (P − p)) / std(r).

    Args:
        values: [P] Integers, not all equal, less than 2^62 in size.
        marked: [P] Whether a value is marked; not all equal.

    Returns:
        In [-1, 1].
    """
    ordered = np.sort(2 * values + marked)
    marks, ordered = ordered & 1, ordered >> 1
    starts = np.append(0, np.flatnonzero(ordered[1:] != ordered[:-1]) + 1)
    sizes = np.diff(starts, append=len(ordered))
    ranks = starts + (sizes - 1 - (len(ordered) - 1)) / 2  # mean of the tied positions, minus the mean of all
    count = marks.sum()
    among_marked = ranks @ np.add.reduceat(marks, starts) / count
    spread = np.sqrt(sizes @ ranks**2 / len(ordered))
    return float(among_marked * np.sqrt(count / (len(ordered) - count)) / spread)


def some_groups(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Choose at most :data:`MAX_ROWS` rows: whole groups, in a random order of their ids.

    Args:
        groups: [N] Group of each row.
        seed: Seed of the order.

    Returns:
        Indices of the rows, ascending. A first group that is larger than MAX_ROWS is kept whole.
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
