"""Grouped cross-validation, with the same folds for every source of a target."""

import numpy as np

from .feature_rows import is_regression

#: Number of folds, or the number of groups if that is smaller.
FOLDS = 5


def grouped_folds(y: np.ndarray, groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Assign every row to a fold; the rows of a group share a fold.

    Groups are assigned in turn, in a random order of their sorted ids, so that neither the order of the rows nor the
    names of the labels matter. If every group is a single row with a class id, the folds are stratified: every fold
    gets an equal share of each class, and a class of two rows or more is in every training part.

    Args:
        y: [N] Class ids, or values (float).
        groups: [N] Group of each row.
        seed: Seed of the random order.

    Returns:
        [N] Fold of each row, from 0 to min(FOLDS, number of groups) - 1.
    """
    ids, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(ids))
    if len(ids) == len(y) and not is_regression(y):
        _, seen, label = np.unique(y[first][order], return_index=True, return_inverse=True)
        order = order[np.argsort(seen[label], kind="stable")]  # classes one after the other, by their first row
    fold = np.empty(len(ids), np.int64)
    fold[order] = np.arange(len(ids)) % FOLDS
    return fold[group]


def standardized(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standardize training and test rows by the mean and the standard deviation of the training rows.

    Args:
        train: [n, D] Training rows.
        test: [m, D] Test rows.

    Returns:
        Both, standardized; columns that are constant in the training rows are 0.
    """
    shift = train[0]  # the mean of equal numbers may differ from them by rounding
    train, test = train - shift, test - shift
    mean = train.mean(0)
    train -= mean
    test -= mean
    std = np.sqrt((train**2).mean(0))
    scale = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
    train *= scale
    test *= scale
    return train, test


def best_on_the_others(losses: np.ndarray) -> np.ndarray:
    """Select for each fold the setting with the smallest total loss on all other folds; the first of equal ones.

    The rows of a fold thus do not influence the choice of its setting.

    Args:
        losses: [folds, settings] Held-out losses.

    Returns:
        [folds] Index of the selected setting.
    """
    return (losses.sum(0) - losses).argmin(1)
