"""Grouped folds of a cross-validation, the same for every source of a target."""

import numpy as np

from .feature_rows import is_regression

#: Folds, if there are as many groups.
FOLDS = 5


def grouped_folds(y: np.ndarray, groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """The fold of every row; rows of one group share one.

    Groups are dealt out in an order that is drawn for their sorted ids, so that neither the order of the rows nor the
    names of the labels matter. Where groups are single rows with class ids, class by class: every fold gets an equal
    share of each class, and a class of two rows or more is in every training part.

    Args:
        y: [N] class ids, or values (float)
        groups: [N]

    Returns:
        [N] in 0..min(FOLDS, groups) - 1
    """
    ids, first, group = np.unique(groups, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(ids))
    if len(ids) == len(y) and not is_regression(y):
        _, seen, label = np.unique(y[first][order], return_index=True, return_inverse=True)
        order = order[np.argsort(seen[label], kind="stable")]  # classes one after the other, by their first row
    fold = np.empty(len(ids), np.int64)
    fold[order] = np.arange(len(ids)) % FOLDS
    return fold[group]


def standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both [., D] with mean 0 and standard deviation 1 of the training rows; columns that are constant there are 0."""
    shift = train[0]  # the mean of equal numbers may differ from them by rounding
    train, test = train - shift, test - shift
    mean, std = train.mean(0), train.std(0)
    scale = np.divide(1, std, out=np.zeros_like(std), where=std > 0)
    return (train - mean) * scale, (test - mean) * scale


def best_on_the_others(losses: np.ndarray) -> np.ndarray:
    """For each fold the setting with the least loss summed over all other folds; of equals the first.

    Args:
        losses: [folds, settings], held out

    Returns:
        [folds] index of a setting, which the fold's own rows have no say in
    """
    return (losses.sum(0) - losses).argmin(1)
