"""What a recommendation took, and what trying every source would have: from benchmarks, and where there are none from
the time that training on as much text took elsewhere in the same run."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..config import Training
from ..costs.estimate import training_effort
from ..costs.measured import Job, method_jobs, seconds_of
from ..costs.task_sizes import TaskSize


def recommendation_costs(
    results: Path,
    recipe: Mapping[str, Any],
    tried: Mapping[str, Sequence[int]],
    sizes: Mapping[str, TaskSize],
    sentence_encoder: str,
) -> dict[str, Any]:
    """Seconds of the jobs behind a recommendation, whether they ran for it or were there before.

    Preparing data is not counted, nor are earlier transfers to other targets that methods learn from.

    Args:
        results: The results folder.
        recipe: Of the recommendation.
        tried: Source (or none) -> seeds.
        sizes: Of every source.
        sentence_encoder: Its name.

    Returns:
        ``ranking`` (all methods of the configuration, without the training of adapters), ``source_training``,
        ``transfers`` (of the candidates), ``total``; ``runs``: transfers per seed; ``not_counted``: jobs without a
        benchmark. ``everything``: the same for all sources and seeds, without a ranking: ``source_training``,
        ``transfers``, ``total``, ``runs``, and ``estimated``, the seconds in it that nobody has measured. None for what
        cannot be said.
    """
    base, target, pool = recipe["base"], recipe["target"], recipe["sources"]
    grid = {"models": [base], "sources": pool, "targets": [target]}
    needed = {
        job
        for method in recipe["methods"]
        for job in method_jobs(method, base, grid, sentence_encoder)
        if job.step != "method"
    }
    ranking = [job for job in needed if job.step != "adapters"] + [Job("scores", recipe["setting"], target)]
    adapters = {job for job in needed if job.step == "adapters"}
    adapters |= {Job("adapters", base, source=source) for source in tried if source != "none"}
    runs = [
        Job("candidates", recipe["setting"], target, source, str(seed)) for source in tried for seed in tried[source]
    ]
    parts = {"ranking": ranking, "source_training": adapters, "transfers": runs}
    known = {name: _known(results, jobs) for name, jobs in parts.items()}
    found: dict[str, Any] = {name: round(sum(seconds.values()), 1) for name, seconds in known.items()}
    found["total"] = round(sum(found.values()), 1)
    found["runs"] = len(runs)
    found["not_counted"] = sum(len(parts[name]) - len(known[name]) for name in parts)
    found["everything"] = _everything(results, recipe, sizes, list(known["transfers"].values()))
    return found


def _everything(results: Path, recipe: Mapping[str, Any], sizes: Mapping[str, TaskSize], runs: list[float]) -> dict:
    """Every source's training and transfers; a transfer takes what those of this target took in the mean."""
    settings = Training.model_validate(recipe["source_training"])
    count = (1 + len(recipe["sources"])) * len(recipe["seeds"])
    transfers = sum(runs) / len(runs) * count if runs else None
    work = {source: _work(sizes[source], settings) for source in recipe["sources"]}
    jobs = {source: Job("adapters", recipe["base"], source=source) for source in recipe["sources"]}
    known = {source: s for source, job in jobs.items() if (s := seconds_of(results, job)) is not None}
    learnt = sum(work[source] for source in known)
    rest = [source for source in recipe["sources"] if source not in known]
    missing = sum(work[source] for source in rest) * sum(known.values()) / learnt if learnt else None
    training = None if missing is None and rest else sum(known.values()) + (missing or 0)
    total = None if training is None or transfers is None else training + transfers
    return {
        "source_training": training if training is None else round(training, 1),
        "transfers": transfers if transfers is None else round(transfers, 1),
        "total": total if total is None else round(total, 1),
        "runs": count,
        "estimated": None if total is None else round(total - sum(known.values()) - sum(runs), 1),
    }


def _work(size: TaskSize, settings: Training) -> float:
    """Sub-words that one source training passes forwards and backwards."""
    effort = training_effort(size, settings, size.task.epochs)
    return effort.trained * effort.choices * effort.length


def _known(results: Path, jobs: Iterable[Job]) -> dict[Job, float]:
    found = {job: seconds_of(results, job) for job in jobs}
    return {job: seconds for job, seconds in found.items() if seconds is not None}
