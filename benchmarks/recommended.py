"""What each kind of evidence brings to `recommended`, how well its probabilities are calibrated, and how it grows.

    python benchmarks/recommended.py               # about a minute
    python benchmarks/recommended.py --part growth # time and memory of one ranking by the number of past transfers

The targets of the atlas are ranked one by one. Transfers to the target and to its family are left out.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from safetensors.numpy import load_file
from scipy.stats import norm
from sklearn.ensemble import HistGradientBoostingRegressor

from intertask.artifacts import NO_SOURCE
from intertask.atlas.folder import EMBEDDINGS, SCORES, TRANSFERS, Atlas
from intertask.methods import history
from intertask.methods.adapter_measures import MEASURES
from intertask.methods.facts import Facts, Past
from intertask.methods.recommended import recommended
from intertask.rankings.calibration import BINS, calibration_error, reliability
from intertask.rankings.metrics import first_choice_beats_none, ndcg, regret, spearman
from intertask.ranks import average_ranks

ROOT = Path(__file__).resolve().parents[1]
#: Targets, sources and settings of the past transfers, for the growth.
SIZES = ((10, 20, 1), (20, 50, 1), (20, 100, 1), (20, 200, 1), (20, 1000, 1), (20, 1000, 5))
Score = Callable[[Facts, list[Facts]], np.ndarray]


class Grid:
    """The transfers of the atlas, and the facts of its tasks."""

    def __init__(self) -> None:
        self.atlas = Atlas(ROOT / "atlas", "minilm")
        transfers = pd.read_csv(self.atlas.file(TRANSFERS), sep="\t")
        scores = pd.read_csv(self.atlas.file(SCORES), sep="\t")
        self.values = transfers.groupby(["target", "source"])["value"].mean()
        self.targets = list(dict.fromkeys(transfers["target"]))
        arrays = load_file(self.atlas.file(EMBEDDINGS))
        measures = scores[scores["method"].isin(list(MEASURES))].dropna()
        self.facts = {
            name: self._facts(name, arrays, measures[measures["target"] == name]) for name in self.atlas.tasks
        }

    def _facts(self, name: str, arrays: Mapping[str, np.ndarray], measures: pd.DataFrame) -> Facts:
        info = self.atlas.tasks[name]["info"]
        return Facts(
            name,
            info["type"],
            info["rows_before_cap"]["train"],
            classes=len(info["labels"]) if info["labels"] else info["max_choices"],
            words=info["words"]["mean"],
            paired=info["paired"],
            text_mean=arrays[f"{name}/base/mean"].astype(np.float64),
            sentence_mean=arrays[f"{name}/sentence/mean"].astype(np.float64),
            token_ids=arrays[f"{name}/base/bag"],
            measures={
                m: dict(zip(rows["source"], rows["score"], strict=True)) for m, rows in measures.groupby("method")
            },
        )

    def family(self, name: str) -> str:
        """Name of the task's family, or of the task if it has none."""
        return self.atlas.tasks[name]["family"] or name

    def ranking(self, target: str) -> tuple[Facts, list[Facts]]:
        """Facts of a target and of its sources, with the transfers to targets of other families as history."""
        past = [other for other in self.targets if self.family(other) != self.family(target)]
        entries = tuple(Past("minilm", True, self.facts[p], self.values[p, NO_SOURCE]) for p in past)
        sources = [
            replace(fact, measures=None, history=np.array([self.values.get((p, name), np.nan) for p in past]))
            for name, fact in self.facts.items()
            if name != target
        ]
        return replace(self.facts[target], past=entries), sources

    def evaluate(self, score: Score) -> pd.DataFrame:
        """Metrics of a scoring function, one row per target."""
        rows = []
        for target in self.targets:
            fact, sources = self.ranking(target)
            true = np.array([self.values[target, source.task] for source in sources])
            found = score(fact, sources)
            beats = first_choice_beats_none(true, found, self.values[target, NO_SOURCE])
            values = [regret(true, found, 1), regret(true, found, 3), ndcg(true, found), spearman(true, found), beats]
            rows.append([target, *values])
        return pd.DataFrame(rows, columns=["target", "Regret@1", "Regret@3", "NDCG", "Spearman", "beats none"])


def without(*groups: int) -> Score:
    """The model of `recommended` without some groups of columns."""
    columns = history._columns

    def masked(task: Facts, target: Facts, sources: list[Facts], of_groups: np.ndarray) -> np.ndarray:
        return columns(task, target, sources, of_groups) * ~np.isin(of_groups, groups)

    def score(target: Facts, sources: list[Facts]) -> np.ndarray:
        with patch.object(history, "_columns", masked):
            return history.predict(target, sources).mean

    return score


def equal_weights(target: Facts, sources: list[Facts]) -> np.ndarray:
    """What `recommended` does without a history."""
    return recommended(replace(target, past=()), [replace(source, history=None) for source in sources])


def with_adapters(names: list[str]) -> Score:
    """The model of `recommended` if only the adapters of some sources can be measured on the target's rows."""
    known = {*names, NO_SOURCE}

    def score(target: Facts, sources: list[Facts]) -> np.ndarray:
        measures = {
            method: {source: value for source, value in scores.items() if source in known}
            for method, scores in target.measures.items()
        }
        return history.predict(replace(target, measures=measures), sources).mean

    return score


def mean_of_ranks(target: Facts, sources: list[Facts]) -> np.ndarray:
    """Mean of the ranks by each measure of the adapters."""
    return -np.mean([average_ranks(column) for column in history.adapter_columns(target, sources).T], axis=0)


def boosted_trees(target: Facts, sources: list[Facts]) -> np.ndarray:
    """Gradient boosting on the columns of the pairs."""
    rows = history._past_rows(target, sources)
    X = np.concatenate([history.pair_columns(past.facts, sources) for past, _ in rows])
    y = np.concatenate([values for _, values in rows])
    model = HistGradientBoostingRegressor(
        max_iter=80, learning_rate=0.05, max_leaf_nodes=6, min_samples_leaf=20, random_state=0
    ).fit(X[np.isfinite(y)], y[np.isfinite(y)])
    return model.predict(history.pair_columns(target, sources))


def evidence(grid: Grid) -> None:
    """Print the table of what each kind of evidence brings."""
    adapters, texts, facts = history.ADAPTERS, history.TEXTS, history.FACTS
    past = (history.FORMS, history.FORMS_HERE, history.SOURCES)
    rows: dict[str, Score] = {
        "recommended": without(),
        "with the adapters that are shipped": with_adapters(grid.atlas.with_adapter()),
        "without adapters": without(adapters),
        "without texts": without(texts),
        "without facts": without(facts),
        "without the sources' past": without(*past),
        "adapters alone": without(texts, facts, *past),
        "no history: equal weights": equal_weights,
        "no history, no adapters": lambda t, s: equal_weights(replace(t, measures=None), s),
        "mean of ranks by the adapters": mean_of_ranks,
        "gradient boosting": boosted_trees,
        "random": lambda t, s: np.zeros(len(s)),
    }
    generator = np.random.default_rng(0)
    draws = generator.integers(0, len(grid.targets), (10_000, len(grid.targets)))
    print("| evidence | Regret@1 | Regret@3 | NDCG | Spearman | first choice beats none |\n|---|---|---|---|---|---|")
    for name, score in rows.items():
        table = grid.evaluate(score)
        cells = []
        for metric in ("Regret@1", "Regret@3"):
            low, high = np.percentile(table[metric].to_numpy()[draws].mean(axis=1), [2.5, 97.5])
            cells.append(f"{table[metric].mean():.1f} [{low:.1f}, {high:.1f}]")
        cells += [f"{table[metric].mean():.2f}" for metric in ("NDCG", "Spearman")]
        print(f"| {name} | {' | '.join(cells)} | {100 * table['beats none'].mean():.0f} % |", flush=True)


def calibration(grid: Grid) -> None:
    """Print predicted probabilities and frequencies of sources that help."""
    helps, gained, first, inside = [], [], [], []
    for target in grid.targets:
        fact, sources = grid.ranking(target)
        prediction = history.predict(fact, sources)
        gain = np.array([grid.values[target, s.task] for s in sources]) - grid.values[target, NO_SOURCE]
        helps.append(norm.cdf(prediction.mean / prediction.deviation))
        gained.append(gain > 0)
        first.append((helps[-1][prediction.mean.argmax()], gained[-1][prediction.mean.argmax()]))
        reach = norm.ppf(0.95) * prediction.deviation
        inside.append(np.abs(history.signed_log(gain) - prediction.mean) <= reach)
    p, hit = np.concatenate(helps), np.concatenate(gained)
    print("| predicted probability | pairs | mean prediction | frequency |\n|---|---|---|---|")
    bins = reliability(p, hit)
    for entry in bins:
        low = min(int(entry.predicted * BINS), BINS - 1) / BINS
        print(f"| {low:.1f} to {low + 1 / BINS:.1f} | {entry.count} | {entry.predicted:.2f} | {entry.observed:.2f} |")
    print(f"\nExpected calibration error {calibration_error(bins):.3f} over {len(p)} pairs ({BINS} bins).")
    print(f"Intervals of 90 % hold {100 * np.concatenate(inside).mean():.0f} % of the gains.")
    print("First choices: predicted {:.2f}, helped {:.2f}.".format(*np.mean(first, axis=0)))


def synthetic(targets: int, count: int, settings: int) -> tuple[Facts, list[Facts]]:
    """A target with past transfers to ``targets`` others in each setting, from random sources."""
    random = np.random.default_rng(0)

    def task(name: str) -> Facts:
        vectors = {"text_mean": random.normal(size=384), "sentence_mean": random.normal(size=384)}
        return Facts(
            name, "classification", 9, 2, random.uniform(5, 90), token_ids=random.integers(0, 9999, 999), **vectors
        )

    others = [task(f"p{i}") for i in range(targets)]
    past = tuple(Past(f"m{s}", False, other, 50.0) for s in range(settings) for other in others)
    observed = 50 + 9 * random.normal(size=(len(past), count))
    return replace(task("t"), past=past), [replace(task(f"s{i}"), history=observed[:, i]) for i in range(count)]


def growth() -> None:
    """Print seconds and memory of one ranking; each size runs in a separate process."""
    print("| targets x sources x settings | past transfers | CPU s | peak memory, MB |\n|---|---|---|---|")
    for size in SIZES:
        command = [sys.executable, __file__, "--part", "one", "--size", *map(str, size)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds, megabytes = done.stdout.split()
        name = " x ".join(map(str, size))
        print(f"| {name} | {np.prod(size):,} | {seconds} | {megabytes} |", flush=True)


def one(size: list[int]) -> None:
    """Print the CPU seconds of one ranking, and the peak memory of this process."""
    target, sources = synthetic(*size)
    started = time.process_time()
    history.predict(target, sources)
    seconds = time.process_time() - started
    print(f"{seconds:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--part", choices=["evidence", "calibration", "growth", "one"], help="all three if left out")
    parser.add_argument("--size", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part == "one":
        one(options.size)
        return
    if options.part != "growth":
        grid = Grid()
    if options.part in (None, "evidence"):
        evidence(grid)
    if options.part in (None, "calibration"):
        calibration(grid)
    if options.part in (None, "growth"):
        growth()


if __name__ == "__main__":
    main()
