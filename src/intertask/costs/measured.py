"""What each job took, from Snakemake's benchmark files, and what a method costs altogether."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..files import read_json
from ..methods.registry import get_method
from ..tables import COST_COLUMNS


class Job(NamedTuple):
    """One job, by what names it in the table of costs; empty: does not apply.

    ``model`` is the encoder's name for embeddings, the setting's for scores.
    """

    step: str
    model: str = ""
    task: str = ""
    source: str = ""
    seed: str = ""
    method: str = ""

    @property
    def benchmark(self) -> str:
        """Its benchmark file under ``results/benchmarks``."""
        seed = f"seed{self.seed}" if self.seed else ""
        return "/".join(filter(None, [self.step, self.model, self.task, self.source, seed])) + ".tsv"


def job_costs(results: Path, recipe: dict[str, Any]) -> pd.DataFrame:
    """One line per job of the configuration whose benchmark is there, and one per method and target.

    Args:
        results: The results folder.
        recipe: ``models``, ``settings``, ``encoders`` (the last one is the sentence encoder), ``sources``,
            ``targets``, ``seeds``, ``methods``, ``observed`` (whether the transfers were brought).

    Returns:
        Columns :data:`~intertask.tables.COST_COLUMNS`; ``seconds`` is wall time, ``max_rss_mb`` the peak resident
        memory in MiB. A job without a benchmark file (lost, or run elsewhere) has no line.
    """
    lines = []
    for job in dict.fromkeys(_jobs(recipe)):
        seconds, memory = _read(results / "benchmarks" / job.benchmark)
        if seconds is not None:
            lines.append({**job._asdict(), "seconds": seconds, "max_rss_mb": memory})
    for setting in recipe["settings"]:
        for target in recipe["targets"]:
            about = read_json(results / "scores" / setting / f"{target}.json")
            for method, seconds in about["seconds"].items():
                lines.append({**Job("method", setting, target, method=method)._asdict(), "seconds": seconds})
    table = pd.DataFrame(lines, columns=COST_COLUMNS)
    table["seed"] = pd.to_numeric(table["seed"]).astype("Int64")
    return table


def _jobs(recipe: dict[str, Any]) -> Iterator[Job]:
    """Every job of the configuration that takes long, in the order of the work."""
    tasks = dict.fromkeys([*recipe["sources"], *recipe["targets"]])
    yield from (Job("data", task=task) for task in tasks)
    yield from (Job("embeddings", encoder, task) for task in tasks for encoder in recipe["encoders"])
    if not recipe["observed"]:
        yield from (
            Job("adapters", _base(model, recipe), source=source)
            for model in recipe["models"]
            for source in recipe["sources"]
        )
    for setting in recipe["settings"]:
        for method in recipe["methods"]:
            jobs = method_jobs(method, setting, recipe, recipe["encoders"][-1])
            yield from (job for job in jobs if job.step not in ("embeddings", "method"))
    if not recipe["observed"]:
        for model in recipe["models"]:
            for target in recipe["targets"]:
                for source in ["none", *_pool(recipe, target)]:
                    yield from (Job("transfer", model, target, source, str(seed)) for seed in recipe["seeds"])
    yield from (Job("scores", setting, target) for setting in recipe["settings"] for target in recipe["targets"])


def method_jobs(method: str, setting: str, recipe: dict[str, Any], sentence_encoder: str) -> list[Job]:
    """Jobs that a method needs to rank every source for every target, from nothing but prepared data.

    Earlier transfers (``history``) cost nothing of their own: they are taken as paid.

    Args:
        method: Its name.
        setting: Base model, or setting of the observed table, for which the first base model stands in.
        recipe: ``models``, ``sources``, ``targets``.
        sentence_encoder: Name of the sentence encoder.
    """
    reads = set(get_method(method).reads)
    model = _base(setting if setting in recipe["models"] else recipe["models"][0], recipe)
    jobs: dict[Job, None] = {}
    for target in recipe["targets"]:
        pool = _pool(recipe, target)
        both = [*pool, target]
        adapters = {
            "features": pool,
            "maps": pool,
            "fewshot": pool,
            "gradients": both,
            "weights": both,
        }
        needed = {
            "base": [Job("embeddings", model, task) for task in both],
            "sentence": [Job("embeddings", sentence_encoder, task) for task in both],
            "rows": [Job("rows", model, target)],
            "features": [Job("rows", model, target), Job("features", model, target)],
            "maps": [Job("rows", model, target), *(Job("maps", model, source=source) for source in pool)],
            "gradients": [Job("gradients", model, task) for task in both],
            "fewshot_gradients": [Job("fewshot_gradients", model, task) for task in both],
            "fewshot": [Job("fewshot", model, target)],
        }
        for artifact in sorted(reads):
            jobs |= dict.fromkeys(Job("adapters", model, source=task) for task in adapters.get(artifact, []))
            jobs |= dict.fromkeys(needed.get(artifact, []))
        jobs[Job("method", setting, target, method=method)] = None
    return list(jobs)


def method_costs(
    costs: pd.DataFrame, recipe: dict[str, Any], fused: Iterable[str], sentence_encoder: str
) -> pd.DataFrame:
    """What each method needs, and seconds that it takes (:func:`method_jobs`); ``fused`` needs what its members need.

    Args:
        costs: As :func:`job_costs` gives it.
        recipe: ``models``, ``settings``, ``sources``, ``targets``, ``methods``.
        fused: Methods that the fused ranking joins.
        sentence_encoder: Name of the sentence encoder.

    Returns:
        model (the setting), method, needs, cost_seconds (all jobs, each counted once), cost_seconds_given_adapters
        (all but the training of adapters). Empty where the benchmark of a job is not there.
    """
    table = costs[["step", "model", "task", "source", "method", "seconds"]]
    seconds = {
        Job(**{key: value for key, value in row.items() if key != "seconds" and pd.notna(value)}): row["seconds"]
        for row in table[table["step"] != "transfer"].to_dict("records")
    }
    # random draws no scores: its line is an expectation
    wanted = {method: [method] for method in recipe["methods"]} | {"random": [], "fused": list(fused)}
    lines = []
    for setting in recipe["settings"]:
        for method, members in wanted.items():
            jobs = {job for member in members for job in method_jobs(member, setting, recipe, sentence_encoder)}
            rest = {job for job in jobs if job.step != "adapters"}
            line = {"model": setting, "method": method, "needs": _needs(members)}
            for column, part in (("cost_seconds", jobs), ("cost_seconds_given_adapters", rest)):
                # sorted: the last bit of a sum depends on its order
                line[column] = sum((seconds.get(job, float("nan")) for job in sorted(part)), 0.0)
            lines.append(line)
    return pd.DataFrame(lines).round({"cost_seconds": 1, "cost_seconds_given_adapters": 1})


def seconds_of(results: Path, job: Job) -> float | None:
    """Wall seconds of a job; None without a benchmark."""
    return _read(results / "benchmarks" / job.benchmark)[0]


def _needs(members: Iterable[str]) -> str:
    """What must be there before the methods can score, in words for readers."""
    words = set()
    for member in members:
        needs = set(get_method(member).needs)
        words |= needs & {"training", "history"}
        if needs & {"texts", "labels"}:
            words.add("data")
        if needs & {"adapters", "heads"}:
            words.add("adapters")
        if not needs:
            words.add("sizes")
    return (
        ", ".join(word for word in ("sizes", "data", "adapters", "training", "history") if word in words) or "nothing"
    )


def _pool(recipe: dict[str, Any], target: str) -> list[str]:
    return [source for source in recipe["sources"] if source != target]


def _base(model: str, recipe: dict[str, Any]) -> str:
    """The model whose adapters and features ``model`` uses."""
    return recipe.get("like", {}).get(model, model)


def _read(path: Path) -> tuple[float | None, float | None]:
    """Wall seconds and peak memory of one benchmark file, None where it has none."""
    try:
        header, values = path.read_text(encoding="utf-8").splitlines()[:2]
    except (FileNotFoundError, ValueError):
        return None, None
    record = dict(zip(header.split("\t"), values.split("\t"), strict=False))

    def number(key: str) -> float | None:
        try:
            return float(record[key])
        except (KeyError, ValueError):
            return None  # '-' for jobs that end before the first look

    # Snakemake does not see the memory of a job in the warm worker; the launcher does.
    usage = path.with_suffix(".json")
    memory = read_json(usage)["max_rss_mb"] if usage.exists() else number("max_rss")
    return number("s"), memory
