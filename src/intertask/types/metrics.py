"""Scores of class predictions, in percent points."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def positive_index(info: Mapping[str, Any]) -> int | None:
    """Index of ``positive_label``, else the second of two labels, else None: no class is the positive one."""
    labels, positive = info["labels"], info.get("positive_label")
    if positive is not None:
        return labels.index(positive)
    return 1 if len(labels) == 2 else None


def class_scores(gold: Sequence[int], predicted: Sequence[int]) -> dict[str, float]:
    """``accuracy``, ``f1_micro``, ``f1_macro`` (over classes that occur), ``f1_weighted``, ``matthews_correlation``.

    ``f1_weighted`` is the mean of the classes' F1, weighted by how often each is the right one.

    0 where a score is undefined, as in scikit-learn.
    """
    from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a single class in gold and predictions is an answer here, not a mistake
        scores = {
            "accuracy": accuracy_score(gold, predicted),
            "f1_micro": f1_score(gold, predicted, average="micro", zero_division=0),
            "f1_macro": f1_score(gold, predicted, average="macro", zero_division=0),
            "f1_weighted": f1_score(gold, predicted, average="weighted", zero_division=0),
            "matthews_correlation": matthews_corrcoef(gold, predicted),
        }
    return {name: 100 * float(value) for name, value in scores.items()}


def f_beta(gold: Sequence[int], predicted: Sequence[int], positive: int, beta: float) -> float:
    """F-beta of one class against all others, 0-100: (1 + b²) TP / ((1 + b²) TP + b² FN + FP); 0 where undefined."""
    is_gold, is_predicted = np.asarray(gold) == positive, np.asarray(predicted) == positive
    hits = (1 + beta**2) * np.sum(is_gold & is_predicted)
    misses = beta**2 * np.sum(is_gold & ~is_predicted) + np.sum(~is_gold & is_predicted)
    return 100 * float(hits / (hits + misses)) if hits else 0.0
