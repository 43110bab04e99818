"""Write an invented results folder within seconds. Nothing is trained, but the tables are made by the real code.

``python tests/support/synthetic_run.py FOLDER [SOURCES TARGETS METHODS SEEDS]`` writes one for inspection.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from intertask.files import write_json
from intertask.rankings.bootstrap import comparison, intervals
from intertask.rankings.evaluation import evaluate, summary
from intertask.rankings.noise import ceiling, target_noise
from intertask.rankings.ranking import ranking_table, with_fused
from intertask.tables import write_table

TYPES = ["classification", "regression", "multiple_choice", "extractive_qa", "tagging"]
METRICS = {"classification": "accuracy", "regression": "spearman", "multiple_choice": "accuracy"}
WORDS = ["news", "film_reviews", "questions", "entailment", "paraphrases", "dialogue", "places", "recipes", "stories"]
NEEDS = ["sizes", "data", "data, history", "data, adapters", "data, adapters, training"]


def task_names(sources: int, targets: int) -> tuple[list[str], list[str]]:
    """Return names of sources and targets that are as long as those of real tasks."""
    names = [f"{WORDS[i % len(WORDS)]}_{'abcdefgh'[i // len(WORDS)]}" for i in range(sources + targets)]
    return names[:sources], [f"target_{name}" for name in names[sources:]]


def write_run(
    folder: Path,
    sources: int = 42,
    targets: int = 11,
    methods: int = 30,
    seeds: int = 5,
    settings: tuple[str, ...] = ("roberta-base",),
    observed: bool = False,
    missing: bool = False,
    seed: int = 0,
) -> dict[str, Any]:
    """Write everything that a report reads.

    Args:
        folder: The results folder of the invented run.
        sources: Number of sources.
        targets: Number of targets.
        methods: Number of methods.
        seeds: Number of seeds.
        settings: Base models.
        observed: Whether the transfers are imported: nothing is trained, and no transfer is without a source.
        missing: Whether some runs have no score, some jobs no benchmark, and the last method no scores at all.
        seed: Seed of all random numbers.

    Returns:
        The report's recipe.
    """
    draw = np.random.default_rng(seed)
    source_names, target_names = task_names(sources, targets)
    method_names = ["random", "recommended", *(f"method-{i}" for i in range(1, methods - 1))][: max(methods, 2)]
    runs = list(range(1, seeds + 1))
    truth = _quality(draw, sources, targets)
    transfer, scores = [], []
    for setting in settings:
        for j, target in enumerate(target_names):
            metric = METRICS.get(TYPES[j % 5], "f1")
            base = 40 + 45 * draw.random()
            for i, source in [*([] if observed else [(-1, "none")]), *enumerate(source_names)]:
                mean = base + (truth[i, j] if i >= 0 else 0)
                for run in runs:
                    value = float(np.clip(mean + draw.normal(0, 0.6), 0, 100))
                    if missing and (i, run) == (0, 1):
                        value = np.nan
                    transfer.append((setting, target, source, run, metric, value))
            for m, method in enumerate(method_names):
                skill = 0.0 if method == "random" else 1 / (0.4 + 0.25 * m)
                score = skill * truth[:, j] / truth.std() + draw.normal(0, 1, sources) * (method != "random")
                if missing and method == method_names[-1]:
                    score = np.full(sources, np.nan)
                scores += [(setting, target, method, *pair) for pair in zip(source_names, score, strict=True)]
    transfer = pd.DataFrame(transfer, columns=["model", "target", "source", "seed", "metric", "value"])
    scores = pd.DataFrame(scores, columns=["model", "target", "method", "source", "score"])
    write_table(folder / "transfer.tsv", transfer)

    for target in target_names:
        part, gain = scores[scores["target"] == target], truth[:, target_names.index(target)]
        gains = {
            source: {"gain": g, "low": g - 2, "high": g + 2, "helps": 1 / (1 + np.exp(-g))}
            for source, g in zip(source_names, gain, strict=True)
        }
        expected = {} if observed else dict.fromkeys(settings, gains)
        table = ranking_table(part, [m for m in method_names if m != "random"], ["recommended"], expected)
        write_table(folder / "rankings" / f"{target}.tsv", table)

    fused = with_fused(scores, ["recommended"])
    evaluation = pd.concat(
        [evaluate(transfer, fused, [1, 3, 5]), ceiling(transfer, [1, 3, 5], "exp-percent", 1)], ignore_index=True
    )
    seconds = {m: 0.0 if i < 2 else float(10 ** draw.uniform(0, 5)) for i, m in enumerate(method_names)}
    costs = pd.DataFrame(
        [
            {"model": setting, "method": m, "needs": NEEDS[i % 5], "cost_seconds": s + 4e4 * (i % 5 > 2),
             "cost_seconds_given_adapters": s}
            for setting in settings for i, (m, s) in enumerate({**seconds, "fused": seconds["recommended"]}.items())
            if not (missing and i == 3)
        ]
    )  # fmt: skip
    write_table(folder / "evaluation.tsv", evaluation)
    bounds = intervals(evaluation, 1000, 0.95, 1)
    write_table(folder / "regret.tsv", summary(evaluation, costs, bounds, list(settings)))
    write_table(folder / "comparison.tsv", comparison(evaluation, 100, 0.95, 1, ["random"]))
    write_table(folder / "targets.tsv", target_noise(transfer, 1))

    like = truth @ draw.normal(0, 1, (targets, 24)) if targets > 1 else draw.normal(0, 1, (sources, 24))
    vectors = np.vstack([like, draw.normal(0, like.std() or 1, (targets, 24))])
    for i, task in enumerate([*source_names, *target_names]):
        write_task(folder, task, TYPES[i % 5] if i < sources else TYPES[(i - sources) % 5], 200 + 137 * i)
        path = folder / "embeddings/sentence" / f"{task}.npz"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, mean=vectors[i])
    if not observed:
        _trained(folder, draw, settings, source_names, target_names, runs, transfer)
    _costs(folder, draw, settings, source_names, target_names, runs, observed, missing)
    return {
        "settings": list(settings),
        "models": list(settings),
        "sources": source_names,
        "targets": target_names,
        "methods": method_names,
        "fused": ["recommended"],
        "seeds": runs,
        "encoder": "sentence",
        "observed": observed,
        "confidence": 0.95,
    }


def _quality(draw: np.random.Generator, sources: int, targets: int) -> np.ndarray:
    """Return the true gains [sources, targets]: a few groups of tasks, and some sources that harm."""
    kinds = draw.normal(0, 2.2, (sources, 3)) @ draw.normal(0, 1, (3, targets))
    return kinds + draw.normal(0.5, 1.5, (sources, 1)) + draw.normal(0, 0.8, (sources, targets))


def write_task(folder: Path, task: str, type_name: str, rows: int) -> None:
    """Write the data of one task: a few rows and ``info.json``."""
    text = f"An invented text of {task}, with a mark-up: <b>bold</b> & more."
    columns = {
        "classification": {"text_a": text, "text_b": None, "label": 1},
        "regression": {"text_a": text, "text_b": "another text", "label": 2.5},
        "multiple_choice": {"context": text, "question": "Which?", "choices": ["this", "that"], "label": 0},
        "extractive_qa": {
            "id": "1",
            "context": text,
            "question": "What?",
            "answer_texts": ["text"],
            "answer_starts": [10],
        },
        "tagging": {"tokens": text.split(), "tags": [0] * len(text.split())},
    }[type_name]
    path = folder / "data" / task
    path.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([columns] * 4), path / "train.parquet")
    labels = {"classification": ["no", "yes <really>"], "tagging": ["O", "B-X"]}.get(type_name)
    write_json(
        path / "info.json",
        {"task": task, "type": type_name, "rows": {"train": rows, "validation": 100}, "labels": labels,
         "fingerprint": task, "rows_before_cap": {"train": rows, "validation": 100},
         "metric": METRICS.get(type_name, "f1"), "words": {"mean": 21.5, "max": 80}, "notes": []},
    )  # fmt: skip


def _trained(folder, draw, settings, sources, targets, runs, transfer) -> None:
    value = transfer.set_index(["model", "target", "source", "seed"])["value"]
    versions = {"intertask": "0.1.0", "torch": "2.13.0", "transformers": "4.57.6", "adapters": "1.3.0"}
    for setting in settings:
        for target in targets:
            for source in ["none", *sources]:
                for run in runs:
                    end, start = value[setting, target, source, run], 20 + 20 * draw.random()
                    dev = end - (end - start) * np.exp(-0.5 * np.arange(1, 9)) + draw.normal(0, 0.5, 8)
                    history = [{"step": 30 * (e + 1), "loss": float(2 * np.exp(-0.3 * e)), "dev": float(d)}
                               for e, d in enumerate(dev) if not np.isnan(d)]  # fmt: skip
                    path = folder / "transfer" / setting / target / source
                    path.mkdir(parents=True, exist_ok=True)
                    write_json(
                        path / f"seed{run}.json",
                        {"target": target, "source": source, "seed": run, "device": "NVIDIA A100-SXM4-40GB",
                         "precision": "bf16", "versions": versions, "training": {"steps": 240, "history": history}},
                    )  # fmt: skip


def _costs(folder, draw, settings, sources, targets, runs, observed, missing) -> None:
    rows = [("data", "", task, "", "", "", 3.0) for task in [*sources, *targets]]
    rows += [("embeddings", "sentence", task, "", "", "", 20 + draw.random()) for task in [*sources, *targets]]
    for setting in settings:
        if not observed:
            rows += [("adapters", setting, "", source, "", "", 3000 * draw.random()) for source in sources]
            rows += [("transfer", setting, target, source, run, "", 900 * draw.random())
                     for target in targets for source in ["none", *sources] for run in runs]  # fmt: skip
        rows += [("scores", setting, target, "", "", "", 4.0) for target in targets]
    columns = ["step", "model", "task", "source", "seed", "method", "seconds"]
    table = pd.DataFrame(rows, columns=columns).assign(
        cpu_seconds=lambda costs: 1.6 * costs["seconds"], max_rss_mb=np.nan if missing else 2300.0
    )
    write_table(folder / "costs.tsv", table)


if __name__ == "__main__":
    write_json(Path(sys.argv[1]) / "recipe.json", write_run(Path(sys.argv[1]), *map(int, sys.argv[2:])))
