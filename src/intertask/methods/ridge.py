"""ridge: share of the variance of the labels that a ridge regression on the features explains."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import is_regression, score_rows
from .folds import best_on_the_others, grouped_folds, standardized
from .memory import remembered
from .registry import method

#: Penalties to select from, in units of the mean variance of the features times the number of rows.
PENALTIES = np.logspace(4, -4, 17)


@method(
    "ridge",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239, with ridge regression in closed form",
)
def ridge(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how much of the variance of the target's labels a ridge regression on the features explains.

    Held-out R² of a 5-fold ridge regression of the label columns: one per class, or the values for regression.

    Deviation from Puigcerver et al. 2021, "Scalable Transfer Learning with Expert Models",
    https://arxiv.org/abs/2009.13239: the linear model is a ridge regression, which has a closed form.
    """
    return score_rows(target, sources, ridge_score)


@remembered
def ridge_score(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """Compute 1 − Σ‖Y_i − Ŷ_i‖² / Σ‖Y_i − Ȳ‖² over held-out rows i, with Ŷ = Ȳ + XW, W = (XᵀX + ρI)⁻¹Xᵀ(Y − Ȳ).

    Ȳ is the mean over the training part, so that a model that ignores the features has the score 0. The penalty ρ of a
    fold is the one of :data:`PENALTIES` that has the smallest error on the other folds.

    Args:
        F: [N, D] Features.
        y: [N] Class ids, or values (float).
        groups: [N] Group of each row.

    Returns:
        At most 1; NaN with one group, or if all labels are equal.
    """
    labels, inverse = np.unique(y, return_inverse=True)
    if len(labels) < 2 or len(np.unique(groups)) < 2:
        return float("nan")
    Y = np.asarray(y, np.float64)[:, None] if is_regression(y) else np.eye(len(labels))[inverse]
    folds = grouped_folds(y, groups)
    errors, total = [], 0.0
    for fold in range(folds.max() + 1):
        train, test = folds != fold, folds == fold
        errors.append(_held_out_errors(*standardized(F[train], F[test]), Y[train], Y[test]))
        total += ((Y[test] - Y[train].mean(0)) ** 2).sum()
    held_out = [of_fold[best] for of_fold, best in zip(errors, best_on_the_others(np.array(errors)), strict=True)]
    return float(1 - np.sum(held_out) / total)


def _held_out_errors(train: np.ndarray, test: np.ndarray, Y: np.ndarray, held_out: np.ndarray) -> np.ndarray:
    """Held-out sum of squares for every penalty, all from the eigenvectors of the smaller Gram matrix."""
    mean = Y.mean(0)
    few = len(train) < train.shape[1]
    values, U = np.linalg.eigh(train @ train.T if few else train.T @ train)
    values = np.maximum(values, 0)
    if few:  # XW = test Xᵀ (XXᵀ + ρI)⁻¹ (Y − Ȳ)
        left, right = test @ train.T @ U, U.T @ (Y - mean)
    else:
        left, right = test @ U, U.T @ (train.T @ (Y - mean))
    unit = values.sum() / train.shape[1] or 1.0  # no feature varies: XW = 0
    misses = (held_out - mean - left @ (right / (values + rho * unit)[:, None]) for rho in PENALTIES)
    return np.array([(miss**2).sum() for miss in misses])
