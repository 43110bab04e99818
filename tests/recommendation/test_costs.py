"""Job time of a recommendation and of trying every source, from invented benchmarks."""

import json

import pytest

from intertask import recipes
from intertask.config import Task, load_config
from intertask.costs.task_sizes import task_size
from intertask.recommendation.costs import recommendation_costs

#: Rows of train; every text has 10 tokens.
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
def costs(tmp_path):
    def write(name, seconds):
        path = tmp_path / "benchmarks" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\tmax_rss\n{seconds}\t-\n", encoding="utf-8")

    for name, seconds in BENCHMARKS.items():
        write(name, seconds)

    def compute(without=(), methods=("semb",), from_atlas=(), **more):
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
        word_counts = {"mean": (10 - 3) / 1.3, "max": 9}
        infos = {name: {"rows": {"train": n, "validation": 9}, "words": word_counts} for name, n in ROWS.items()}
        sizes = {name: task_size(tasks[name], infos[name]) for name in ROWS}
        recipe = json.loads(recipes.recommendation_recipe(config, "m", tasks, "t"))
        return recommendation_costs(tmp_path, recipe, TRIED, sizes, "s", from_atlas)

    return compute


def test_sums(costs):
    cost = costs()
    assert (cost["ranking"], cost["source_training"], cost["transfers"], cost["total"]) == (6, 30, 25, 61)
    assert (cost["runs"], cost["not_counted"]) == (5, 0)


def test_missing_times_are_estimated_in_proportion_to_tokens(costs):
    everything = costs()["everything"]
    # 0.1 s a row: c takes 40 s; a transfer takes 5 s on average
    assert everything == {
        "source_training": 70,
        "transfers": 8 * 5,
        "total": 110,
        "runs": 8,
        "estimated": 40 + (40 - 25),
    }


def test_measured_times_are_not_estimated(costs):
    assert costs(benchmarks={"adapters/m/c": 7})["everything"]["source_training"] == 37


def test_methods_that_read_adapters_need_all_of_them(costs):
    benchmarks = {"adapters/m/c": 7, "rows/m/t": 3, "features/m/t": 8}
    cost = costs(methods=["logme"], benchmarks=benchmarks)
    assert (cost["ranking"], cost["source_training"]) == (2 + 3 + 8, 37)


def test_jobs_without_a_benchmark_are_counted(costs):
    cost = costs(without=["candidates/m/t/a/seed2", "embeddings/s/a"])
    assert (cost["not_counted"], cost["transfers"], cost["ranking"]) == (2, 19, 5)


def test_sources_of_the_atlas_cost_nothing(costs):
    absent = ["embeddings/s/a", "embeddings/s/b", "embeddings/s/c", "adapters/m/a", "adapters/m/b"]
    cost = costs(without=absent, from_atlas={"a", "b", "c"})
    assert (cost["ranking"], cost["source_training"], cost["transfers"]) == (3, 0, 25)
    assert cost["not_counted"] == 0


def test_nothing_was_measured(costs):
    cost = costs(without=BENCHMARKS)
    everything = cost["everything"]
    assert (cost["total"], cost["not_counted"]) == (0, 12)
    assert (everything["source_training"], everything["transfers"], everything["total"]) == (None, None, None)
