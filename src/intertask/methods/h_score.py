"""h-score: variance between the classes relative to the variance of the features, with shrinkage."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .registry import method


@method(
    "h-score",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Ibrahim et al. 2022, https://arxiv.org/abs/2110.06893, after Bao et al. 2019",
)
def h_score(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the variance of the features between the target's classes with their variance over all rows.

    (1 − a) tr(Σ_a⁻¹ cov(E[F | y])), where Σ_a is the Ledoit-Wolf estimate of the covariance with shrinkage a.

    Ibrahim et al. 2022, "Newer is not Always Better: Rethinking Transferability Metrics, Their Peculiarities, Stability
    and Performance", https://arxiv.org/abs/2110.06893, add the shrinkage to the H-score of Bao et al. 2019.
    """
    return score_rows(target, sources, shrunk_h_score)


def shrunk_h_score(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Score one view.

    Without shrinkage, N ≤ D rows of noise reach the maximum, C − 1. Features with about the same variance in every
    direction are shrunk completely (a = 1) and score 0, so whitened features are not suitable.

    Args:
        F: [N, D] Features.
        y: [N] Class ids.
        groups: Not used.

    Returns:
        In [0, C − 1] for C classes. NaN with one class, or if no feature varies.
    """
    from sklearn.covariance import ledoit_wolf

    classes, label, counts = np.unique(y, return_inverse=True, return_counts=True)
    F = F - F[0]  # the mean of equal numbers may differ from them by rounding
    F = F - F.mean(0)
    if len(classes) < 2 or not F.any():
        return float("nan")
    F /= F.std()  # does not change the score, but the inverse of very small numbers is inexact
    covariance, shrinkage = ledoit_wolf(F, assume_centered=True)
    weighted = ((label[:, None] == np.arange(len(classes))).T @ F) / np.sqrt(counts * len(F))[:, None]
    return float((1 - shrinkage) * np.trace(weighted @ np.linalg.solve(covariance, weighted.T)))
