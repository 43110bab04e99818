"""Load the artifacts under ``results/`` into the facts that ranking methods read."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .artifacts import ARTIFACTS, NO_SOURCE
from .data import load_info
from .data.pairs import mostly_pairs
from .files import check_made_from, read_json
from .methods.facts import Facts, Past, Rows, View
from .transfers import Run, history_runs

#: Names of the two halves of an adapter site among the tensors of bottleneck adapters and of LoRA.
SITE_HALVES = ((".adapter_down.0.", ".adapter_up."), (".lora_A", ".lora_B"))


class StoredMap(Sequence[np.ndarray]):
    """Weight and bias of an embedding space map, which are read from its file anew each time that they are used.

    A target may have thousands of sources, whose maps take megabytes each.

    Args:
        path: The file.
    """

    def __init__(self, path: Path):
        self.path = path

    def __len__(self) -> int:
        return 2

    def __getitem__(self, part: int) -> np.ndarray:
        with np.load(self.path, allow_pickle=False) as file:
            return file[("weight", "bias")[part]]


class Evidence:
    """Facts of the target and of the sources of one scores job.

    Args:
        results: The results folder.
        recipe: Recipe of the scores step.
        model: Base model whose artifacts are read.
        sentence_encoder: Name of the sentence encoder.
        reads: Names of :data:`intertask.artifacts.ARTIFACTS`. No other artifacts are opened.
        measures: Tables with scores of methods on past targets, as beside the transfers of an atlas.
    """

    def __init__(
        self,
        results: Path,
        recipe: dict[str, Any],
        model: str,
        sentence_encoder: str,
        reads: Iterable[str],
        measures: Iterable[str] = (),
    ):
        self.results, self.recipe, self.model = Path(results), recipe, model
        self.encoders = {"base": model, "sentence": sentence_encoder}
        self.reads, self.measure_tables = set(reads), [*measures]
        self.target, self.sources = recipe["target"], recipe["sources"]

    def infos(self) -> dict[str, dict[str, Any]]:
        """Read ``info.json`` of the target and of its sources.

        Returns:
            Task -> its info.
        """
        return {task: load_info(self.results / "data" / task) for task in [self.target, *self.sources]}

    def load(self) -> tuple[Facts, list[Facts]]:
        """Load the artifacts of the job.

        Returns:
            Facts of the target, and facts of each source in the order of the recipe.

        Raises:
            IntertaskError: The data or an adapter has changed since an artifact was made.
        """
        of_target: dict[str, Any] = {}
        of_sources: dict[str, dict[str, Any]] = {source: {} for source in self.sources}
        if self.reads & {"rows", "features", "maps"}:
            of_target |= self._rows()
        if "features" in self.reads:
            for source, arrays in self._features().items():
                of_sources[source] |= arrays
        if "maps" in self.reads:
            for source in self.sources:
                of_sources[source]["map"] = StoredMap(self._current("maps", source, self._adapter(source)))
        if "fewshot" in self.reads:
            for source, scores in self._fewshot().items():
                of_sources[source]["fewshot"] = scores
        if "history" in self.reads:
            of_target["measures"] = self._measures(self.target)
            of_target["past"], observed = self._history()
            for source in self.sources:
                of_sources[source]["history"] = observed[source]
        for task, fields in [(self.target, of_target), *of_sources.items()]:
            if "gradients" in self.reads:
                fields["gradients"] = self._components("gradients", task, self._adapter(task))
            if "fewshot_gradients" in self.reads:
                fields["fewshot_gradients"] = self._components("fewshot_gradients", task)
            if "weights" in self.reads:
                fields["weights"] = self._weights(task)
        return self._facts(self.target, **of_target), [self._facts(s, **of_sources[s]) for s in self.sources]

    def _file(self, artifact: str, task: str) -> Path:
        """File of an artifact of one task."""
        model = self.encoders[ARTIFACTS[artifact].encoder]
        (path,) = ARTIFACTS[artifact].files(model, [task])
        return self.results / Path(path).relative_to("results")

    def _facts(self, task: str, **fields: Any) -> Facts:
        """Facts of a task: the fields, its text embeddings, and what its ``info.json`` holds."""
        info = load_info(self.results / "data" / task)
        base, sentence = (self._arrays(name, task) if name in self.reads else {} for name in ("base", "sentence"))
        labels = info["labels"]
        return Facts(
            task=task,
            type=info["type"],
            rows=info["rows_before_cap"]["train"],
            classes=len(labels) if labels else info.get("max_choices"),
            words=info["words"]["mean"],
            paired=mostly_pairs(self.results / "data" / task, info),
            text_embeddings=base.get("embeddings"),
            text_mean=base.get("mean"),
            sentence_embeddings=sentence.get("embeddings"),
            sentence_mean=sentence.get("mean"),
            token_ids=base.get("token_ids"),
            **fields,
        )

    def _adapter(self, task: str) -> str:
        """Fingerprint of the task's trained adapter."""
        return read_json(self.results / "adapters" / self.model / task / "metrics.json")["fingerprint"]

    def _arrays(self, artifact: str, task: str, adapter: str | None = None) -> dict[str, np.ndarray]:
        """Arrays of an artifact that was made from the current data and, where one is given, from this adapter."""
        with np.load(self._current(artifact, task, adapter), allow_pickle=False) as file:
            return dict(file)

    def _current(self, artifact: str, task: str, adapter: str | None = None) -> Path:
        """File of an artifact, after a check that it was made from the current data and this adapter."""
        path = self._file(artifact, task)
        current = {"data": self._data(task)} | ({} if adapter is None else {"adapter": adapter})
        with np.load(path, allow_pickle=False) as file:
            check_made_from(str(path), path, {part: str(file[part]) for part in current}, current)
        return path

    def _components(self, artifact: str, task: str, adapter: str | None = None) -> dict[str, np.ndarray]:
        """Fisher embedding of a task: component -> vector."""
        arrays = self._arrays(artifact, task, adapter)
        return {key.removeprefix("component/"): array for key, array in arrays.items() if key.startswith("component/")}

    def _data(self, task: str) -> str:
        """Fingerprint of the task's data."""
        return load_info(self.results / "data" / task)["fingerprint"]

    def _tensors(self, artifact: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Arrays and metadata of the target's rows or features, made from the current data."""
        from safetensors import safe_open

        path = self._file(artifact, self.target)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dictionary
        check_made_from(str(path), path, metadata, {"data": self._data(self.target)})
        return arrays, metadata

    def _rows(self) -> dict[str, Any]:
        """The target's rows, and their features under the base model."""
        arrays, _ = self._tensors("rows")
        count = sum(key.startswith("labels/") for key in arrays)
        views = tuple(View(arrays[f"index/{v}"], arrays[f"labels/{v}"]) for v in range(count))
        return {"target_rows": Rows(arrays["groups"], views), "features": arrays["features"]}

    def _features(self) -> dict[str, dict[str, Any]]:
        """Features and class probabilities of the target's rows under the adapter of each source."""
        arrays, metadata = self._tensors("features")
        _, of_rows = self._tensors("rows")
        made_from = json.loads(metadata["adapters"])
        path = self._file("features", self.target)
        check_made_from(str(path), path, metadata, {"rows": of_rows["fingerprint"]})
        for source in self.sources:
            adapter = {f"adapter of {source}": self._adapter(source)}
            check_made_from(str(path), path, {f"adapter of {source}": made_from.get(source)}, adapter)
        return {
            source: {
                "features": arrays[f"features/{source}"],
                "probabilities": arrays.get(f"probabilities/{source}"),
            }
            for source in self.sources
        }

    def _fewshot(self) -> dict[str, dict[int, float]]:
        """Scores of the target after each number of optimizer steps from the adapter of each source."""
        from .tables import read_table

        path = self._file("fewshot", self.target)
        table = read_table(path, ["source", "step", "value", "data", "adapter"])
        scores = {}
        for source in self.sources:
            part = table[table["source"] == source]
            for data, adapter in zip(part["data"], part["adapter"], strict=True):
                current = {"data": self._data(self.target), f"adapter of {source}": self._adapter(source)}
                check_made_from(str(path), path, dict(zip(current, (data, adapter), strict=True)), current)
            scores[source] = dict(zip(part["step"].astype(int), part["value"].astype(float), strict=True))
        return scores

    def _history(self) -> tuple[tuple[Past, ...], dict[str, np.ndarray]]:
        """Past targets, and the mean score over seeds of each source on them; a run without a score counts as 0."""
        runs = [run for run in self._past_runs() if run.target not in self.recipe["relatives"]]
        values: dict[tuple[str, str], dict[str, list[float]]] = {}
        for run in runs:
            values.setdefault((run.setting, run.target), {}).setdefault(run.source, []).append(
                0.0 if math.isnan(run.value) else run.value
            )
        facts = {target: self._past_facts(target) for _, target in values}
        observed = {
            # sorted values: the last bit of a mean depends on the order of the sum
            source: np.array(
                [np.mean(sorted(scores[source])) if source in scores else np.nan for scores in values.values()]
            )
            for source in [*self.sources, NO_SOURCE]
        }
        past = [
            Past(setting, setting == self.recipe["setting"], facts[target], float(none))
            for (setting, target), none in zip(values, observed.pop(NO_SOURCE), strict=True)
        ]
        return tuple(past), observed

    def _past_runs(self) -> list[Run]:
        """Past transfers: those of imported tables, or the workflow's own."""
        recipe = self.recipe
        if recipe["history"] == "none":
            return []
        if isinstance(recipe["history"], list):
            return [run for path in recipe["history"] for run in history_runs(path)]
        if recipe["observed"]:
            return list(self._table_runs("transfer.tsv"))
        own = recipe["own"]
        past = [target for target in own["targets"] if target not in recipe["relatives"]]
        tables = [f"transfer/{model}/{target}.tsv" for model in own["models"] for target in past]
        return [run for table in tables for run in self._table_runs(table)]

    def _table_runs(self, name: str) -> Iterator[Run]:
        """Transfers of a table that the workflow made."""
        from .tables import TRANSFER_COLUMNS, read_table

        table = read_table(self.results / name, TRANSFER_COLUMNS)
        rows = zip(*(table[column] for column in TRANSFER_COLUMNS), strict=True)
        return (Run(*row, line) for line, row in enumerate(rows, start=2))

    def _past_facts(self, task: str) -> Facts:
        """Facts of a past target, which may be unknown to this run if its transfers were imported."""
        if (self.results / "data" / task / "info.json").exists() and task in self.recipe["known"]:
            return self._facts(task, measures=self._measures(task))
        return Facts(task, "", 0, measures=self._measures(task))

    def _measures(self, task: str) -> Mapping[str, Mapping[str, float]] | None:
        """What feature methods say of adapters on a task's rows: measured in this run, or beside earlier transfers.

        A target's scores beside earlier transfers count only where these transfers are what is evaluated.
        """
        recipe = self.recipe
        if recipe.get("measured") and (task == self.target or recipe["history"] == "own"):
            return self._own_measures(task)
        if task == self.target and not recipe["observed"]:
            return None
        return self._table_measures().get(task)

    def _own_measures(self, task: str) -> Mapping[str, Mapping[str, float]]:
        """Measures that this run made. They must be of the current data of the task."""
        path = self.results / "measures" / self.model / f"{task}.json"
        content = read_json(path)
        current = {"data": self._data(task)}
        check_made_from(str(path), path, {"data": content["data"]}, current)
        return content["scores"]

    @cache  # noqa: B019 - an object lives as long as its process
    def _table_measures(self) -> dict[str, dict[str, dict[str, float]]]:
        """Measures of past targets: target -> method -> source -> score, of the ranked setting where it has some."""
        from .methods.adapter_measures import MEASURES
        from .tables import read_table

        found: dict[str, dict[str, dict[str, float]]] = {}
        for path in self.measure_tables:
            table = read_table(path, ["setting", "target", "method", "source", "score"])
            table = table[table["method"].isin(list(MEASURES)) & table["score"].notna()]
            for target, rows in table.groupby("target", sort=False):
                own = rows[rows["setting"] == self.recipe["setting"]]
                used = own if len(own) else rows[rows["setting"] == rows["setting"].iloc[0]]
                for method, source, score in zip(used["method"], used["source"], used["score"], strict=True):
                    found.setdefault(str(target), {}).setdefault(method, {}).setdefault(source, float(score))
        return found

    def _weights(self, task: str) -> dict[str, tuple[np.ndarray, np.ndarray]] | None:
        """Matrices (down [r, D], up [D, r]) of every adapter site; None for adapters without such halves."""
        from safetensors.numpy import load_file

        path = self.results / "adapters" / self.model / task / "adapter.safetensors"
        if not path.exists():
            return None
        tensors = load_file(path)
        sites = {}
        for key, down in tensors.items():
            for first, second in SITE_HALVES:
                partner = key.replace(first, second)
                if first in key and partner in tensors and down.ndim == 2:
                    # the tensors' names contain the task, which differs between adapters
                    sites[key.replace(f".{task}.", ".*.")] = (down, tensors[partner])
        return sites or None
