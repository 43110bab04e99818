"""Summarize the runs of one target: read them, choose a source and a seed, and compute gains."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..artifacts import NO_SOURCE
from ..data import load_info
from ..files import check_made_from, read_json
from .choice import Scores, choose_seed, choose_source, gain, mean, verdict
from .intervals import bounds

#: Source (``none`` first, then by rank) -> seed -> result of the run.
Runs = dict[str, dict[int, dict[str, Any]]]

#: The key of each split's score in the result of a run.
SCORE_KEYS = {"dev": "dev_value", "validation": "value"}


def read_runs(results: Path, recipe: Mapping[str, Any], rounds: Sequence[Sequence[str]]) -> Runs:
    """Read the result of every run that was tried for a target.

    Args:
        results: The results folder.
        recipe: Recipe of the recommendation.
        rounds: Sources of each round, ``none`` first and then by rank. One round is for all seeds; of several rounds,
            each is for one seed.

    Returns:
        Source -> seed -> result, sources in the order of the first round.

    Raises:
        IntertaskError: The target's data or a source's adapter changed after a run was made.
    """
    target, runs = recipe["target"], {source: {} for source in rounds[0]}
    data = load_info(results / "data" / target)["fingerprint"]
    for n, seed in enumerate(recipe["seeds"]):
        for source in rounds[min(n, len(rounds) - 1)]:
            path = candidate_folder(results, recipe, source, seed) / "result.json"
            result = read_json(path)
            adapter = None
            if source != NO_SOURCE:
                adapter = read_json(results / "adapters" / recipe["base"] / source / "metrics.json")["fingerprint"]
            subject = f"The run {source} -> {target}, seed {seed},"
            check_made_from(subject, path, result["made_from"], {"data": data, "adapter": adapter})
            runs[source][seed] = result
    return runs


def candidate_folder(results: Path, recipe: Mapping[str, Any], source: str, seed: int) -> Path:
    """Return the folder of one run's result and weights.

    Args:
        results: The results folder.
        recipe: Recipe of the recommendation.
        source: The source, or ``none``.
        seed: Seed of the run.
    """
    return results / "candidates" / recipe["setting"] / recipe["target"] / source / f"seed{seed}"


def split_scores(runs: Runs, split: str) -> dict[str, dict[int, float]]:
    """Return the scores of all runs on one split, in percent: source -> seed -> score.

    Args:
        runs: Results of the runs.
        split: ``dev`` (rows held out of the training split) or ``validation``.
    """
    key = SCORE_KEYS[split]
    return {source: {seed: result[key] for seed, result in by_seed.items()} for source, by_seed in runs.items()}


def summarize(runs: Runs, recipe: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Compare the sources, compute what the best one gains, and choose the run to export.

    The best source is exported if it is shown to help. Otherwise ``when_unclear`` of the recipe decides whether it or
    ``none`` is exported.

    Args:
        runs: Results of the runs.
        recipe: Recipe of the recommendation.
        folder: Folder that the chosen run is exported to.

    Returns:
        The content of ``results/recommend/{target}.json`` (docs/recommend.md), without costs and sentences.
    """
    seeds, confidence = recipe["seeds"], recipe["confidence"]
    scores = {split: split_scores(runs, split) for split in SCORE_KEYS}
    # Only a source that was trained with every seed can be chosen.
    complete: Scores = {
        source: list(by_seed.values()) for source, by_seed in scores["dev"].items() if len(by_seed) == len(seeds)
    }
    best = choose_source(complete)
    compared = best
    if best == NO_SOURCE:
        compared = choose_source({name: values for name, values in complete.items() if name != NO_SOURCE})
    metric = next(iter(runs[compared].values()))["metric"]
    gains = {
        split: gain(list(table[compared].values()), list(table[NO_SOURCE].values()), confidence, bounds(metric))
        for split, table in scores.items()
    }
    helps = verdict(best, gains["validation"])
    source = NO_SOURCE if helps == "unclear" and recipe["when_unclear"] == NO_SOURCE else best
    chosen = runs[source][choose_seed(scores["dev"], source)]
    return {
        "target": recipe["target"],
        "model": recipe["setting"],
        "metric": metric,
        "chosen": source,
        "helps": helps,
        "compared": compared,
        "gain": gains,
        "confidence": confidence,
        "seeds": seeds,
        "adapter": folder,
        "seed": chosen["seed"],
        "full": recipe["adapter"] == "full",
        "rows": chosen["rows"],
        "pool": len(recipe["sources"]),
        "candidates": [_candidate(name, rank, scores, seeds) for rank, name in enumerate(runs)],
    }


def _candidate(source: str, rank: int, scores: Mapping[str, Mapping], seeds: Sequence[int]) -> dict[str, Any]:
    """One source that was tried: its rank, the seed after which it was dropped, and its scores on both splits."""
    by_seed = scores["dev"][source]
    candidate = {
        "source": source,
        "rank": None if source == NO_SOURCE else rank,
        "dropped_after": None if len(by_seed) == len(seeds) else list(by_seed)[-1],
    }
    for split, table in scores.items():
        candidate[split] = {str(seed): score for seed, score in table[source].items()}
        candidate[f"{split}_mean"] = mean(list(table[source].values()))
    return candidate
