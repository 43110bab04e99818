"""kNN proxy: how often a row's nearest neighbours have its label."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import choice_accuracy, is_regression, score_rows
from .registry import method

#: Neighbours.
K = 3
#: Rows whose similarities are held at a time.
BLOCK = 1000


@method(
    "knn",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239",
)
def knn(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Leave-one-group-out accuracy of the 3 nearest neighbours by cosine similarity.

    Neighbours of a row are the rows of other groups; those that tie for the last place share it, and classes that tie
    for the most votes share the credit. Classification, tagging and extractive QA: accuracy over rows. Multiple choice:
    share of the examples whose right choice has most neighbours that are right. Regression: R² of the neighbours' mean.
    """
    choices = target.compares_choices
    return score_rows(target, sources, lambda F, y, groups: knn_score(F, y, groups, choices=choices))


def knn_score(F: np.ndarray, y: np.ndarray, groups: np.ndarray, *, choices: bool = False) -> float:
    """The score of one view.

    Args:
        F: [N, D]
        y: [N] class ids, or values (float)
        groups: [N]
        choices: Accuracy of the arg-max over each group, of rows labelled 0 and 1.

    Returns:
        In [0, 1] (regression: at most 1); NaN with one group, or one label for all rows.
    """
    labels, inverse = np.unique(y, return_inverse=True)
    if len(labels) < 2 or len(np.unique(groups)) < 2:
        return float("nan")
    Y = y[:, None] if is_regression(y) else np.eye(len(labels))[inverse]
    votes = neighbour_means(F, Y, groups)
    if is_regression(y):
        return float(1 - ((y - votes[:, 0]) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    if choices:
        return choice_accuracy(votes[:, -1], inverse, groups)
    winners = votes >= votes.max(1, keepdims=True) - 1e-9
    return float((winners[np.arange(len(y)), inverse] / winners.sum(1)).mean())


def neighbour_means(F: np.ndarray, Y: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Mean of Y [N, C] over each row's :data:`K` nearest rows of other groups, [N, C].

    Rows at the distance of the last neighbour share its place equally. With fewer than K other rows, all of them.
    """
    norms = np.linalg.norm(F, axis=1, keepdims=True)
    unit = F / np.where(norms > 0, norms, 1)
    means = np.empty((len(F), Y.shape[1]))
    for start in range(0, len(F), BLOCK):
        block = slice(start, start + BLOCK)
        similar = unit[block] @ unit.T
        similar[groups[block][:, None] == groups] = -np.inf
        last = np.partition(similar, -K, axis=1)[:, -K, None] if len(F) > K else similar.min(1, keepdims=True)
        last = np.where(np.isinf(last), -2, last)  # fewer than K others: all of them are nearer than that
        near = similar > last + 1e-9
        tied = (np.abs(similar - last) <= 1e-9) * 1.0
        free = np.maximum(K - near.sum(1, keepdims=True), 0)
        weights = near + tied * free / np.maximum(tied.sum(1, keepdims=True), 1)
        means[block] = weights @ Y / weights.sum(1, keepdims=True)
    return means
