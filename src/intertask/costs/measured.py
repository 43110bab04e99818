"""Measured costs: time and memory of each job, from its benchmark files, and the total cost of a method."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..artifacts import ARTIFACTS, NO_SOURCE
from ..files import read_json
from ..methods.registry import get_method
from ..tables import COST_COLUMNS


class Job(NamedTuple):
    """One job, identified as in the table of costs. Fields that do not apply are empty.

    Attributes:
        step: Name in :data:`intertask.artifacts.STEPS`, or ``method``.
        model: Name of the model; of the encoder for embeddings, and of the setting for scores.
        task: Name of the task or target.
        source: Name of the source.
        seed: The seed.
        method: Name of the ranking method.
    """

    step: str
    model: str = ""
    task: str = ""
    source: str = ""
    seed: str = ""
    method: str = ""

    @property
    def benchmark(self) -> str:
        """Path of its benchmark file under ``results/benchmarks``."""
        seed = f"seed{self.seed}" if self.seed else ""
        return "/".join(filter(None, [self.step, self.model, self.task, self.source, seed])) + ".tsv"


def job_costs(results: Path, recipe: dict[str, Any]) -> pd.DataFrame:
    """List the costs of the jobs of a configuration, and of each method for each target.

    Args:
        results: The results folder.
        recipe: Recipe with ``models``, ``settings``, ``encoders`` (the last one is the sentence encoder), ``sources``,
            ``targets``, ``seeds``, ``methods`` and ``observed`` (whether the transfers were imported).

    Returns:
        A table with the columns :data:`~intertask.tables.COST_COLUMNS`. ``seconds`` is wall time, ``cpu_seconds`` the
        user and system time, ``max_rss_mb`` the peak resident memory in MiB. A job without a benchmark file has no
        line.
    """
    lines = []
    for job in dict.fromkeys(_jobs(recipe)):
        measured = _read(results / "benchmarks" / job.benchmark)
        if measured["seconds"] is not None:
            lines.append({**job._asdict(), **measured})
    for setting in recipe["settings"]:
        for target in recipe["targets"]:
            about = read_json(results / "scores" / setting / f"{target}.json")
            for method, seconds in about["seconds"].items():
                lines.append({**Job("method", setting, target, method=method)._asdict(), "seconds": seconds})
    table = pd.DataFrame(lines, columns=COST_COLUMNS)
    table["seed"] = pd.to_numeric(table["seed"]).astype("Int64")
    return table


def _jobs(recipe: dict[str, Any]) -> Iterator[Job]:
    """List the jobs of the configuration that take long, in the order of the work."""
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
                for source in [NO_SOURCE, *_pool(recipe, target)]:
                    yield from (Job("transfer", model, target, source, str(seed)) for seed in recipe["seeds"])
    yield from (Job("scores", setting, target) for setting in recipe["settings"] for target in recipe["targets"])


def method_jobs(method: str, setting: str, recipe: dict[str, Any], sentence_encoder: str) -> list[Job]:
    """List the jobs that a method needs to rank every source for every target, given only the prepared data.

    Past transfers (``history``) cost nothing, because they exist already.

    Args:
        method: Name of the method.
        setting: Base model, or setting of a table of imported transfers. A setting uses the first base model.
        recipe: Recipe with ``models``, ``sources`` and ``targets``.
        sentence_encoder: Name of the sentence encoder.

    Returns:
        The jobs, each once, without those that prepare data.
    """
    model = _base(setting if setting in recipe["models"] else recipe["models"][0], recipe)
    jobs: dict[Job, None] = {}
    for target in recipe["targets"]:
        pool = _pool(recipe, target)
        for name in sorted(get_method(method).reads):
            jobs |= dict.fromkeys(Job("adapters", model, source=s) for s in ARTIFACTS[name].trained(pool, target))
            for artifact in (*map(ARTIFACTS.get, ARTIFACTS[name].needs), ARTIFACTS[name]):
                encoder = sentence_encoder if artifact.encoder == "sentence" else model
                column = "source" if artifact.per == "source" else "task"
                tasks = artifact.tasks(pool, target) if artifact.path else []
                jobs |= dict.fromkeys(Job(artifact.step, encoder, **{column: task}) for task in tasks)
        jobs[Job("method", setting, target, method=method)] = None
    return list(jobs)


def method_costs(
    costs: pd.DataFrame, recipe: dict[str, Any], fused: Iterable[str], sentence_encoder: str
) -> pd.DataFrame:
    """Sum the costs of each method (:func:`method_jobs`). The fused ranking needs the jobs of all its members.

    Args:
        costs: Table made by :func:`job_costs`.
        recipe: Recipe with ``models``, ``settings``, ``sources``, ``targets`` and ``methods``.
        fused: Names of the methods that the fused ranking joins.
        sentence_encoder: Name of the sentence encoder.

    Returns:
        A table with the columns model (the setting), method, needs, cost_seconds (job time of all jobs, each counted
        once) and cost_seconds_given_adapters (without the training of adapters). The seconds are missing if the
        benchmark of a job is missing.
    """
    table = costs[["step", "model", "task", "source", "method", "seconds"]]
    seconds = {
        Job(**{key: value for key, value in row.items() if key != "seconds" and pd.notna(value)}): row["seconds"]
        for row in table[table["step"] != "transfer"].to_dict("records")
    }
    # "random" has no scores, because its line is an expectation.
    wanted = {method: [method] for method in recipe["methods"]} | {"random": [], "fused": list(fused)}
    lines = []
    for setting in recipe["settings"]:
        for method, members in wanted.items():
            jobs = {job for member in members for job in method_jobs(member, setting, recipe, sentence_encoder)}
            rest = {job for job in jobs if job.step != "adapters"}
            line = {"model": setting, "method": method, "needs": _needs(members)}
            for column, part in (("cost_seconds", jobs), ("cost_seconds_given_adapters", rest)):
                # The jobs are sorted, because the last bit of a sum depends on its order.
                line[column] = sum((seconds.get(job, float("nan")) for job in sorted(part)), 0.0)
            lines.append(line)
    return pd.DataFrame(lines).round({"cost_seconds": 1, "cost_seconds_given_adapters": 1})


def seconds_of(results: Path, job: Job) -> float | None:
    """Read the wall time of a job.

    Args:
        results: The results folder.
        job: The job.

    Returns:
        Seconds; None if the job has no benchmark file.
    """
    return _read(results / "benchmarks" / job.benchmark)["seconds"]


def _needs(members: Iterable[str]) -> str:
    """Say what must exist before the methods can rank, in words for the tables."""
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
    """List the sources of a target."""
    return [source for source in recipe["sources"] if source != target]


def _base(model: str, recipe: dict[str, Any]) -> str:
    """Return the model whose adapters and features a model uses."""
    return recipe.get("like", {}).get(model, model)


def _read(path: Path) -> dict[str, float | None]:
    """Read ``seconds``, ``cpu_seconds`` and ``max_rss_mb`` of a benchmark file; None for what is missing."""
    try:
        header, values = path.read_text(encoding="utf-8").splitlines()[:2]
    except (FileNotFoundError, ValueError):
        return dict.fromkeys(("seconds", "cpu_seconds", "max_rss_mb"))
    record = dict(zip(header.split("\t"), values.split("\t"), strict=False))

    def number(key: str) -> float | None:
        try:
            return float(record[key])
        except (KeyError, ValueError):
            return None  # Snakemake writes '-' for a job that ends before its first measurement.

    # Of a job in the warm worker, Snakemake measures only the launcher. The launcher knows what the job itself used.
    usage = path.with_suffix(".json")
    used = read_json(usage) if usage.exists() else {"cpu_seconds": number("cpu_time"), "max_rss_mb": number("max_rss")}
    return {"seconds": number("s"), "cpu_seconds": used.get("cpu_seconds"), "max_rss_mb": used.get("max_rss_mb")}
