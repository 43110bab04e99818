"""GBC: overlap of the classes, each taken for a Gaussian."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .registry import method

#: Principal components that are kept.
COMPONENTS = 64
#: A class's variance is at least this share of the features' mean variance.
FLOOR = 1e-4


@method(
    "gbc",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Pándy et al. 2022, https://arxiv.org/abs/2111.12780",
)
def gbc(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """−Σ_{i≠j} exp(−B_ij), B the Bhattacharyya distance of two classes' spherical Gaussians in 64 components.

    B_ij = |μ_i − μ_j|² / 8s + d/2 · log(s / √(s_i s_j)), s = (s_i + s_j) / 2, s_i the mean over components of the
    variance of class i. The published floor of a variance is 1e-4; here it is relative, so that the features' unit
    does not matter. Classes of one row have no variance and are dropped.
    """
    return score_rows(target, sources, class_overlap)


def class_overlap(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The score of one view.

    Args:
        F: [N, D]
        y: [N] class ids
        groups: not used

    Returns:
        At most 0; NaN with fewer than two classes of two rows, or if no feature varies.
    """
    classes, counts = np.unique(y, return_counts=True)
    F = F - F[0]  # the mean of equal numbers may differ from them by rounding
    F = F - F.mean(0)
    kept = classes[counts > 1]
    if len(kept) < 2 or not F.any():
        return float("nan")
    Z = principal_components(F / F.std())
    means = np.array([Z[y == c].mean(0) for c in kept])
    variances = np.array([Z[y == c].var(0).mean() for c in kept])
    variances = np.maximum(variances, FLOOR * Z.var(0).mean())
    between = ((means[:, None] - means) ** 2).sum(2)
    mean = (variances[:, None] + variances) / 2
    shape = np.log(mean) - (np.log(variances)[:, None] + np.log(variances)) / 2
    overlap = np.exp(-between / (8 * mean) - Z.shape[1] / 2 * shape)
    return float(np.trace(overlap) - overlap.sum())


def principal_components(F: np.ndarray) -> np.ndarray:
    """Coordinates [N, min(COMPONENTS, N, D)] of the centred F [N, D]."""
    few = len(F) < F.shape[1]
    values, vectors = np.linalg.eigh(F @ F.T if few else F.T @ F)
    values, vectors = values[-COMPONENTS:], vectors[:, -COMPONENTS:]
    return vectors * np.sqrt(np.maximum(values, 0)) if few else F @ vectors
