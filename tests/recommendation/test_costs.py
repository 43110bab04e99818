"""What a recommendation took and what everything would have, from invented benchmarks."""

import json

import pytest

from intertask import recipes
from intertask.config import Task, load_config
from intertask.costs.task_sizes import task_size
from intertask.recommendation.costs import recommendation_costs

#: Rows of train; every text has 10 sub-words.
ROWS = {"a": 100, "b": 200, "c": 400, "t": 50}
BENCHMARKS = {
    "scores/m/t": 2,
    "embeddings/s/a": 1,
    "embeddings/s/b": 1,
    "embeddings/s/c": 1,
    "embeddings/s/t": 1,
    "adapters/m/a": 10,
    "adapters/m/b": 20,
    "candidates/m/t/none/seed1": 4,
    "candidates/m/t/none/seed2": 4,
    "candidates/m/t/a/seed1": 6,
    "candidates/m/t/a/seed2": 6,
    "candidates/m/t/b/seed1": 5,
}
TRIED = {"none": [1, 2], "a": [1, 2], "b": [1]}


@pytest.fixture
def found(tmp_path):
    def write(name, seconds):
        path = tmp_path / "benchmarks" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\tmax_rss\n{seconds}\t-\n", encoding="utf-8")

    for name, seconds in BENCHMARKS.items():
        write(name, seconds)

    def compute(without=(), methods=("semb",), **more):
        for name in without:
            (tmp_path / "benchmarks" / f"{name}.tsv").unlink()
        for name, seconds in more.pop("benchmarks", {}).items():
            write(name, seconds)
        config = load_config(
            {
                "sources": ["a", "b", "c"],
                "targets": ["t"],
                "seeds": [1, 2],
                "models": {"m": "bundled"},
                "sentence_encoder": {"s": "bundled"},
                "methods": list(methods),
                "rank_fusion": list(methods),
                "training": {"source": {"patience": 0, "epochs": 1}},
            }
        )
        data = {"files": {"train": ["x.csv"]}}
        tasks = {name: Task(name=name, type="classification", data=data) for name in ROWS}
        words = {"mean": (10 - 3) / 1.3, "max": 9}
        infos = {name: {"rows": {"train": n, "validation": 9}, "words": words} for name, n in ROWS.items()}
        sizes = {name: task_size(tasks[name], infos[name]) for name in ROWS}
        recipe = json.loads(recipes.recommendation_recipe(config, "m", tasks, "t"))
        return recommendation_costs(tmp_path, recipe, TRIED, sizes, "s")

    return compute


def test_sums(found):
    cost = found()
    assert (cost["ranking"], cost["source_training"], cost["transfers"], cost["total"]) == (6, 30, 25, 61)
    assert (cost["runs"], cost["not_counted"]) == (5, 0)


def test_everything_is_measured_or_in_proportion(found):
    everything = found()["everything"]
    # 0.1 s a row: c takes 40 s; a transfer takes 5 s in the mean
    assert everything == {
        "source_training": 70,
        "transfers": 8 * 5,
        "total": 110,
        "runs": 8,
        "estimated": 40 + (40 - 25),
    }


def test_nothing_is_estimated_that_was_measured(found):
    assert found(benchmarks={"adapters/m/c": 7})["everything"]["source_training"] == 37


def test_methods_that_read_adapters_need_all_of_them(found):
    benchmarks = {"adapters/m/c": 7, "rows/m/t": 3, "features/m/t": 8}
    cost = found(methods=["logme"], benchmarks=benchmarks)
    assert (cost["ranking"], cost["source_training"]) == (2 + 3 + 8, 37)


def test_lost_benchmarks_are_said(found):
    cost = found(without=["candidates/m/t/a/seed2", "embeddings/s/a"])
    assert (cost["not_counted"], cost["transfers"], cost["ranking"]) == (2, 19, 5)


def test_nothing_known(found):
    cost = found(without=BENCHMARKS)
    everything = cost["everything"]
    assert (cost["total"], cost["not_counted"]) == (0, 12)
    assert (everything["source_training"], everything["transfers"], everything["total"]) == (None, None, None)
