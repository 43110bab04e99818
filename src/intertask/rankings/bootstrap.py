"""Intervals by bootstrap over targets, the same draws for all methods and settings (docs/metrics.md)."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..tables import COMPARISON_COLUMNS
from .evaluation import MEAN, main_metric, metric_names

#: Judged by other observed scores than the methods: no difference to them has a meaning.
APART = ("ceiling",)


def intervals(evaluation: pd.DataFrame, draws: int, confidence: float, seed: int) -> pd.DataFrame:
    """Percentile interval of the mean over targets, for regret@k and ndcg of each method.

    Targets are drawn with replacement; a drawn target brings its values of all methods and all models along. With
    fewer than two targets there is no interval (NaN).

    Args:
        evaluation: As :func:`~intertask.rankings.evaluation.evaluate` gives it.
        draws: How many.
        confidence: For instance 0.95: from the 2.5th to the 97.5th percentile.
        seed: Of the draws.

    Returns:
        model, metric, method, low, high; with several models also lines of their mean, ``mean over settings``.
    """
    rows = []
    for model, metric, methods, _, drawn in _resampled(evaluation, draws, seed):
        low, high = _percentiles(drawn, confidence)
        rows += [(model, metric, *line) for line in zip(methods, low, high, strict=True)]
    return pd.DataFrame(rows, columns=["model", "metric", "method", "low", "high"])


def comparison(
    evaluation: pd.DataFrame, draws: int, confidence: float, seed: int, against: Sequence[str]
) -> pd.DataFrame:
    """Paired differences of each method to some, with intervals as :func:`intervals` has them.

    Args:
        evaluation: As :func:`~intertask.rankings.evaluation.evaluate` gives it.
        draws: How many.
        confidence: Of the intervals.
        seed: Of the draws.
        against: Methods to compare with, where they are there; the best one by the main metric is always among them.

    Returns:
        :data:`~intertask.tables.COMPARISON_COLUMNS`. ``difference`` is method - against: below 0 the method is better
        by regret, above 0 it is better by ndcg. ``targets`` is the number of targets that have the metric.
    """
    names = metric_names(evaluation)
    best: dict[str, str] = {}
    parts = list(_resampled(evaluation, draws, seed))
    for model, metric, methods, values, _ in parts:
        if metric == main_metric(names):
            ranked = [(value, name) for name, value in zip(methods, values[0], strict=True) if name not in APART]
            ranked = [pair for pair in ranked if pair[1] != "random" and not np.isnan(pair[0])]
            if ranked:
                best[model] = min(ranked)[1]
    rows = []
    for model, metric, methods, (means, targets), drawn in parts:
        references = dict.fromkeys([*against, *([best[model]] if model in best else [])])
        for other in [name for name in references if name in methods]:
            j = methods.index(other)
            low, high = _percentiles(drawn - drawn[:, [j]], confidence)
            for i, method in enumerate(methods):
                if i != j and method not in APART:
                    difference = means[i] - means[j] + 0.0
                    rows.append((model, metric, method, other, difference, low[i], high[i], int(targets[i])))
    return pd.DataFrame(rows, columns=COMPARISON_COLUMNS)


def _resampled(
    evaluation: pd.DataFrame, draws: int, seed: int
) -> Iterator[tuple[str, str, list[str], tuple[np.ndarray, np.ndarray], np.ndarray]]:
    """For each model (and their mean) and metric: methods, (means, targets) [2 x M], means of the draws [draws, M]."""
    table = evaluation.assign(metric=metric_names(evaluation))
    table = table[table["metric"].str.startswith("regret@") | (table["metric"] == "ndcg")]
    targets = sorted(table["target"].unique())
    models = list(dict.fromkeys(table["model"]))
    n = len(targets)
    # How often each target is drawn: [draws, targets].
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    if n < 2:
        counts[:] = np.nan
    for metric, of_metric in table.groupby("metric", sort=False):
        found = {}
        for model in models:
            wide = of_metric[of_metric["model"] == model].pivot(index="target", columns="method", values="value")
            values = wide.reindex(targets).to_numpy(np.float64)  # [targets, methods]
            there = ~np.isnan(values)
            found[model] = pd.DataFrame(
                np.concatenate([_mean(np.ones((1, n)), values), there.sum(axis=0)[None], _mean(counts, values)]),
                columns=wide.columns,
            )
        if len(models) > 1:
            shared = [name for name in found[models[0]] if all(name in found[model] for model in models)]
            stack = np.stack([found[model][shared].to_numpy() for model in models])
            mean = _mean(np.ones((1, len(models))), stack.reshape(len(models), -1)).reshape(stack.shape[1:])
            mean[1] = stack[:, 1].max(axis=0)
            found = {MEAN: pd.DataFrame(mean, columns=shared), **found}
        for model, frame in found.items():
            array = frame.to_numpy()
            yield model, metric, list(frame.columns), (array[0], array[1]), array[2:]


def _mean(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted means over the first axis of ``values``, NaN left out: [w, n], [n, m] -> [w, m]."""
    there = ~np.isnan(values)
    total = weights @ there.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, weights @ np.where(there, values, 0.0) / np.where(total > 0, total, 1), np.nan)


def _percentiles(drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval for each column; draws that hold no target with the metric are left out."""
    ends = (100 * (1 - confidence) / 2, 100 * (1 + confidence) / 2)
    columns = [column[~np.isnan(column)] for column in drawn.T]
    low, high = np.array([np.percentile(c, ends) if len(c) else (np.nan, np.nan) for c in columns]).T
    return low + 0.0, high + 0.0
