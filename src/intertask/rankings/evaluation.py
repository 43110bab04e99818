"""From transfers and scores to the evaluation of every method (docs/metrics.md). Tables in, tables out."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..errors import IntertaskError
from . import metrics

PAIR = ["model", "target", "source"]


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

    def mean(values: pd.Series) -> float:
        return float(values.fillna(0.0).mean()) if values.notna().any() else np.nan

    # Sorted seeds: the last bit of a mean depends on the order of the sum.
    return transfer.sort_values(run).groupby(PAIR)["value"].agg(mean).reset_index()


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
            values = [
                ("ndcg", None, metrics.ndcg(true, predicted, gain)),
                *(("regret", k, metrics.regret(true, predicted, k)) for k in ks),
                ("spearman", None, metrics.spearman(true, predicted)),
                ("beats_none", None, metrics.first_choice_beats_none(true, predicted, none)),
                ("coverage", None, float(np.mean(~np.isnan(predicted)))),
            ]
            rows += [(model, method, target, metric, k, number) for metric, k, number in values]
    table = pd.DataFrame(rows, columns=["model", "method", "target", "metric", "k", "value"])
    return table.astype({"k": "Int64", "value": "float64"})


def summary(evaluation: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """One line per model and method: means over targets, and the method's cost.

    A metric that is undefined for a target (docs/metrics.md) is so for every method, and the mean is over the others.

    Args:
        evaluation: As :func:`evaluate` gives it.
        costs: model, method, cost_seconds; a method that is not there has an empty cost.

    Returns:
        model, method, regret@k for each k, ndcg, spearman, beats_none, coverage, targets, cost_seconds; sorted by
        regret@3 (the first k, if 3 is not among them), equal ones by name.
    """
    names = [
        f"regret@{int(k)}" if metric == "regret" else metric
        for metric, k in zip(evaluation["metric"], evaluation["k"], strict=True)
    ]
    regrets = [name for name in dict.fromkeys(names) if name.startswith("regret@")]
    line = ["model", "method"]
    # Sorted targets: the last bit of a mean depends on the order of the sum.
    ordered = evaluation.assign(metric=names).sort_values([*line, "target"])
    means = ordered.groupby([*line, "metric"])["value"].mean().unstack("metric")
    means = means.reindex(columns=[*regrets, "ndcg", "spearman", "beats_none", "coverage"])
    means["targets"] = ordered.groupby(line)["target"].nunique()
    means["cost_seconds"] = costs.set_index(line)["cost_seconds"].reindex(means.index).astype("float64")
    by = "regret@3" if "regret@3" in regrets else regrets[0]
    means.columns.name = None
    means = means.round(12) + 0.0  # a mean of -1e-17 is 0 to everybody
    return means.reset_index().sort_values([by, "method", "model"], ignore_index=True)


def _name(row: pd.Series, keys: Sequence[str]) -> str:
    return ", ".join(f"{key} {row[key]}" for key in keys)
