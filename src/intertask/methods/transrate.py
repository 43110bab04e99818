"""transrate: how much shorter the code of the features becomes if the class is known."""

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
    """Measure how much shorter a code of the features becomes if the class of each row is known.

    R(F) − Σ_c n_c/N · R(F_c), with the coding rate R(Z) = ½ log det(I + ZᵀZ / nε) of Z [n, D] and ε = 1e-4.

    Deviations: the rows of F are scaled to length 1, because the score depends on their scale, and then centered.
    Public code gives all classes the same weight, which is equivalent for classes of one size. Weighted by their shares
    n_c/N, the score is the information of the class about the features: it is never negative, and rare classes (a rare
    tag, the few starts of answers) do not dominate it.

    With more features than rows of a class, the score depends little on the labels, and it decreases if the labels
    make up most of the variance. The method therefore declares ``needs_many_rows``.

    Huang et al. 2022, "Frustratingly Easy Transferability Estimation", https://arxiv.org/abs/2106.09362.
    """
    return score_rows(target, sources, rate_reduction)


def rate_reduction(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Score one view.

    Args:
        F: [N, D] Features.
        y: [N] Class ids.
        groups: Not used.

    Returns:
        At least 0, in nats; NaN with one class, or if no feature varies.
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
    """Compute ½ log det(I + ZᵀZ / nε).

    Args:
        Z: [n, D] Centered rows. The smaller of ZᵀZ and ZZᵀ is used, because their nonzero eigenvalues agree.

    Returns:
        The coding rate in nats.
    """
    gram = Z @ Z.T if len(Z) < Z.shape[1] else Z.T @ Z
    return float(np.linalg.slogdet(np.eye(len(gram)) + gram / (len(Z) * EPSILON))[1] / 2)
