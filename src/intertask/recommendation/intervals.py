"""Confidence intervals of a score over the rows that it is computed on. They never leave the scale of the metric."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..types import Row, TaskType

#: Metrics from -100 to 100. All others are from 0 to 100.
_CORRELATIONS = ("spearman", "pearson", "pearson_spearman", "matthews_correlation")
#: Metrics that are the share of rows that are right.
_PROPORTIONS = {"accuracy": "label", "f1_micro": "label", "exact_match": "answer_texts"}

#: Number of bootstrap samples, and the number of rows from which fewer samples are drawn.
_DRAWS, _FEW_DRAWS, _MANY_ROWS = 300, 100, 2000


def bounds(metric: str) -> tuple[float, float]:
    """Return the lowest and the highest value of a metric, in percentage points.

    Args:
        metric: Name of the metric.
    """
    return (-100.0 if metric in _CORRELATIONS else 0.0, 100.0)


def wilson(percent: float, rows: int, confidence: float) -> tuple[float, float]:
    """Compute Wilson's score interval of a proportion.

    Unlike a normal interval, it stays within 0 and 100, and it is not a single point if all rows or none are right.

    Args:
        percent: The observed proportion, 0 to 100.
        rows: Number of rows that it is computed on, at least 1.
        confidence: Level of the interval, between 0 and 1.

    Returns:
        Both ends, in percent.

    References:
        Wilson 1927, Probable inference, the law of succession, and statistical inference.
    """
    from scipy.stats import norm

    p, z = percent / 100, float(norm.ppf((1 + confidence) / 2))
    middle = (p + z**2 / (2 * rows)) / (1 + z**2 / rows)
    half = z / (1 + z**2 / rows) * math.sqrt(p * (1 - p) / rows + z**2 / (4 * rows**2))
    # Rounding may put an end a little beyond the scale, or beyond the observed value.
    return 100 * min(max(middle - half, 0.0), p), 100 * max(min(middle + half, 1.0), p)


def score_interval(
    task_type: TaskType,
    predictions: Sequence[Any],
    rows: Sequence[Row],
    info: Mapping[str, Any],
    confidence: float,
) -> tuple[float, float] | None:
    """Compute the interval of a score: Wilson's for a share of rows, otherwise the percentiles of a bootstrap.

    The bootstrap draws rows with replacement; rows of one group are drawn together. The draws are the same each time.

    Args:
        task_type: The type of the task.
        predictions: Of the type's ``predict``, one per row.
        rows: Rows with labels.
        info: Description of the task.
        confidence: Level of the interval, between 0 and 1.

    Returns:
        Both ends, in percentage points. None if there is nothing to draw from: a single row, or a single group.
    """
    metric = info["metric"]
    if _PROPORTIONS.get(metric) in task_type.ROW_COLUMNS:
        return wilson(task_type.score(predictions, rows, info)[metric], len(rows), confidence)
    members: dict[Any, list[int]] = {}
    for i, row in enumerate(rows):
        members.setdefault(row.get("group", i), []).append(i)
    groups = list(members.values())
    if len(groups) < 2:
        return None
    generator = np.random.default_rng(0)
    values = []
    for _ in range(_FEW_DRAWS if len(rows) > _MANY_ROWS else _DRAWS):
        drawn = generator.integers(len(groups), size=len(groups))
        chosen, drawn_rows = [], []
        for copy, group in enumerate(drawn):
            for i in groups[group]:
                chosen.append(predictions[i])
                drawn_rows.append(rows[i] | {"group": copy} if "group" in rows[i] else rows[i])
        values.append(task_type.score(chosen, drawn_rows, info)[metric])
    low, high = np.percentile(values, [50 * (1 - confidence), 50 * (1 + confidence)])
    return float(low), float(high)
