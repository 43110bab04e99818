"""knn: how often the nearest neighbors of a row have its label."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import choice_accuracy, is_regression, score_rows
from .registry import method

#: Number of neighbors.
K = 3
#: Number of rows whose similarities are in memory at a time.
BLOCK = 1000


@method(
    "knn",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239",
)
def knn(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how often the three nearest neighbors of a target row in feature space have its label.

    Leave-one-group-out accuracy of the 3 nearest neighbors by cosine similarity.

    The neighbors of a row are rows of other groups. Rows that tie for the last neighbor share its weight, and classes
    that tie for the most votes share the credit. For classification, tagging and extractive QA, the score is the
    accuracy over rows. For multiple choice, it is the share of examples whose right choice has the most neighbors that
    are right choices. For regression, it is the R² of the mean of the neighbors.

    Puigcerver et al. 2021, "Scalable Transfer Learning with Expert Models", https://arxiv.org/abs/2009.13239.
    """
    choices = target.compares_choices
    return score_rows(target, sources, lambda F, y, groups: knn_score(F, y, groups, choices=choices))


def knn_score(F: np.ndarray, y: np.ndarray, groups: np.ndarray, *, choices: bool = False) -> float:
    """Score one view.

    Args:
        F: [N, D] Features.
        y: [N] Class ids, or values (float).
        groups: [N] Group of each row.
        choices: Whether to compute the accuracy of the best choice of each group, for labels 0 and 1.

    Returns:
        In [0, 1]; for regression at most 1. NaN with one group, or if all labels are equal.
    """
    labels, inverse = np.unique(y, return_inverse=True)
    if len(labels) < 2 or len(np.unique(groups)) < 2:
        return float("nan")
    Y = y[:, None] if is_regression(y) else np.eye(len(labels))[inverse]
    votes = neighbor_means(F, Y, groups)
    if is_regression(y):
        return float(1 - ((y - votes[:, 0]) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    if choices:
        return choice_accuracy(votes[:, -1], inverse, groups)
    winners = votes >= votes.max(1, keepdims=True) - 1e-9
    return float((winners[np.arange(len(y)), inverse] / winners.sum(1)).mean())


def neighbor_means(F: np.ndarray, Y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Average label columns over the :data:`K` nearest rows of other groups.

    Rows at the distance of the last neighbor share its weight equally. With fewer than K rows in other groups, all of
    them are neighbors.

    Args:
        F: [N, D] Features.
        Y: [N, C] Label columns.
        groups: [N] Group of each row.

    Returns:
        [N, C] Means of Y over the neighbors of each row.
    """
    norms = np.linalg.norm(F, axis=1, keepdims=True)
    unit = F / np.where(norms > 0, norms, 1)
    means = np.empty((len(F), Y.shape[1]))
    for start in range(0, len(F), BLOCK):
        block = slice(start, start + BLOCK)
        similar = unit[block] @ unit.T
        similar[groups[block][:, None] == groups] = -np.inf
        last = np.partition(similar, -K, axis=1)[:, -K, None] if len(F) > K else similar.min(1, keepdims=True)
        last = np.where(np.isinf(last), -2, last)  # fewer than K other rows: all are nearer than this
        near = similar > last + 1e-9
        tied = (np.abs(similar - last) <= 1e-9) * 1.0
        free = np.maximum(K - near.sum(1, keepdims=True), 0)
        weights = near + tied * free / np.maximum(tied.sum(1, keepdims=True), 1)
        means[block] = weights @ Y / weights.sum(1, keepdims=True)
    return means
