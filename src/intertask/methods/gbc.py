"""gbc: overlap of the classes, each modeled as a Gaussian."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .registry import method

#: Number of principal components that are kept.
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
    """Measure how little the target's classes overlap in feature space, if each is modeled as a Gaussian.

    −Σ_{i≠j} exp(−B_ij), where B_ij is the Bhattacharyya distance between the Gaussians of classes i and j.

    B_ij = |μ_i − μ_j|² / 8s + d/2 · log(s / √(s_i s_j)) with s = (s_i + s_j) / 2, in d = 64 principal components. The
    Gaussians are spherical: s_i is the variance of class i, averaged over the components.

    Deviation from the paper: its smallest variance of 1e-4 is here relative to the mean variance of the features, so
    that their scale does not matter. Classes of one row have no variance and are left out.

    Pándy et al. 2022, "Transferability Estimation using Bhattacharyya Class Separability",
    https://arxiv.org/abs/2111.12780.
    """
    return score_rows(target, sources, class_overlap)


def class_overlap(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Score one view.

    Args:
        F: [N, D] Features.
        y: [N] Class ids.
        groups: Not used.

    Returns:
        At most 0. NaN with fewer than two classes of at least two rows, or if no feature varies.
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
    """Project rows onto their first principal components.

    Args:
        F: [N, D] Centered rows.

    Returns:
        [N, min(COMPONENTS, N, D)] Coordinates.
    """
    few = len(F) < F.shape[1]
    values, vectors = np.linalg.eigh(F @ F.T if few else F.T @ F)
    values, vectors = values[-COMPONENTS:], vectors[:, -COMPONENTS:]
    return vectors * np.sqrt(np.maximum(values, 0)) if few else F @ vectors
