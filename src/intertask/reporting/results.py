"""What a report reads: the tables under results/, and what the trained results say of themselves."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..data import load_info
from ..errors import IntertaskError
from ..rankings.evaluation import MEAN, main_metric, truth
from ..rankings.metrics import spearman
from ..tables import TRANSFER_COLUMNS, read_table
from ..words import in_words

NO_SOURCE = "none"
#: Lines of ``regret.tsv`` that are no methods to choose.
APART = ("random", "ceiling")


@dataclass
class Results:
    """One run's results.

    Attributes:
        folder: ``results``.
        recipe: ``settings``, ``sources``, ``targets``, ``methods``, ``fused``, ``seeds``, ``encoder`` (whose
            embeddings the map of tasks is drawn from, None without), ``observed`` (whether the transfers were
            brought), ``models``, ``like``, ``confidence``.
    """

    folder: Path
    recipe: dict[str, Any]
    #: One line of each trained result that is there, by step.
    trained: dict[str, list[dict[str, Any]]] = field(init=False)

    def __post_init__(self):
        self.trained = {"adapters": [], "transfer": []}
        if self.recipe["observed"]:
            return
        like = self.recipe.get("like", {})
        for model in self.recipe["models"]:
            for source in self.recipe["sources"] if model not in like else []:
                self._read_trained("adapters", model, f"{model}/{source}/metrics.json")
            for target in self.recipe["targets"]:
                for source in [NO_SOURCE, *(s for s in self.recipe["sources"] if s != target)]:
                    for seed in self.recipe["seeds"]:
                        self._read_trained("transfer", model, f"{model}/{target}/{source}/seed{seed}.json")

    def _read_trained(self, step: str, model: str, name: str) -> None:
        # No declared inputs: thousands of them would slow down every dry run, and the tables change when they do.
        try:
            found = json.loads((self.folder / step / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        self.trained[step].append({"model": model, **found})

    @property
    def settings(self) -> list[str]:
        return self.recipe["settings"]

    @property
    def targets(self) -> list[str]:
        return self.recipe["targets"]

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """``results/<name>.tsv``."""
        return read_table(self.folder / f"{name}.tsv", columns)

    @cached_property
    def transfer(self) -> pd.DataFrame:
        table = self.table("transfer", TRANSFER_COLUMNS)
        return table[table["source"] != table["target"]]

    @cached_property
    def regret(self) -> pd.DataFrame:
        return self.table("regret", ("model", "method", "ndcg"))

    @cached_property
    def costs(self) -> pd.DataFrame:
        return self.table("costs", ("step", "seconds"))

    @cached_property
    def noise(self) -> pd.DataFrame:
        """``targets.tsv`` by (model, target)."""
        return self.table("targets", ("model", "target", "noise_sd")).set_index(["model", "target"])

    @cached_property
    def blocks(self) -> list[str]:
        """Blocks of ``regret.tsv``: the mean over settings first, where there are several."""
        return list(dict.fromkeys(self.regret["model"]))

    @cached_property
    def main(self) -> str:
        """The metric that tables are sorted by: ``regret@3``."""
        return main_metric([c for c in self.regret if c.startswith("regret@") and not c.endswith(("_low", "_high"))])

    @cached_property
    def gains(self) -> pd.DataFrame:
        return gains(self.transfer)

    @cached_property
    def metrics(self) -> dict[tuple[str, str], str]:
        """Name of the metric by (setting, target)."""
        first = self.transfer.groupby(["model", "target"])["metric"].first()
        return {key: str(value) for key, value in first.items()}

    def gains_of(self, setting: str, target: str) -> pd.DataFrame:
        """Lines of :attr:`gains` by source, without ``none``."""
        table = self.gains
        table = table[(table["model"] == setting) & (table["target"] == target) & (table["source"] != NO_SOURCE)]
        return table.set_index("source")

    @property
    def leading(self) -> str | None:
        """What rankings follow: ``fused``, or the first method; None if nothing ranks."""
        methods = [method for method in self.recipe["methods"] if method != "random"]
        return "fused" if self.recipe["fused"] else next(iter(methods), None)

    @property
    def shown_as(self) -> str | None:
        """The line of ``regret.tsv`` that :attr:`leading` is shown as: a fusion of one method is that method."""
        return self.recipe["fused"][0] if len(self.recipe["fused"]) == 1 else self.leading

    @property
    def leading_words(self) -> str:
        """The same for people."""
        return "the fusion of " + in_words(self.recipe["fused"]) if self.shown_as == "fused" else str(self.shown_as)

    def judged(self, block: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """One block of ``regret.tsv`` by method: all of it; and without random, ceiling and what is there twice."""
        table = self.regret[self.regret["model"] == block].set_index("method")
        apart = {*APART, *(["fused"] if self.shown_as != "fused" else [])}
        return table, table[[method not in apart for method in table.index]]

    def ranks(self, setting: str, target: str) -> pd.Series:
        """Rank of each source in the leading ranking, 1 = first."""
        if self.leading is None:
            return pd.Series(dtype="float64")
        table = read_table(self.folder / "rankings" / f"{target}.tsv", ["rank", "source", "model"])
        column = "rank" if self.leading == "fused" else f"{self.leading}_rank"
        table = table[table["model"] == setting]
        return table.set_index("source")[column].astype("float64").sort_values(kind="stable")

    def type_of(self, task: str) -> str:
        """The task's type; empty if its data is gone."""
        try:
            return load_info(self.folder / "data" / task)["type"]
        except IntertaskError:
            return ""

    def embeddings(self) -> dict[str, np.ndarray]:
        """Mean embedding [D] of each task that has one."""
        encoder, found = self.recipe["encoder"], {}
        for task in dict.fromkeys([*self.recipe["sources"], *self.targets]):
            path = self.folder / "embeddings" / str(encoder) / f"{task}.npz"
            if encoder is not None and path.is_file():
                with np.load(path, allow_pickle=False) as file:
                    found[task] = np.asarray(file["mean"], np.float64)
        return found

    def devices(self) -> Counter:
        """How many trainings ran on each (device, precision); results made before these were recorded are 'unknown'."""
        runs = [run for step in self.trained.values() for run in step if "training" in run]
        return Counter((run.get("device", "unknown"), run.get("precision", "unknown")) for run in runs)

    def versions(self) -> Counter:
        """How many trainings had each set of package versions."""
        runs = [run.get("versions") for step in self.trained.values() for run in step]
        return Counter(tuple(versions.items()) for versions in runs if versions)


def gains(transfer: pd.DataFrame) -> pd.DataFrame:
    """What each source added, in percent points.

    Args:
        transfer: model, target, source, seed, metric, value.

    Returns:
        model, target, source, value (mean over seeds), gain (value - that of ``none``; where a target has no transfer
        without a source: - the mean of its sources), baseline (``none`` or ``mean``), runs (how many have a score).
    """
    table = truth(transfer)
    runs = transfer.dropna(subset="value").groupby(["model", "target", "source"]).size().rename("runs").reset_index()
    table = table.merge(runs, how="left").fillna({"runs": 0})
    parts = []
    for _, part in table.groupby(["model", "target"], sort=False):
        none = part.loc[part["source"] == NO_SOURCE, "value"]
        known = len(none) == 1 and not none.isna().any()
        base = float(none.iloc[0]) if known else part.loc[part["source"] != NO_SOURCE, "value"].mean()
        parts.append(part.assign(gain=part["value"] - base, baseline=NO_SOURCE if known else "mean"))
    columns = ["model", "target", "source", "value", "runs", "gain", "baseline"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def agreement(ranks: pd.Series, observed: pd.Series) -> float:
    """Spearman between a ranking (1 = first) and observed values of the same sources; NaN where it is undefined."""
    both = pd.concat([ranks, observed], axis=1, keys=["rank", "observed"]).dropna()
    if len(both) < 2:
        return float("nan")
    return spearman(both["observed"].to_numpy(), -both["rank"].to_numpy())


def block_words(block: str) -> str:
    """Name of a block of ``regret.tsv`` in a sentence."""
    return "on average over the settings" if block == MEAN else f"with {block}"
