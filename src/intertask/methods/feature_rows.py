"""Functions for the methods that measure how well a target's labels follow from its features under an adapter."""

from collections.abc import Callable, Sequence

import numpy as np

from .facts import Facts, Rows

#: (F [n, D] float64 and finite, labels [n] class ids or float values, groups [n]) -> score, higher = better.
Estimator = Callable[[np.ndarray, np.ndarray, np.ndarray], float]


def score_rows(target: Facts, sources: Sequence[Facts], estimator: Estimator) -> np.ndarray:
    """Score each source by the mean over the target's views of ``estimator(F[index], labels, groups[index])``.

    For multiple choice, the features F are first centered within each group, because only differences between the
    choices of an example count.

    Args:
        target: Facts of the target, with its rows.
        sources: Facts of each source, with its features F [N, D] of these rows.
        estimator: Function of one view.

    Returns:
        [len(sources)] Scores. NaN if the target has no rows, if a source's features are missing, not finite or not
        [N, D], or if the estimator's value is not finite in some view.
    """
    rows = target.target_rows
    if rows is None or not rows.views or not all(len(view.index) for view in rows.views):
        return np.full(len(sources), np.nan)
    center = target.compares_choices
    return np.array([_score(source.features, rows, center, estimator) for source in sources], np.float64)


def _score(features: np.ndarray | None, rows: Rows, center: bool, estimator: Estimator) -> float:
    """Score of one source, from its features [N, D]."""
    if features is None or features.ndim != 2 or len(features) != len(rows.groups) or not features.shape[1]:
        return float("nan")
    F = features.astype(np.float64)
    if not np.isfinite(F).all():
        return float("nan")
    if center:
        F = centered_within(F, rows.groups)
    scores = [estimator(F[view.index], view.labels, rows.groups[view.index]) for view in rows.views]
    return float(np.mean(scores)) if np.isfinite(scores).all() else float("nan")


def centered_within(F: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Subtract from each row the mean of its group.

    Args:
        F: [N, D] Rows.
        groups: [N] Group of each row.

    Returns:
        [N, D]; exactly 0 if the rows of a group are equal.
    """
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    F = F - F[first][group]  # the mean of equal numbers may differ from them by rounding
    sums = np.zeros((len(first), F.shape[1]))
    np.add.at(sums, group, F)
    return F - (sums / np.bincount(group)[:, None])[group]


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
