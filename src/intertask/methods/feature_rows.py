"""Functions for the methods that measure how well a target's labels follow from its features under an adapter."""

from collections.abc import Callable, Sequence

import numpy as np

from .facts import Facts, Rows

#: (F [n, D] finite, float64 or as stored, labels [n] class ids or float values, groups [n]) -> score, higher = better.
Estimator = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def score_rows(target: Facts, sources: Sequence[Facts], estimator: Estimator, *, as_stored: bool = False) -> np.ndarray:
    """Score each source by the mean over the target's views of ``estimator(F[index], labels, groups[index])``.

    For multiple choice, the features F are first centered within each group, because only differences between the
    choices of an example count.

    Args:
        target: Facts of the target, with its rows.
        sources: Facts of each source, with its features F [N, D] of these rows.
        estimator: Function of one view.
        as_stored: Whether the estimator converts the features to float64 itself, a part at a time. It then gets the
            array as it is stored, which is half as large, and must not write to it.

    Returns:
        [len(sources)] Scores. NaN if the target has no rows, if a source's features are missing, not finite or not
        [N, D], or if the estimator's value is not finite in some view.
    """
    rows = target.target_rows
    if rows is None or not rows.views or not all(len(view.index) for view in rows.views):
        return np.full(len(sources), np.nan)
    center = target.compares_choices
    return np.array([_score(source.features, rows, center, estimator, as_stored) for source in sources], np.float64)


def _score(features: np.ndarray | None, rows: Rows, center: bool, estimator: Estimator, as_stored: bool) -> float:
    """Score of one source, from its features [N, D]."""
    if features is None or features.ndim != 2 or len(features) != len(rows.groups) or not features.shape[1]:
        return float("nan")
    if not np.isfinite(features).all():
        return float("nan")
    F = features if as_stored else features.astype(np.float64)
    if center:
        F = centered_within(F, rows.groups)
    scores = [estimator(_rows(F, view.index), view.labels, rows.groups[view.index]) for view in rows.views]
    return float(np.mean(scores)) if np.isfinite(scores).all() else float("nan")


def _rows(F: np.ndarray, index: np.ndarray) -> np.ndarray:
    """``F[index]``, without a copy if these are all rows."""
    return F if np.array_equal(index, np.arange(len(F))) else F[index]


def centered_within(F: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Subtract from each row the mean of its group.

    Args:
        F: [N, D] Rows.
        groups: [N] Group of each row.

    Returns:
        [N, D] float64; exactly 0 if the rows of a group are equal.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=groups[order[0]] - 1))
    sizes = np.diff(starts, append=len(F))
    sorted_rows = F[order].astype(np.float64)
    sorted_rows -= np.repeat(sorted_rows[starts], sizes, axis=0)  # the mean of equal numbers may differ by rounding
    sorted_rows -= np.repeat(np.add.reduceat(sorted_rows, starts) / sizes[:, None], sizes, axis=0)
    centered = np.empty_like(sorted_rows)
    centered[order] = sorted_rows
    return centered


def is_regression(labels: np.ndarray) -> bool:
    """Tell whether labels are values and not class ids.

    Args:
        labels: [N] Labels, float for values and integer for class ids.

    Returns:
        True for values.
    """
    return np.issubdtype(labels.dtype, np.floating)


def choice_accuracy(scores: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
    """Compute the accuracy of multiple choice: the share of examples whose choice with the highest score is right.

    Choices that tie for the highest score share the credit, so that the order of the rows does not matter.

    Args:
        scores: [N] Score of each row, which is one choice of one example.
        labels: [N] 1 for the right choice, otherwise 0.
        groups: [N] Example of each row.

    Returns:
        Accuracy in [0, 1].
    """
    _, group = np.unique(groups, return_inverse=True)
    highest = np.full(group.max() + 1, -np.inf)
    np.maximum.at(highest, group, scores)
    top = scores >= highest[group] - 1e-9  # equal but for rounding
    return float(np.mean(np.bincount(group, top * (labels == 1)) / np.bincount(group, top)))
