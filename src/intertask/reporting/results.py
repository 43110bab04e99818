"""Everything that a report reads: the tables of a run, and the results of its trainings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..artifacts import NO_SOURCE
from ..data import load_info
from ..errors import IntertaskError
from ..files import read_json
from ..rankings.evaluation import MEAN, best_first, main_metric, truth
from ..rankings.metrics import spearman
from ..tables import TRANSFER_COLUMNS, read_table
from ..types import get_type
from ..words import in_words

#: Lines of ``regret.tsv`` that methods are compared with.
REFERENCES = ("random", "ceiling")


@dataclass
class Results:
    """The results of one run.

    Attributes:
        folder: The results folder.
        recipe: ``settings``, ``sources``, ``targets``, ``methods``, ``fused``, ``seeds``, ``encoder`` (whose
            embeddings the map of tasks is drawn from; None if there is no map), ``observed`` (whether the transfers
            were imported), ``models``, ``like``, ``confidence``.
        trained: Step (``adapters`` or ``transfer``) -> one entry for each training result that exists.
    """

    folder: Path
    recipe: dict[str, Any]
    trained: dict[str, list[dict[str, Any]]] = field(init=False)

    def __post_init__(self) -> None:
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
        """Add one training result if it exists.

        The rule does not declare these files as inputs, because thousands of them would slow down every dry run. The
        tables, which it does declare, change whenever these files do.
        """
        path = self.folder / step / name
        if not path.is_file():
            return
        result = read_json(path)
        self.trained[step].append({"model": model, **result})

    @property
    def settings(self) -> list[str]:
        """Base models, or settings of the imported table."""
        return self.recipe["settings"]

    @property
    def targets(self) -> list[str]:
        """Names of the targets."""
        return self.recipe["targets"]

    def table(self, name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
        """Read ``results/<name>.tsv``.

        Args:
            name: Name of the table.
            columns: Columns that it must have.
        """
        return read_table(self.folder / f"{name}.tsv", columns)

    @cached_property
    def transfer(self) -> pd.DataFrame:
        """``transfer.tsv`` without transfers from a task to itself."""
        table = self.table("transfer", TRANSFER_COLUMNS)
        return table[table["source"] != table["target"]]

    @cached_property
    def regret(self) -> pd.DataFrame:
        """``regret.tsv``: one line per method and block; within a block, the best method comes first."""
        table = self.table("regret", ("model", "method", "ndcg"))
        # Versions that broke ties by name alone wrote another order.
        return pd.concat([best_first(block) for _, block in table.groupby("model", sort=False)], ignore_index=True)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """``costs.tsv``: one line per job and per method."""
        return self.table("costs", ("step", "seconds"))

    @cached_property
    def noise(self) -> pd.DataFrame:
        """``targets.tsv``, indexed by (model, target)."""
        return self.table("targets", ("model", "target", "noise_sd")).set_index(["model", "target"])

    @cached_property
    def blocks(self) -> list[str]:
        """Blocks of ``regret.tsv``: the mean over settings first, if there are several."""
        return list(dict.fromkeys(self.regret["model"]))

    @cached_property
    def main(self) -> str:
        """The metric that methods are sorted by, such as ``regret@3``."""
        return main_metric([c for c in self.regret if c.startswith("regret@") and not c.endswith(("_low", "_high"))])

    @cached_property
    def gains(self) -> pd.DataFrame:
        """The gains of all transfers, a table as :func:`gains` returns it."""
        return gains(self.transfer)

    @cached_property
    def metrics(self) -> dict[tuple[str, str], str]:
        """(setting, target) -> name of the metric."""
        first = self.transfer.groupby(["model", "target"])["metric"].first()
        return {key: str(value) for key, value in first.items()}

    def gains_of(self, setting: str, target: str) -> pd.DataFrame:
        """Return the lines of :attr:`gains` of one target, indexed by source, without ``none``.

        Args:
            setting: Base model, or setting of the imported table.
            target: The target.
        """
        table = self.gains
        table = table[(table["model"] == setting) & (table["target"] == target) & (table["source"] != NO_SOURCE)]
        return table.set_index("source")

    @property
    def leading(self) -> str | None:
        """The column that orders the rankings: ``fused``, or the first method; None if no method ranks."""
        methods = [method for method in self.recipe["methods"] if method != "random"]
        return "fused" if self.recipe["fused"] else next(iter(methods), None)

    @property
    def leading_method(self) -> str | None:
        """The line of ``regret.tsv`` that belongs to :attr:`leading`; for a fusion of one method, that method."""
        return self.recipe["fused"][0] if len(self.recipe["fused"]) == 1 else self.leading

    @property
    def leading_label(self) -> str:
        """The phrase for :attr:`leading` in sentences."""
        return (
            "the fusion of " + in_words(self.recipe["fused"])
            if self.leading_method == "fused"
            else str(self.leading_method)
        )

    def methods_of(self, block: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return one block of ``regret.tsv``, indexed by method: all lines, and those of methods only.

        Lines of methods exclude :data:`REFERENCES`, and ``fused`` if it only repeats a single method.

        Args:
            block: Base model, setting, or the mean over them.
        """
        table = self.regret[self.regret["model"] == block].set_index("method")
        excluded = {*REFERENCES, *(["fused"] if self.leading_method != "fused" else [])}
        return table, table[[method not in excluded for method in table.index]]

    def ranks(self, setting: str, target: str) -> pd.Series:
        """Return the rank of each source in the ranking of a target, 1 = first.

        Args:
            setting: Base model, or setting of the imported table.
            target: The target.

        Returns:
            Source -> rank, sorted by rank; empty if no method ranks.
        """
        if self.leading is None:
            return pd.Series(dtype="float64")
        table = read_table(self.folder / "rankings" / f"{target}.tsv", ["rank", "source", "model"])
        column = "rank" if self.leading == "fused" else f"{self.leading}_rank"
        table = table[table["model"] == setting]
        return table.set_index("source")[column].astype("float64").sort_values(kind="stable")

    def helps(self, setting: str, target: str) -> pd.Series:
        """Return the predicted probability that each source helps a target.

        Args:
            setting: Base model, or setting of the imported table.
            target: The target.

        Returns:
            Source -> probability, NaN if none was predicted.
        """
        table = read_table(self.folder / "rankings" / f"{target}.tsv", ["source", "model", "helps"])
        return table[table["model"] == setting].set_index("source")["helps"].astype("float64")

    def type_of(self, task: str) -> str:
        """Return the type of a task; an empty string if its data was deleted.

        Args:
            task: Name of the task.
        """
        try:
            return load_info(self.folder / "data" / task)["type"]
        except IntertaskError:
            return ""

    def type_label_of(self, task: str) -> str:
        """Return the name of a task's type for a page; an empty string if its data was deleted.

        Args:
            task: Name of the task.
        """
        type_name = self.type_of(task)
        return get_type(type_name).LABEL if type_name else ""

    def embeddings(self) -> dict[str, np.ndarray]:
        """Return the mean embedding [D] of each task that has one."""
        encoder, means = self.recipe["encoder"], {}
        for task in dict.fromkeys([*self.recipe["sources"], *self.targets]):
            path = self.folder / "embeddings" / str(encoder) / f"{task}.npz"
            if encoder is not None and path.is_file():
                with np.load(path, allow_pickle=False) as file:
                    means[task] = np.asarray(file["mean"], np.float64)
        return means

    def devices(self) -> Counter:
        """Count the trainings on each (device, precision). Results of versions that did not record them are unknown."""
        runs = [run for step in self.trained.values() for run in step if "training" in run]
        return Counter((run.get("device", "unknown"), run.get("precision", "unknown")) for run in runs)

    def versions(self) -> Counter:
        """Count the trainings with each set of package versions."""
        runs = [run.get("versions") for step in self.trained.values() for run in step]
        return Counter(tuple(versions.items()) for versions in runs if versions)


def gains(transfer: pd.DataFrame) -> pd.DataFrame:
    """Compute the gain of each source on each target.

    Args:
        transfer: Table with the columns model, target, source, seed, metric, value (in percent).

    Returns:
        Table with the columns model, target, source, value (mean over seeds, in percent), runs (number of runs with a
        score), gain (value minus that of ``none``, in percentage points; for a target without a transfer from ``none``,
        minus the mean of its sources) and baseline (``none`` or ``mean``).
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
    """Compute Spearman's correlation between a ranking and observed values of the same sources.

    Args:
        ranks: Source -> rank, 1 = first.
        observed: Source -> observed value, higher is better.

    Returns:
        The correlation, 1 if the ranking has the order of the observed values; NaN if it is undefined.
    """
    both = pd.concat([ranks, observed], axis=1, keys=["rank", "observed"]).dropna()
    if len(both) < 2:
        return float("nan")
    return spearman(both["observed"].to_numpy(), -both["rank"].to_numpy())


def block_words(block: str) -> str:
    """Return the words for a block of ``regret.tsv`` at the end of a sentence.

    Args:
        block: Base model, setting, or the mean over them.
    """
    return "on average over the settings" if block == MEAN else f"with {block}"
