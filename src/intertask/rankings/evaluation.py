"""Compare the scores of every ranking method with the observed transfers (docs/metrics.md): tables in, tables out."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from ..errors import IntertaskError
from ..tables import EVALUATION_COLUMNS
from . import metrics

PAIR = ["model", "target", "source"]
#: Value of the column ``model`` for the mean over settings. No model or setting can have this name.
MEAN = "mean over settings"


def truth(transfer: pd.DataFrame) -> pd.DataFrame:
    """Average every transfer over its seeds, including the one without a source (``none``).

    Args:
        transfer: :data:`~intertask.tables.TRANSFER_COLUMNS`; ``value`` in percentage points, NaN = a run without a
            score.

    Returns:
        model, target, source, value: the mean as in :func:`mean_of_runs`.

    Raises:
        IntertaskError: A run is listed twice, or a target has scores in more than one metric.
    """
    run = [*PAIR, "seed"]
    twice = transfer[transfer.duplicated(run)]
    if len(twice):
        raise IntertaskError(
            "A transfer has two scores for the same seed.", _name(twice.iloc[0], run), "keep one row per run"
        )
    for (model, target), metric in transfer.groupby(["model", "target"], sort=False)["metric"]:
        if metric.nunique() > 1:
            raise IntertaskError(
                f"The transfers have scores in {' and '.join(sorted(metric.unique()))}.",
                f"model {model}, target {target}",
                "their mean has no meaning; keep one metric per target",
            )

    # Sorted seeds: the last bit of a mean depends on the order of the sum.
    return transfer.sort_values(run).groupby(PAIR)["value"].agg(mean_of_runs).reset_index()


def mean_of_runs(values: Sequence[float]) -> float:
    """Compute the mean score of one transfer over its runs.

    Args:
        values: [runs] Scores in percentage points. A run without a score (NaN) counts as 0.

    Returns:
        The mean; NaN if no run has a score.

    Examples:
        >>> mean_of_runs([80.0, 70.0]), mean_of_runs([80.0, np.nan]), mean_of_runs([np.nan])
        (75.0, 40.0, nan)
    """
    values = np.asarray(values, np.float64)
    failed = np.isnan(values)
    return np.nan if failed.all() else float(np.where(failed, 0.0, values).mean())


def ranking_metrics(
    true: np.ndarray, predicted: np.ndarray, none: float, ks: Sequence[int], gain: metrics.Gain
) -> list[tuple[str, int | None, float]]:
    """Compute every metric of one ranking.

    Args:
        true: [n] Observed scores of the sources, percentage points.
        predicted: [n] Scores of a method, higher = better, NaN = undefined.
        none: Observed score without a source, percentage points; NaN if there is none.
        ks: The k of Regret@k.
        gain: Scale of the gains of NDCG, see :func:`~intertask.rankings.metrics.gains`.

    Returns:
        (metric, k, value) of ndcg, regret for each k, spearman, beats_none and coverage. k is None except for regret.
    """
    return [
        ("ndcg", None, metrics.ndcg(true, predicted, gain)),
        *(("regret", k, metrics.regret(true, predicted, k)) for k in ks),
        ("spearman", None, metrics.spearman(true, predicted)),
        ("beats_none", None, metrics.first_choice_beats_none(true, predicted, none)),
        ("coverage", None, float(np.mean(~np.isnan(predicted)))),
    ]


def evaluate(
    transfer: pd.DataFrame, scores: pd.DataFrame, ks: Sequence[int], gain: metrics.Gain = "exp-percent"
) -> pd.DataFrame:
    """Compute the metrics of every method on every target.

    The pool of a target consists of all sources in its transfers or scores, except ``none`` and the target itself.
    The pool is the same for all methods: a source without a score ranks last and lowers the method's coverage.

    Args:
        transfer: :data:`~intertask.tables.TRANSFER_COLUMNS`; ``value`` in percentage points.
        scores: model, target, method, source, score (higher = better, NaN = undefined).
        ks: The k of Regret@k.
        gain: Scale of the gains of NDCG, see :func:`~intertask.rankings.metrics.gains`.

    Returns:
        :data:`~intertask.tables.EVALUATION_COLUMNS`. ``metric`` is ndcg, regret (one row per k; k is empty for the
        other metrics), spearman, beats_none or coverage. The method ``random`` is always included.

    Raises:
        IntertaskError: A model and target have scores but no transfers, or the reverse; transfers of some sources of
            the pool are missing; a source has two scores of one method; or there is no source to rank.
    """
    observed = truth(transfer)
    twice = scores[scores.duplicated(["model", "target", "method", "source"])]
    if len(twice):
        line = _name(twice.iloc[0], ["model", "target", "method", "source"])
        raise IntertaskError("A source has two scores of the same method.", line, "keep one row")
    pairs = {name: frame for name, frame in observed.groupby(["model", "target"])}
    scored = {name: frame for name, frame in scores.groupby(["model", "target"])}
    for name in sorted(pairs.keys() ^ scored.keys()):
        here, there = ("transfers", "scores") if name in pairs else ("scores", "transfers")
        raise IntertaskError(
            f"There are {here} but no {there}.", f"model {name[0]}, target {name[1]}", f"make the {there} first"
        )

    rows = []
    for (model, target), frame in pairs.items():
        value = frame.set_index("source")["value"]
        table = scored[model, target].pivot(index="source", columns="method", values="score")
        pool = sorted((set(value.index) | set(table.index)) - {NO_SOURCE, target})
        missing = [source for source in pool if source not in value.index]
        if missing:
            raise IntertaskError(
                f"Transfers are missing from: {', '.join(missing)}.",
                f"model {model}, target {target}",
                "run them: methods are compared over the whole pool of sources",
            )
        if not pool:
            raise IntertaskError("There is no source to rank.", f"model {model}, target {target}", "add sources")
        true = value.reindex(pool).to_numpy(np.float64)
        none = float(value.get(NO_SOURCE, np.nan))
        methods = sorted(set(scores.loc[scores["model"] == model, "method"]) | {"random"})
        table = table.reindex(index=pool, columns=methods)
        table["random"] = 0.0
        for method in methods:
            predicted = table[method].to_numpy(np.float64)
            rows += [(model, method, target, *line) for line in ranking_metrics(true, predicted, none, ks, gain)]
    return evaluation_table(rows)


def evaluation_table(rows: Sequence[tuple]) -> pd.DataFrame:
    """Make the table of :func:`evaluate`.

    Args:
        rows: (model, method, target, metric, k, value) each.

    Returns:
        :data:`~intertask.tables.EVALUATION_COLUMNS`; ``k`` may be missing.
    """
    table = pd.DataFrame(rows, columns=EVALUATION_COLUMNS)
    return table.astype({"k": "Int64", "value": "float64"})


def without_relatives(table: pd.DataFrame, relatives: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Remove the sources of each target's own family, and the targets that have no other source.

    Args:
        table: Transfers or scores, with the columns target and source.
        relatives: Target -> sources of its family.

    Returns:
        The rows that are left.
    """
    near = {(target, source) for target, sources in relatives.items() for source in sources}
    pairs = list(zip(table["target"], table["source"], strict=True))
    kept = table[[pair not in near for pair in pairs]]
    rankable = {
        target for target, source in pairs if (target, source) not in near and source not in (NO_SOURCE, target)
    }
    return kept[kept["target"].isin(rankable)]


def metric_names(evaluation: pd.DataFrame) -> list[str]:
    """Name the metric of each row as the columns of ``regret.tsv`` are named: ``regret@3``, ``ndcg``.

    Args:
        evaluation: As :func:`evaluate` returns it.

    Returns:
        One name per row.
    """
    return [
        f"regret@{int(k)}" if metric == "regret" else metric
        for metric, k in zip(evaluation["metric"], evaluation["k"], strict=True)
    ]


def main_metric(names: Sequence[str]) -> str:
    """Choose the metric that the tables are sorted by: regret@3, or the first regret if 3 is not among the k.

    Args:
        names: As :func:`metric_names` returns them, in the order of the k.

    Returns:
        Name of the metric.

    Examples:
        >>> main_metric(["regret@1", "regret@3", "ndcg"]), main_metric(["ndcg", "regret@5"])
        ('regret@3', 'regret@5')
    """
    regrets = [name for name in names if name.startswith("regret@")]
    return "regret@3" if "regret@3" in regrets else regrets[0]


def best_first(table: pd.DataFrame) -> pd.DataFrame:
    """Sort methods: best first by :func:`main_metric`, ties by regret@1, then by NDCG, then by name.

    Every table, figure and sentence that puts methods in order, or names the best one, uses this order.

    Args:
        table: One row per method, with the columns method, regret@k for each k and, if known, ndcg. Undefined values
            (NaN) are last.

    Returns:
        The sorted rows.
    """
    regrets = [name for name in table if re.fullmatch(r"regret@\d+", name)]
    ascending = {main_metric(regrets): True, "regret@1": True, "ndcg": False, "method": True}
    keys = {name: up for name, up in ascending.items() if name in table}
    return table.sort_values(list(keys), ascending=list(keys.values()))


def summary(
    evaluation: pd.DataFrame,
    costs: pd.DataFrame,
    intervals: pd.DataFrame | None = None,
    models: Sequence[str] | None = None,
    gain: metrics.Gain = "exp-percent",
) -> pd.DataFrame:
    """Summarize each model and method in one row: means over targets, intervals, and what the method needs and costs.

    If a metric is undefined for a target (docs/metrics.md), it is undefined for every method, and the mean is over the
    other targets. Several models get one more block of rows, ``mean over settings``, with the methods that all of them
    have.

    Args:
        evaluation: As :func:`evaluate` returns it.
        costs: model, method, needs, cost_seconds, cost_seconds_given_adapters. A method that is missing has no costs.
        intervals: As :func:`~intertask.rankings.bootstrap.intervals` returns it.
        models: Order of the blocks; default: the order of ``evaluation``.
        gain: Scale of the gains with which :func:`evaluate` was called, for the column ``gain``.

    Returns:
        model, method, regret@k for each k, ndcg, spearman, beats_none, coverage, targets, gain, needs, the costs, then
        low and high of each metric that has an interval. The rows of each block are in the order of :func:`best_first`.
    """
    models = list(models or dict.fromkeys(evaluation["model"]))
    names = metric_names(evaluation)
    regrets = [name for name in dict.fromkeys(names) if name.startswith("regret@")]
    line = ["model", "method"]
    # Sorted targets: the last bit of a mean depends on the order of the sum.
    ordered = evaluation.assign(metric=names).sort_values([*line, "target"])
    means = ordered.groupby([*line, "metric"])["value"].mean().unstack("metric")
    means = means.reindex(columns=[*regrets, "ndcg", "spearman", "beats_none", "coverage"])
    means["targets"] = ordered[ordered["value"].notna()].groupby(line)["target"].nunique()
    means["targets"] = means["targets"].fillna(0)
    means = means.join(costs.set_index(line))
    if len(models) > 1:
        means = pd.concat([_mean_over_settings(means, len(models)), means])
    means["targets"] = means["targets"].astype("int64")
    means.insert(means.columns.get_loc("targets") + 1, "gain", gain)
    if intervals is not None:
        wide = intervals.set_index([*line, "metric"])[["low", "high"]].unstack("metric")
        for metric in [*regrets, "ndcg"]:
            for end in ("low", "high"):
                means[f"{metric}_{end}"] = wide[end, metric]
    numbers = means.select_dtypes("float64").columns
    means[numbers] = means[numbers].round(12) + 0.0  # no -0 and no -1e-17
    means = means.rename_axis(columns=None).reset_index()
    blocks = [means[means["model"] == model] for model in [MEAN, *models]]
    return pd.concat([best_first(block) for block in blocks if len(block)], ignore_index=True)


def _mean_over_settings(means: pd.DataFrame, settings: int) -> pd.DataFrame:
    """Average the rows of each method; ``targets`` is the largest number of any setting."""
    methods = means.groupby("method")
    mean = methods.mean(numeric_only=True)
    mean["targets"] = methods["targets"].max()
    if "needs" in means:
        mean["needs"] = methods["needs"].first()
    mean = mean[methods.size() == settings]
    return mean.assign(model=MEAN).set_index("model", append=True).swaplevel()[means.columns]


def _name(row: pd.Series, keys: Sequence[str]) -> str:
    """Words for messages, such as ``model m, target t``."""
    return ", ".join(f"{key} {row[key]}" for key in keys)
