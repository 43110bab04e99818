"""TransRate: how many fewer bits the features take once the class is known."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .registry import method

#: Squared distortion of the code.
EPSILON = 1e-4


@method(
    "transrate",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Huang et al. 2022, https://arxiv.org/abs/2106.09362",
    needs_many_rows=True,
)
def transrate(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """R(F) − Σ_c n_c/N · R(F_c), R(Z) = ½ log det(I + ZᵀZ / nε) of Z [n, D], ε = 1e-4.

    F has rows of length 1, since the score depends on their scale, and is then centred. Public code gives all classes
    the same weight, which is the same for classes of one size; by their shares the score is what the class tells about
    the features, never negative, and not ruled by a rare tag or the few starts of answers. With more features than rows
    of a class it moves little with the labels, and falls if they make up most of the variance.
    """
    return score_rows(target, sources, rate_reduction)


def rate_reduction(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The score of one view, in nats.

    Args:
        F: [N, D]
        y: [N] class ids
        groups: not used

    Returns:
        NaN with one class, or if no feature varies.
    """
    lengths = np.linalg.norm(F, axis=1, keepdims=True)
    F = F / np.where(lengths > 0, lengths, 1)
    F = F - F[0]  # the mean of equal numbers may differ from them by rounding
    F = F - F.mean(0)
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2 or not F.any():
        return float("nan")
    return coding_rate(F) - float(counts @ [coding_rate(F[y == c]) for c in classes]) / len(y)


def coding_rate(Z: np.ndarray) -> float:
    """½ log det(I + ZᵀZ / nε) of Z [n, D], by the smaller of the two Gram matrices, whose eigenvalues ≠ 0 agree."""
    gram = Z @ Z.T if len(Z) < Z.shape[1] else Z.T @ Z
    return float(np.linalg.slogdet(np.eye(len(gram)) + gram / (len(Z) * EPSILON))[1] / 2)
