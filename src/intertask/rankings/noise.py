"""Seed noise of the observed scores: the noise ceiling, and whether the sources of a target differ by more than noise.

``transfer`` has :data:`~intertask.tables.TRANSFER_COLUMNS`. Values are percentage points, NaN = a run without a score.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import comb
from zlib import crc32

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from . import metrics
from .evaluation import evaluation_table, mean_of_runs, ranking_metrics

#: Number of splits of the seeds that are averaged over, or all splits if there are fewer.
SPLITS = 100
#: Number of random reassignments of the runs to the sources.
PERMUTATIONS = 1000

#: Source -> seed -> value of the run.
Runs = Mapping[str, Mapping[int, float]]


def ceiling(
    transfer: pd.DataFrame, ks: Sequence[int], gain: metrics.Gain = "exp-percent", seed: int = 1
) -> pd.DataFrame:
    """Compute the metrics of an oracle that ranks sources by half of their seeds, evaluated on the other half.

    They are means over all splits of the seeds into halves, or over 100 random splits. If the number of seeds is odd,
    the smaller half ranks. All sources are split by the same seeds, as far as they have the same seeds. The metrics are
    undefined (NaN) for a target if one of its sources has a single run.

    Args:
        transfer: Observed transfers, as in the module's docstring.
        ks: The k of Regret@k.
        gain: Scale of the gains of NDCG, see :func:`~intertask.rankings.metrics.gains`.
        seed: Seed of the random splits.

    Returns:
        :data:`~intertask.tables.EVALUATION_COLUMNS`, with the method ``ceiling``.
    """
    rows = []
    for model, target, runs in _targets(transfer):
        pool = [source for source in runs if source != NO_SOURCE]
        lines = []
        if min(len(runs[source]) for source in pool) > 1:
            for first, second in halves(runs, pool, _generator(seed, model, target)):
                predicted, true = (np.array([mean_of_runs(half[s]) for s in pool]) for half in (first, second))
                none = mean_of_runs(second[NO_SOURCE]) if NO_SOURCE in runs else np.nan
                lines.append(ranking_metrics(true, predicted, none, ks, gain))
        names = [line[:2] for line in (lines[0] if lines else ranking_metrics(np.zeros(1), np.zeros(1), 0.0, ks, gain))]
        for i, (metric, k) in enumerate(names):
            values = np.array([line[i][2] for line in lines])
            mean = float(np.mean(values[~np.isnan(values)])) if not np.isnan(values).all() else np.nan
            rows.append((model, "ceiling", target, metric, k, mean))
    return evaluation_table(rows)


def halves(
    runs: Runs, pool: Sequence[str], draw: np.random.Generator
) -> Iterator[tuple[dict[str, list[float]], dict[str, list[float]]]]:
    """Split the runs of every source into two halves, in several ways.

    Args:
        runs: Source -> seed -> value, percentage points.
        pool: Sources that must be ranked. If all have the same seeds, every split is used, unless there are too many.
        draw: Generator of the random splits.

    Yields:
        Source -> values of its runs, in the half that ranks and in the half that evaluates.
    """
    own = {frozenset(runs[source]) for source in pool}
    seeds = sorted({seed for of_source in runs.values() for seed in of_source})
    shared = sorted(next(iter(own)))
    if len(own) == 1 and comb(len(shared), len(shared) // 2) <= SPLITS:
        orders = [[*half, *(s for s in seeds if s not in half)] for half in combinations(shared, len(shared) // 2)]
    else:
        orders = [[seeds[i] for i in draw.permutation(len(seeds))] for _ in range(SPLITS)]
    for order in orders:
        first, second = {}, {}
        for source, values in runs.items():
            ordered = [values[seed] for seed in order if seed in values]
            first[source], second[source] = ordered[: len(ordered) // 2], ordered[len(ordered) // 2 :]
        yield first, second


def target_noise(transfer: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Test for each target whether its sources differ by more than seed noise.

    If they do not, no ranking can find a best source for the target. Such a target remains in every mean; this table
    shows which targets they are. Runs without a score count as 0, as in :func:`~intertask.rankings.evaluation.truth`.

    Args:
        transfer: Observed transfers, as in the module's docstring.
        seed: Seed of the permutation test.

    Returns:
        One row per model and target. Scores and standard deviations are in percentage points.

        - model, target, sources, fewest_seeds, most_seeds: what was observed.
        - best, best_score, none: the source with the highest mean, its mean, and the mean without a source.
        - between_sd: standard deviation of the sources' means.
        - noise_sd: standard error of such a mean, from the pooled variance of the runs of a source.
        - reliability: 1 - noise_sd^2 / between_sd^2, at least 0: the share of the variance between sources that is not
          noise.
        - p_value: share of 1000 random reassignments of the runs to the sources whose variance between sources is at
          least the observed one.
        - above_noise: yes if p_value < 0.05.

        The last four are empty if no source has two runs.
    """
    rows = []
    for model, target, runs in _targets(transfer):
        pool = sorted(runs.keys() - {NO_SOURCE})
        counts = np.array([len(runs[source]) for source in pool])
        values = np.nan_to_num(np.concatenate([list(runs[source].values()) for source in pool]))
        source_of = np.repeat(np.arange(len(pool)), counts)
        means = np.bincount(source_of, values) / counts
        best = int(np.argmax(means))
        between = float(np.var(means, ddof=1)) if len(pool) > 1 else np.nan
        row = {
            "model": model,
            "target": target,
            "sources": len(pool),
            "fewest_seeds": int(counts.min()),
            "most_seeds": int(counts.max()),
            "best": pool[best],
            "best_score": means[best],
            "none": mean_of_runs(list(runs[NO_SOURCE].values())) if NO_SOURCE in runs else np.nan,
            "between_sd": between**0.5,
        }
        spare = len(values) - len(pool)
        if spare and len(pool) > 1:
            noise = float(((values - means[source_of]) ** 2).sum() / spare * np.mean(1 / counts))
            p = _p_value(values, source_of, _generator(seed, model, target))
            row |= {
                "noise_sd": noise**0.5,
                "reliability": max(0.0, 1 - noise / between) if between > 0 else 0.0,
                "p_value": p,
                "above_noise": "yes" if p < 0.05 else "no",
            }
        rows.append(row)
    columns = ["noise_sd", "reliability", "p_value", "above_noise"]
    table = pd.DataFrame(rows)
    return table.reindex(columns=[*table.columns.drop(columns, errors="ignore"), *columns])


def _p_value(values: np.ndarray, source_of: np.ndarray, draw: np.random.Generator) -> float:
    """Permutation test of the variance between sources: the between-group sum of squares of a one-way ANOVA."""
    counts = np.bincount(source_of)

    def between(v: np.ndarray) -> float:
        return float((np.bincount(source_of, v) ** 2 / counts).sum())

    observed = between(values - values.mean())
    drawn = np.array([between(draw.permutation(values) - values.mean()) for _ in range(PERMUTATIONS)])
    # The last bits of a sum depend on its order, and an equal variance counts as at least the observed one.
    return float((1 + np.sum(drawn >= observed * (1 - 1e-9))) / (1 + PERMUTATIONS))


def _targets(transfer: pd.DataFrame) -> Iterator[tuple[str, str, dict[str, dict[int, float]]]]:
    """Yield model, target, and source -> seed -> value; all sorted by name, without the target itself."""
    ordered = transfer.sort_values(["model", "target", "source", "seed"])
    for (model, target), frame in ordered[ordered["source"] != ordered["target"]].groupby(["model", "target"]):
        yield (
            model,
            target,
            {
                source: dict(zip(part["seed"], part["value"].astype(np.float64), strict=True))
                for source, part in frame.groupby("source")
            },
        )


def _generator(seed: int, model: str, target: str) -> np.random.Generator:
    """Random generator of one target, so that its numbers do not depend on the other targets."""
    return np.random.default_rng([seed, crc32(f"{model}/{target}".encode())])
