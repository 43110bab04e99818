"""LEEP: how well the source head's classes predict the target's labels."""

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
    """(1/N) Σ_i log Σ_z P(y_i | z) θ(x_i)_z, with θ(x_i) [Z] the source head's class probabilities on the target's row.

    P(y | z) comes from the joint P(y, z) = (1/N) Σ_{i: y_i = y} θ(x_i)_z of the same rows. Mean over the target's
    views. NaN for sources whose head gives no class probabilities, and where the target has one class only. A source
    of more classes tends to score higher: a finer partition fits the same rows better.

    Nguyen et al. 2020, "LEEP: A New Measure to Evaluate Transferability of Learned Representations",
    https://arxiv.org/abs/2002.12462.
    """
    return score_probabilities(target, sources, expected_log_likelihood)


def score_probabilities(
    target: Facts, sources: Sequence[Facts], estimator: Callable[[np.ndarray, np.ndarray], float]
) -> np.ndarray:
    """[len(sources)] mean over the target's views of ``estimator(probabilities [n, Z] float64, labels [n])``.

    NaN where there is no such probability distribution, of two classes or more, over every row.
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
    """LEEP of theta [N, Z], rows summing to 1, for class ids labels [N]; NaN for one class only.

    Classes z without any mass take no part (their P(y | z) would be 0 / 0).
    """
    classes, y = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        return float("nan")
    theta = theta[:, theta.sum(0) > 0]
    joint = np.zeros((len(classes), theta.shape[1]))
    np.add.at(joint, y, theta)
    given_z = joint / joint.sum(0)
    return float(np.log((theta * given_z[y]).sum(1)).mean())
