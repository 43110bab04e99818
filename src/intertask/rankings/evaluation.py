"""From transfers and scores to the evaluation of every method (docs/metrics.md). Tables in, tables out."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import IntertaskError
from ..tables import EVALUATION_COLUMNS
from . import metrics

PAIR = ["model", "target", "source"]
#: In place of a model's name: no model or setting can be called so.
MEAN = "mean over settings"


def truth(transfer: pd.DataFrame) -> pd.DataFrame:
    """Mean score over seeds of every transfer, the one without a source (``none``) included.

    Args:
        transfer: model, target, source, seed, metric, value (percent points; NaN = a run without a score).

    Returns:
        model, target, source, value. A run without a score counts as 0, unless all runs of its transfer are without:
        then the mean is NaN.

    Raises:
        IntertaskError: A run stands there twice, or a target has scores in more than one metric.
    """
    run = [*PAIR, "seed"]
    twice = transfer[transfer.duplicated(run)]
    if len(twice):
        raise IntertaskError(
            "A transfer has two scores for the same seed.", _name(twice.iloc[0], run), "keep one line per run"
        )
    for (model, target), metric in transfer.groupby(["model", "target"], sort=False)["metric"]:
        if metric.nunique() > 1:
            raise IntertaskError(
                f"The transfers have scores in {' and '.join(sorted(metric.unique()))}.",
                f"model {model}, target {target}",
                "a mean over them has no meaning; keep one metric per target",
            )

    # Sorted seeds: the last bit of a mean depends on the order of the sum.
    return transfer.sort_values(run).groupby(PAIR)["value"].agg(mean_of_runs).reset_index()


def mean_of_runs(values: Sequence[float]) -> float:
    """Mean score of one transfer: a run without a score (NaN) counts as 0, unless all are without: then NaN."""
    values = np.asarray(values, np.float64)
    failed = np.isnan(values)
    return np.nan if failed.all() else float(np.where(failed, 0.0, values).mean())


def judge(
    true: np.ndarray, predicted: np.ndarray, none: float, ks: Sequence[int], gain: metrics.Gain
) -> list[tuple[str, int | None, float]]:
    """Every metric of one ranking: (metric, k, value); k is None for all but regret.

    Args:
        true: [n] observed scores, percent points.
        predicted: [n] a method's scores.
        none: Observed score without a source.
        ks: The k of Regret@k.
        gain: Scale of the gains of NDCG.
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
    """Judge every method on every target.

    The pool of a target is every source that the transfers or the scores name, but ``none`` and the target itself.
    It is the same for all methods: a source without a score ranks last and lowers the method's coverage.

    Args:
        transfer: model, target, source, seed, metric, value (percent points).
        scores: model, target, method, source, score (higher = better, NaN = undefined).
        ks: The k of Regret@k.
        gain: Scale of the gains of NDCG.

    Returns:
        model, method, target, metric, k, value; metric is ndcg, regret (one row per k; k is empty for the others),
        spearman, beats_none or coverage. ``random`` is always there.

    Raises:
        IntertaskError: A model and target have scores and no transfers or the reverse, or transfers of a part of the
            pool only.
    """
    observed = truth(transfer)
    twice = scores[scores.duplicated(["model", "target", "method", "source"])]
    if len(twice):
        line = _name(twice.iloc[0], ["model", "target", "method", "source"])
        raise IntertaskError("A source has two scores of the same method.", line, "keep one line")
    pairs = {name: frame for name, frame in observed.groupby(["model", "target"])}
    scored = {name: frame for name, frame in scores.groupby(["model", "target"])}
    for name in sorted(pairs.keys() ^ scored.keys()):
        here, there = ("transfers", "scores") if name in pairs else ("scores", "transfers")
        raise IntertaskError(
            f"There are {here} and no {there}.", f"model {name[0]}, target {name[1]}", f"make the {there} first"
        )

    rows = []
    for (model, target), frame in pairs.items():
        value = frame.set_index("source")["value"]
        table = scored[model, target].pivot(index="source", columns="method", values="score")
        pool = sorted((set(value.index) | set(table.index)) - {"none", target})
        missing = [source for source in pool if source not in value.index]
        if missing:
            raise IntertaskError(
                f"Transfers are missing from: {', '.join(missing)}.",
                f"model {model}, target {target}",
                "run them; methods are compared over the whole pool of sources",
            )
        if not pool:
            raise IntertaskError("There is no source to rank.", f"model {model}, target {target}", "add sources")
        true = value.reindex(pool).to_numpy(np.float64)
        none = float(value.get("none", np.nan))
        methods = sorted(set(scores.loc[scores["model"] == model, "method"]) | {"random"})
        table = table.reindex(index=pool, columns=methods)
        table["random"] = 0.0
        for method in methods:
            predicted = table[method].to_numpy(np.float64)
            rows += [(model, method, target, *line) for line in judge(true, predicted, none, ks, gain)]
    return evaluation_table(rows)


def evaluation_table(rows: Sequence[tuple]) -> pd.DataFrame:
    """Rows (model, method, target, metric, k, value) as the table of :func:`evaluate`."""
    table = pd.DataFrame(rows, columns=EVALUATION_COLUMNS)
    return table.astype({"k": "Int64", "value": "float64"})


def without_relatives(table: pd.DataFrame, relatives: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Transfers or scores without the sources of the target's own family; a target with no other source is left out.

    Args:
        table: Has the columns target and source.
        relatives: Target -> sources of its family.
    """
    near = {(target, source) for target, sources in relatives.items() for source in sources}
    pairs = list(zip(table["target"], table["source"], strict=True))
    kept = table[[pair not in near for pair in pairs]]
    rankable = {target for target, source in pairs if (target, source) not in near and source not in ("none", target)}
    return kept[kept["target"].isin(rankable)]


def metric_names(evaluation: pd.DataFrame) -> list[str]:
    """Name of each row's metric as a column heads it: ``regret@3``, ``ndcg``."""
    return [
        f"regret@{int(k)}" if metric == "regret" else metric
        for metric, k in zip(evaluation["metric"], evaluation["k"], strict=True)
    ]


def main_metric(names: Sequence[str]) -> str:
    """The metric that the tables are sorted by: regret@3, or the first regret if 3 is not among the k."""
    regrets = [name for name in names if name.startswith("regret@")]
    return "regret@3" if "regret@3" in regrets else regrets[0]


def summary(
    evaluation: pd.DataFrame,
    costs: pd.DataFrame,
    intervals: pd.DataFrame | None = None,
    models: Sequence[str] | None = None,
    gain: metrics.Gain = "exp-percent",
) -> pd.DataFrame:
    """One line per model and method: means over targets, what the method needs and costs, intervals.

    A metric that is undefined for a target (docs/metrics.md) is so for every method, and the mean is over the others.
    With several models there is one block more, ``mean over settings``, of the methods that all of them have.

    Args:
        evaluation: As :func:`evaluate` gives it.
        costs: model, method, needs, cost_seconds, cost_seconds_given_adapters; a method that is not there has none.
        intervals: As :func:`~intertask.rankings.bootstrap.intervals` gives it.
        models: Order of the blocks; default: that of ``evaluation``.
        gain: The one that :func:`evaluate` took; it is printed.

    Returns:
        model, method, regret@k for each k, ndcg, spearman, beats_none, coverage, targets, gain, needs, the costs, then
        low and high of each metric that has an interval. In a block, lines are sorted by :func:`main_metric`, equal
        ones by name, undefined ones last.
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
    means[numbers] = means[numbers].round(12) + 0.0  # a mean of -1e-17 is 0 to everybody
    place = {model: i for i, model in enumerate([MEAN, *models])}
    means = means.rename_axis(columns=None).reset_index()
    return (
        means.assign(place=means["model"].map(place))
        .sort_values(["place", main_metric(regrets), "method"], ignore_index=True)
        .drop(columns="place")
    )


def _mean_over_settings(means: pd.DataFrame, settings: int) -> pd.DataFrame:
    """Mean of each method's lines; targets: those of the setting with the most."""
    methods = means.groupby("method")
    mean = methods.mean(numeric_only=True)
    mean["targets"] = methods["targets"].max()
    if "needs" in means:
        mean["needs"] = methods["needs"].first()
    mean = mean[methods.size() == settings]
    return mean.assign(model=MEAN).set_index("model", append=True).swaplevel()[means.columns]


def _name(row: pd.Series, keys: Sequence[str]) -> str:
    return ", ".join(f"{key} {row[key]}" for key in keys)
