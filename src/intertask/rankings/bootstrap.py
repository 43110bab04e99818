"""Bootstrap intervals over targets, with the same draws for all methods and settings (docs/metrics.md)."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ..tables import COMPARISON_COLUMNS
from .evaluation import MEAN, best_first, main_metric, metric_names

#: Rows that are computed from other observed scores than the methods, so that a difference to them has no meaning.
NOT_COMPARABLE = ("ceiling",)


def intervals(evaluation: pd.DataFrame, draws: int, confidence: float, seed: int) -> pd.DataFrame:
    """Compute percentile intervals of the mean over targets, for regret@k and ndcg of each method.

    Targets are drawn with replacement, each with its values of all methods and models. With fewer than two targets
    there is no interval (NaN).

    Args:
        evaluation: As :func:`~intertask.rankings.evaluation.evaluate` returns it.
        draws: Number of bootstrap draws.
        confidence: Confidence level; 0.95 means from the 2.5th to the 97.5th percentile.
        seed: Seed of the draws.

    Returns:
        model, metric, method, low, high. Several models get rows of their mean too, ``mean over settings``.

    References:
        Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13.
    """
    rows = []
    for model, metric, methods, _, drawn in _resampled(evaluation, draws, seed):
        low, high = _percentiles(drawn, confidence)
        rows += [(model, metric, *line) for line in zip(methods, low, high, strict=True)]
    return pd.DataFrame(rows, columns=["model", "metric", "method", "low", "high"])


def comparison(
    evaluation: pd.DataFrame, draws: int, confidence: float, seed: int, against: Sequence[str]
) -> pd.DataFrame:
    """Compute the paired differences between each method and some reference methods, with intervals.

    Args:
        evaluation: As :func:`~intertask.rankings.evaluation.evaluate` returns it.
        draws: Number of bootstrap draws.
        confidence: Confidence level of the intervals, see :func:`intervals`.
        seed: Seed of the draws.
        against: Reference methods, as far as they are in the evaluation. The best method
            (:func:`~intertask.rankings.evaluation.best_first`) is added.

    Returns:
        :data:`~intertask.tables.COMPARISON_COLUMNS`. ``difference`` is method - against: below 0 the method is better
        by regret, above 0 it is better by ndcg. ``targets`` is the number of targets that have the metric.
    """
    parts = list(_resampled(evaluation, draws, seed))
    means: dict[str, dict[str, pd.Series]] = {}
    for model, metric, methods, (values, _), _ in parts:
        # rounded as in summary(), so that the last bit of a mean breaks no tie
        means.setdefault(model, {})[metric] = pd.Series(values, methods).round(12)
    best = {model: _best_method(pd.DataFrame(table)) for model, table in means.items()}
    rows = []
    for model, metric, methods, (values, targets), drawn in parts:
        references = dict.fromkeys([*against, best[model]])
        for other in [name for name in references if name in methods]:
            j = methods.index(other)
            low, high = _percentiles(drawn - drawn[:, [j]], confidence)
            for i, method in enumerate(methods):
                if i != j and method not in NOT_COMPARABLE:
                    difference = values[i] - values[j] + 0.0
                    rows.append((model, metric, method, other, difference, low[i], high[i], int(targets[i])))
    return pd.DataFrame(rows, columns=COMPARISON_COLUMNS)


def _best_method(means: pd.DataFrame) -> str | None:
    """The first method with a defined main metric, except the references; None if there is none."""
    ranked = best_first(means.rename_axis("method").reset_index()).dropna(subset=main_metric(list(means)))
    return next((method for method in ranked["method"] if method not in ("random", *NOT_COMPARABLE)), None)


def _resampled(
    evaluation: pd.DataFrame, draws: int, seed: int
) -> Iterator[tuple[str, str, list[str], tuple[np.ndarray, np.ndarray], np.ndarray]]:
    """Yield, for each model (or their mean) and metric: methods, (means, targets) [2, M], means of draws [draws, M]."""
    table = evaluation.assign(metric=metric_names(evaluation))
    table = table[table["metric"].str.startswith("regret@") | (table["metric"] == "ndcg")]
    targets = sorted(table["target"].unique())
    models = list(dict.fromkeys(table["model"]))
    n = len(targets)
    # Number of times that each target is drawn: [draws, targets].
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    if n < 2:
        counts[:] = np.nan
    for metric, of_metric in table.groupby("metric", sort=False):
        means = {}
        for model in models:
            wide = of_metric[of_metric["model"] == model].pivot(index="target", columns="method", values="value")
            values = wide.reindex(targets).to_numpy(np.float64)  # [targets, methods]
            there = ~np.isnan(values)
            means[model] = pd.DataFrame(
                np.concatenate([_mean(np.ones((1, n)), values), there.sum(axis=0)[None], _mean(counts, values)]),
                columns=wide.columns,
            )
        if len(models) > 1:
            shared = [name for name in means[models[0]] if all(name in means[model] for model in models)]
            stack = np.stack([means[model][shared].to_numpy() for model in models])
            mean = _mean(np.ones((1, len(models))), stack.reshape(len(models), -1)).reshape(stack.shape[1:])
            mean[1] = stack[:, 1].max(axis=0)
            means = {MEAN: pd.DataFrame(mean, columns=shared), **means}
        for model, frame in means.items():
            array = frame.to_numpy()
            yield model, metric, list(frame.columns), (array[0], array[1]), array[2:]


def _mean(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Weighted means over the first axis of ``values``, without its NaN: [w, n], [n, m] -> [w, m]."""
    there = ~np.isnan(values)
    total = weights @ there.astype(np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(total > 0, weights @ np.where(there, values, 0.0) / np.where(total > 0, total, 1), np.nan)


def _percentiles(drawn: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the interval for each column, without the draws in which no target has the metric."""
    ends = (100 * (1 - confidence) / 2, 100 * (1 + confidence) / 2)
    columns = [column[~np.isnan(column)] for column in drawn.T]
    low, high = np.array([np.percentile(c, ends) if len(c) else (np.nan, np.nan) for c in columns]).T
    return low + 0.0, high + 0.0
