"""From the files of ``results/`` to the facts that methods read."""

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .data import load_info
from .files import check_made_from, read_json
from .methods.facts import Facts, Past, Rows, View
from .transfers import Run, history_runs

#: Of an adapter's tensors: the two halves of a site, as bottlenecks and LoRA name them.
HALVES = ((".adapter_down.0.", ".adapter_up."), (".lora_A", ".lora_B"))


class Evidence:
    """Facts of the target and the sources of one scores job.

    Args:
        results: The results folder.
        recipe: Of the scores step.
        model: Base model of the artifacts.
        sentence_encoder: Name of the sentence encoder.
        reads: Words of :data:`intertask.methods.registry.READS`; nothing else is opened.

    Raises:
        IntertaskError: An artifact was made from other data, or from another adapter, than there is now.
    """

    def __init__(self, results: Path, recipe: dict[str, Any], model: str, sentence_encoder: str, reads: Iterable[str]):
        self.results, self.recipe, self.model = Path(results), recipe, model
        self.encoders = {"base": model, "sentence": sentence_encoder}
        self.reads = set(reads)
        self.target, self.sources = recipe["target"], recipe["sources"]

    def infos(self) -> dict[str, dict[str, Any]]:
        """``info.json`` of the target and its sources."""
        return {task: load_info(self.results / "data" / task) for task in [self.target, *self.sources]}

    def load(self) -> tuple[Facts, list[Facts]]:
        """Facts of the target, and of each source in the order of the recipe."""
        of_target: dict[str, Any] = {}
        of_sources: dict[str, dict[str, Any]] = {source: {} for source in self.sources}
        if self.reads & {"rows", "features", "maps"}:
            of_target |= self._rows()
        if "features" in self.reads:
            for source, found in self._features().items():
                of_sources[source] |= found
        if "maps" in self.reads:
            for source in self.sources:
                arrays = self._arrays("maps", source, self._adapter(source))
                of_sources[source]["map"] = (arrays["weight"], arrays["bias"])
        if "fewshot" in self.reads:
            for source, found in self._fewshot().items():
                of_sources[source]["fewshot"] = found
        if "history" in self.reads:
            of_target["past"], observed = self._history()
            for source in self.sources:
                of_sources[source]["history"] = observed[source]
        for task, fields in [(self.target, of_target), *of_sources.items()]:
            if "gradients" in self.reads:
                fields["gradients"] = self._components("gradients", task, self._adapter(task))
            if "fewshot_gradients" in self.reads:
                fields["fewshot_gradients"] = self._components("fewshot_gradients", task, None)
            if "weights" in self.reads:
                fields["weights"] = self._weights(task)
        return self._facts(self.target, **of_target), [self._facts(s, **of_sources[s]) for s in self.sources]

    def _facts(self, task: str, **fields: Any) -> Facts:
        info = load_info(self.results / "data" / task)
        found = {
            kind: self._arrays("embeddings", task, None, encoder)
            for kind, encoder in self.encoders.items()
            if kind in self.reads
        }
        base, sentence = found.get("base", {}), found.get("sentence", {})
        labels = info["labels"]
        return Facts(
            task=task,
            type=info["type"],
            rows=info["rows_before_cap"]["train"],
            classes=len(labels) if labels else info.get("max_choices"),
            words=info["words"]["mean"],
            paired=self._paired(task, info["type"]),
            text_embeddings=base.get("embeddings"),
            text_mean=base.get("mean"),
            sentence_embeddings=sentence.get("embeddings"),
            sentence_mean=sentence.get("mean"),
            token_ids=base.get("token_ids"),
            **fields,
        )

    def _paired(self, task: str, kind: str) -> bool:
        if kind not in ("classification", "regression"):
            return False
        import pyarrow.parquet as pq

        text = pq.read_table(self.results / "data" / task / "train.parquet", columns=["text_b"])["text_b"]
        return text.null_count < len(text) / 2

    def _adapter(self, task: str) -> str:
        """Fingerprint of the task's trained adapter."""
        return read_json(self.results / "adapters" / self.model / task / "metrics.json")["fingerprint"]

    def _arrays(self, kind: str, task: str, adapter: str | None, encoder: str | None = None) -> dict[str, np.ndarray]:
        path = self.results / kind / (encoder or self.model) / f"{task}.npz"
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
        current = {"data": self._data(task)} | ({} if adapter is None else {"adapter": adapter})
        check_made_from(str(path), path, {part: str(arrays[part]) for part in current}, current)
        return arrays

    def _components(self, kind: str, task: str, adapter: str | None) -> dict[str, np.ndarray]:
        arrays = self._arrays(kind, task, adapter)
        return {key.removeprefix("component/"): array for key, array in arrays.items() if key.startswith("component/")}

    def _data(self, task: str) -> str:
        return load_info(self.results / "data" / task)["fingerprint"]

    def _tensors(self, kind: str) -> tuple[dict[str, np.ndarray], dict[str, str]]:
        """Arrays and metadata of the target's rows or features."""
        from safetensors import safe_open

        path = self.results / kind / self.model / f"{self.target}.safetensors"
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            arrays = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - not a dictionary
        check_made_from(str(path), path, metadata, {"data": self._data(self.target)})
        return arrays, metadata

    def _rows(self) -> dict[str, Any]:
        arrays, _ = self._tensors("rows")
        count = sum(key.startswith("labels/") for key in arrays)
        views = tuple(View(arrays[f"index/{v}"], arrays[f"labels/{v}"]) for v in range(count))
        return {"target_rows": Rows(arrays["groups"], views), "features": arrays["features"]}

    def _features(self) -> dict[str, dict[str, Any]]:
        arrays, metadata = self._tensors("features")
        _, of_rows = self._tensors("rows")
        made_from = json.loads(metadata["adapters"])
        path = self.results / "features" / self.model / f"{self.target}.safetensors"
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
        from .tables import read_table

        path = self.results / "fewshot" / self.model / f"{self.target}.tsv"
        table = read_table(path, ["source", "step", "value", "data", "adapter"])
        found = {}
        for source in self.sources:
            part = table[table["source"] == source]
            for data, adapter in zip(part["data"], part["adapter"], strict=True):
                current = {"data": self._data(self.target), f"adapter of {source}": self._adapter(source)}
                check_made_from(str(path), path, dict(zip(current, (data, adapter), strict=True)), current)
            found[source] = dict(zip(part["step"].astype(int), part["value"].astype(float), strict=True))
        return found

    def _history(self) -> tuple[tuple[Past, ...], dict[str, np.ndarray]]:
        """Past targets, and of each source what it reached on them: means over seeds, a run without a score as 0."""
        runs = [run for run in self._past_runs() if run.target not in self.recipe["relatives"]]
        values: dict[tuple[str, str], dict[str, list[float]]] = {}
        for run in runs:
            values.setdefault((run.setting, run.target), {}).setdefault(run.source, []).append(
                0.0 if math.isnan(run.value) else run.value
            )
        facts = {target: self._past_facts(target) for _, target in values}
        past = [Past(setting, setting == self.recipe["setting"], facts[target]) for setting, target in values]
        observed = {
            # the mean over sorted values: the last bit of a sum depends on its order
            source: np.array(
                [np.mean(sorted(found[source])) if source in found else np.nan for found in values.values()]
            )
            for source in self.sources
        }
        return tuple(past), observed

    def _past_runs(self) -> list[Run]:
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
        """Transfers of a table of the workflow's own."""
        from .tables import TRANSFER_COLUMNS, read_table

        table = read_table(self.results / name, TRANSFER_COLUMNS)
        rows = zip(*(table[column] for column in TRANSFER_COLUMNS), strict=True)
        return (Run(*row, line) for line, row in enumerate(rows, start=2))

    def _past_facts(self, task: str) -> Facts:
        """A target of a brought history may be a task that the run knows nothing of."""
        if (self.results / "data" / task / "info.json").exists() and task in self.recipe["known"]:
            return self._facts(task)
        return Facts(task, "", 0)

    def _weights(self, task: str) -> dict[str, tuple[np.ndarray, np.ndarray]] | None:
        """(down [r, D], up [D, r]) of every site; None for adapters without such halves."""
        from safetensors.numpy import load_file

        path = self.results / "adapters" / self.model / task / "adapter.safetensors"
        if not path.exists():
            return None
        tensors = load_file(path)
        sites = {}
        for key, down in tensors.items():
            for first, second in HALVES:
                partner = key.replace(first, second)
                if first in key and partner in tensors and down.ndim == 2:
                    # the adapter's own name differs from task to task
                    sites[key.replace(f".{task}.", ".*.")] = (down, tensors[partner])
        return sites or None
