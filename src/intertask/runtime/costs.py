"""What each job took, from Snakemake's benchmark files, and what a method costs altogether."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ..files import read_json
from ..scores.registry import get_method

COLUMNS = ["step", "model", "task", "source", "seed", "method", "seconds", "max_rss_mb"]


def job_costs(results: Path, recipe: dict[str, Any]) -> pd.DataFrame:
    """One line per job of the configuration whose benchmark is there, and one per method and target.

    Args:
        results: The results folder.
        recipe: ``models``, ``encoders``, ``sources``, ``targets``, ``seeds``.

    Returns:
        Columns :data:`COLUMNS`; ``model`` is the encoder's name for embeddings, ``seconds`` is wall time,
        ``max_rss_mb`` the peak resident memory in MiB. A job without a benchmark file (lost, or run elsewhere) has no
        line.
    """
    tasks = list(dict.fromkeys([*recipe["sources"], *recipe["targets"]]))
    benchmarks, lines = results / "benchmarks", []

    def add(step: str, path: str, **labels: Any) -> None:
        seconds, memory = _read(benchmarks / step / f"{path}.tsv")
        if seconds is not None:
            lines.append({"step": step, **labels, "seconds": seconds, "max_rss_mb": memory})

    for task in tasks:
        add("data", task, task=task)
        for encoder in recipe["encoders"]:
            add("embeddings", f"{encoder}/{task}", model=encoder, task=task)
    for model in recipe["models"]:
        for source in recipe["sources"]:
            add("adapters", f"{model}/{source}", model=model, source=source)
        for target in recipe["targets"]:
            for source in ["none", *recipe["sources"]]:
                for seed in recipe["seeds"]:
                    path = f"{model}/{target}/{source}/seed{seed}"
                    add("transfer", path, model=model, task=target, source=source, seed=seed)
            add("scores", f"{model}/{target}", model=model, task=target)
            about = results / "scores" / model / f"{target}.json"
            for method, seconds in read_json(about)["seconds"].items():
                lines.append({"step": "method", "model": model, "task": target, "method": method, "seconds": seconds})
    return pd.DataFrame(lines, columns=COLUMNS).astype({"seed": "Int64"})


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


def method_costs(
    costs: pd.DataFrame, models: Sequence[str], methods: Sequence[str], fused: Iterable[str], sentence_encoder: str
) -> pd.DataFrame:
    """Seconds that a method needs to rank every source for every target from nothing but prepared data.

    A method's own scoring, and the embeddings of all tasks by the encoder that it reads; for ``fused`` those of its
    members, shared parts once.

    Returns:
        model, method, cost_seconds.
    """
    embeddings = costs[costs["step"] == "embeddings"].groupby("model")["seconds"].sum()
    own = costs[costs["step"] == "method"].groupby(["model", "method"])["seconds"].sum()

    def total(model: str, members: Iterable[str]) -> float:
        members = list(members)
        kinds = {get_method(member).encoder for member in members} - {None}
        encoders = {{"base": model, "sentence": sentence_encoder}[kind] for kind in kinds}
        shared = sum(embeddings.get(encoder, 0.0) for encoder in sorted(encoders))
        return float(shared + sum(own.get((model, member), 0.0) for member in members))

    wanted = {method: [method] for method in methods} | {"fused": list(fused)}
    lines = [(model, method, total(model, members)) for model in models for method, members in wanted.items()]
    return pd.DataFrame(lines, columns=["model", "method", "cost_seconds"]).round({"cost_seconds": 1})
