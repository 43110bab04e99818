"""The job time that a recommendation took, and that trying every source would have taken.

Times are measured where a benchmark exists. A source training without one is estimated from the time that the other
source trainings of the run took for each token.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..artifacts import NO_SOURCE
from ..config import Training
from ..costs.effort import training_effort
from ..costs.measured import Job, method_jobs, seconds_of
from ..costs.speed import total_seconds
from ..costs.task_sizes import TaskSize


def recommendation_costs(
    results: Path,
    recipe: Mapping[str, Any],
    tried: Mapping[str, Sequence[int]],
    sizes: Mapping[str, TaskSize],
    sentence_encoder: str,
    from_atlas: Collection[str] = (),
) -> dict[str, Any]:
    """Add up the job time of a recommendation, whether its jobs ran for it or their results existed before.

    Preparing data is not counted. Neither are earlier transfers to other targets that methods learn from.

    Args:
        results: The results folder.
        recipe: Recipe of the recommendation.
        tried: Source (or ``none``) -> seeds that it was trained with.
        sizes: Size of every source.
        sentence_encoder: Name of the sentence encoder.
        from_atlas: Sources whose embeddings and adapters come from the atlas; they cost nothing.

    Returns:
        Seconds of ``ranking`` (all methods of the configuration, without source training), ``source_training``,
        ``transfers`` (of the candidates) and ``total``. Also ``runs`` (number of transfers), ``not_counted`` (number
        of jobs without a benchmark) and ``everything``: ``source_training``, ``transfers``, ``total``, ``runs`` for all
        sources and seeds without a ranking, and ``estimated``, the seconds of its total that were not measured. Unknown
        times of ``everything`` are None.
    """
    base, target, pool = recipe["base"], recipe["target"], recipe["sources"]
    grid = {"models": [base], "sources": pool, "targets": [target]}
    needed = {
        job
        for method in recipe["methods"]
        for job in method_jobs(method, base, grid, sentence_encoder)
        if job.step != "method" and not (job.step == "embeddings" and job.task in from_atlas)
    }
    ranking = [job for job in needed if job.step != "adapters"] + [Job("scores", recipe["setting"], target)]
    adapters = {job for job in needed if job.step == "adapters"}
    adapters |= {Job("adapters", base, source=source) for source in tried if source != NO_SOURCE}
    adapters = {job for job in adapters if job.source not in from_atlas}
    runs = [
        Job("candidates", recipe["setting"], target, source, str(seed)) for source in tried for seed in tried[source]
    ]
    parts = {"ranking": ranking, "source_training": adapters, "transfers": runs}
    measured = {name: _measured(results, jobs) for name, jobs in parts.items()}
    costs: dict[str, Any] = {name: round(sum(seconds.values()), 1) for name, seconds in measured.items()}
    costs["total"] = round(sum(costs.values()), 1)
    costs["runs"] = len(runs)
    costs["not_counted"] = sum(len(parts[name]) - len(measured[name]) for name in parts)
    costs["everything"] = _everything(results, recipe, sizes, list(measured["transfers"].values()))
    return costs


def _everything(results: Path, recipe: Mapping[str, Any], sizes: Mapping[str, TaskSize], runs: list[float]) -> dict:
    """Job time of all source trainings and transfers; ``runs`` are the seconds of the transfers that were made."""
    count = (1 + len(recipe["sources"])) * len(recipe["seeds"])
    transfers = sum(runs) / len(runs) * count if runs else None
    training, measured = _all_source_trainings(results, recipe, sizes)
    total = None if training is None or transfers is None else training + transfers
    return {
        "source_training": _rounded(training),
        "transfers": _rounded(transfers),
        "total": _rounded(total),
        "runs": count,
        "estimated": None if total is None else _rounded(total - measured - sum(runs)),
    }


def _all_source_trainings(
    results: Path, recipe: Mapping[str, Any], sizes: Mapping[str, TaskSize]
) -> tuple[float | None, float]:
    """Seconds of training every source (None if unknown), and how many of these seconds were measured."""
    settings = Training.model_validate(recipe["source_training"])
    sizes = {source: sizes[source] for source in recipe["sources"]}
    efforts = {source: training_effort(size, settings, size.task.epochs) for source, size in sizes.items()}
    jobs = {source: Job("adapters", recipe["base"], source=source) for source in recipe["sources"]}
    measured = {source: s for source, job in jobs.items() if (s := seconds_of(results, job)) is not None}
    return total_seconds(efforts, measured), sum(measured.values())


def _measured(results: Path, jobs: Iterable[Job]) -> dict[Job, float]:
    """Seconds of the jobs that have a benchmark."""
    seconds = {job: seconds_of(results, job) for job in jobs}
    return {job: value for job, value in seconds.items() if value is not None}


def _rounded(seconds: float | None) -> float | None:
    """Tenths of seconds; None stays None."""
    return None if seconds is None else round(seconds, 1)
