"""leep: how well the predictions of the source's head predict the target's labels."""

from collections.abc import Callable, Sequence

import numpy as np

from .facts import Facts
from .registry import method


@method(
    "leep",
    needs=("adapters", "labels", "heads"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Nguyen et al. 2020, https://arxiv.org/abs/2002.12462",
)
def leep(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how well the class probabilities of the source's head predict the target's labels.

    (1/N) Σ_i log Σ_z P(y_i | z) θ(x_i)_z, where θ(x_i) [Z] are the class probabilities of the source's head.

    P(y | z) follows from the joint distribution P(y, z) = (1/N) Σ_{i: y_i = y} θ(x_i)_z of the same rows. The score is
    the mean over the target's views. It is NaN for sources whose head has no class probabilities, and if the target has
    only one class. Sources with more classes tend to score higher, because a finer partition fits the same rows better.

    Nguyen et al. 2020, "LEEP: A New Measure to Evaluate Transferability of Learned Representations",
    https://arxiv.org/abs/2002.12462.
    """
    return score_probabilities(target, sources, expected_log_likelihood)


def score_probabilities(
    target: Facts, sources: Sequence[Facts], estimator: Callable[[np.ndarray, np.ndarray], float]
) -> np.ndarray:
    """Score each source by the mean over the target's views of an estimator of its class probabilities.

    Args:
        target: Facts of the target, with its rows.
        sources: Facts of each source, with the class probabilities of its head on these rows.
        estimator: (probabilities [n, Z] float64, labels [n]) -> score.

    Returns:
        [len(sources)] Scores; NaN if a source has no probabilities of two or more classes for every row.
    """
    rows = target.target_rows
    scores = np.full(len(sources), np.nan)
    if rows is None or not rows.views:
        return scores
    for i, source in enumerate(sources):
        P = source.probabilities
        if P is not None and P.ndim == 2 and len(P) == len(rows.groups) and P.shape[1] > 1 and np.isfinite(P).all():
            P = P.astype(np.float64)
            scores[i] = np.mean([estimator(P[view.index], view.labels) for view in rows.views])
    return scores


def expected_log_likelihood(theta: np.ndarray, labels: np.ndarray) -> float:
    """Compute LEEP.

    Args:
        theta: [N, Z] Class probabilities, each row sums to 1. Classes without any mass are left out, because their
            P(y | z) would be 0 / 0.
        labels: [N] Class ids of the target.

    Returns:
        At most 0; NaN if there is only one class.
    """
    classes, y = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        return float("nan")
    theta = theta[:, theta.sum(0) > 0]
    joint = np.zeros((len(classes), theta.shape[1]))
    np.add.at(joint, y, theta)
    given_z = joint / joint.sum(0)
    return float(np.log((theta * given_z[y]).sum(1)).mean())
