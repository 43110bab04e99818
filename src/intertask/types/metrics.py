"""Scores of class predictions, in percent."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def positive_index(info: Mapping[str, Any]) -> int | None:
    """Return the index of the positive class.

    Args:
        info: ``labels``; ``positive_label`` if the task has one.

    Returns:
        The index of ``positive_label``; without one, 1 if there are two labels, else None.
    """
    labels, positive = info["labels"], info.get("positive_label")
    if positive is not None:
        return labels.index(positive)
    return 1 if len(labels) == 2 else None


def class_scores(gold: Sequence[int], predicted: Sequence[int]) -> dict[str, float]:
    """Compute the scores of scikit-learn, which are 0 where they are undefined.

    Args:
        gold: [N] class ids.
        predicted: [N] class ids.

    Returns:
        ``accuracy``, ``f1_micro``, ``f1_macro`` (mean over the classes that occur), ``f1_weighted`` (mean of the
        classes' F1, weighted by how often each is the right one) and ``matthews_correlation``, each times 100.
    """
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns if gold and predictions have a single class
        scores = {
            "accuracy": accuracy_score(gold, predicted),
            "f1_micro": f1_score(gold, predicted, average="micro", zero_division=0),
            "f1_macro": f1_score(gold, predicted, average="macro", zero_division=0),
            "f1_weighted": f1_score(gold, predicted, average="weighted", zero_division=0),
            "matthews_correlation": matthews_corrcoef(gold, predicted),
        }
    return {name: 100 * float(value) for name, value in scores.items()}


def f_beta(gold: Sequence[int], predicted: Sequence[int], positive: int, beta: float) -> float:
    """Compute F-beta of one class against all others: 100 (1 + b²) TP / ((1 + b²) TP + b² FN + FP), 0 if undefined.

    Args:
        gold: [N] class ids.
        predicted: [N] class ids.
        positive: Id of the class.
        beta: Weight of recall against precision.

    Returns:
        0 to 100.
    """
    is_gold, is_predicted = np.asarray(gold) == positive, np.asarray(predicted) == positive
    hits = (1 + beta**2) * np.sum(is_gold & is_predicted)
    misses = beta**2 * np.sum(is_gold & ~is_predicted) + np.sum(~is_gold & is_predicted)
    return 100 * float(hits / (hits + misses)) if hits else 0.0
