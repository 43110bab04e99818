"""H-score, regularised: variance between classes in units of the features' variance."""

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
    """(1 − a) tr(Σ_a⁻¹ cov(E[F | y])), Σ_a the Ledoit-Wolf covariance of shrinkage a."""
    return score_rows(target, sources, shrunk_h_score)


def shrunk_h_score(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The score of one view.

    Without the shrinkage, N ≤ D rows of noise reach the maximum, C − 1. Features whose directions all have about the
    same variance are shrunk altogether, a = 1, and score 0: do not whiten them.

    Args:
        F: [N, D]
        y: [N] class ids
        groups: not used

    Returns:
        In [0, C − 1]; NaN with one class, or if no feature varies.
    """
    from sklearn.covariance import ledoit_wolf

    classes, label, counts = np.unique(y, return_inverse=True, return_counts=True)
    F = F - F[0]  # the mean of equal numbers may differ from them by rounding
    F = F - F.mean(0)
    if len(classes) < 2 or not F.any():
        return float("nan")
    F /= F.std()  # of no effect on the score, but the inverse of very small numbers is not exact
    covariance, shrinkage = ledoit_wolf(F, assume_centered=True)
    weighted = ((label[:, None] == np.arange(len(classes))).T @ F) / np.sqrt(counts * len(F))[:, None]
    return float((1 - shrinkage) * np.trace(weighted @ np.linalg.solve(covariance, weighted.T)))
