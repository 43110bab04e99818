"""Costs of jobs and methods from benchmark files."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from intertask.costs import measured as costs
from intertask.costs.measured import job_costs, method_costs, method_jobs
from intertask.methods.registry import READS, all_methods
from intertask.tables import COST_COLUMNS, read_table, write_table

RECIPE = {
    "models": ["m"],
    "settings": ["m"],
    "encoders": ["m", "s"],
    "sources": ["a", "b"],
    "targets": ["t"],
    "seeds": [1],
    "methods": ["random", "textemb", "semb"],
    "observed": False,
}


def benchmark(results, path: str, seconds: float, memory: str = "100.0") -> None:
    file = results / "benchmarks" / f"{path}.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"s\th:m:s\tmax_rss\tio_in\tcpu_time\n{seconds}\t0:00:01\t{memory}\t-\t0.07\n")


def scores(results, setting: str, target: str, **seconds: float) -> None:
    file = results / "scores" / setting / f"{target}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"seconds": seconds}))


@pytest.fixture
def results(tmp_path):
    for i, task in enumerate(["a", "b", "t"]):
        benchmark(tmp_path, f"data/{task}", 1)
        benchmark(tmp_path, f"embeddings/m/{task}", 10 + i)
        benchmark(tmp_path, f"embeddings/s/{task}", 20 + i)
    for source in ["none", "a", "b"]:
        benchmark(tmp_path, f"transfer/m/t/{source}/seed1", 50)
    benchmark(tmp_path, "adapters/m/a", 30, memory="-")
    benchmark(tmp_path, "scores/m/t", 2)
    scores(tmp_path, "m", "t", random=0.0, textemb=0.25, semb=0.5)
    return tmp_path


@pytest.fixture
def reading(monkeypatch):
    """Methods named by what they read: ``rows+maps`` reads rows and maps."""
    needs = {"maps": ("adapters", "labels"), "weights": ("adapters", "training"), "history": ("history",)}

    def get(name):
        reads = tuple(name.split("+"))
        return SimpleNamespace(reads=reads, needs=[n for artifact in reads for n in needs.get(artifact, ["texts"])])

    monkeypatch.setattr(costs, "get_method", get)


def test_every_benchmark_is_a_line(results):
    table = job_costs(results, RECIPE)
    assert list(table.columns) == COST_COLUMNS
    counts = table["step"].value_counts().to_dict()
    assert counts == {"data": 3, "embeddings": 6, "transfer": 3, "adapters": 1, "scores": 1, "method": 3}
    assert table.loc[table["step"] == "transfer", "seconds"].sum() == 150
    assert list(table.loc[table["step"] == "transfer", "seed"]) == [1, 1, 1]


def test_lost_benchmark_has_no_line_and_is_no_error(results):
    (results / "benchmarks/data/a.tsv").unlink()
    assert (job_costs(results, RECIPE)["step"] == "data").sum() == 2


def test_cpu_time_and_memory_are_measured_by_the_launcher_if_it_ran_the_job(results):
    adapter = results / "benchmarks/adapters/m/a"
    table = job_costs(results, RECIPE).set_index("step")
    assert pd.isna(table.loc["adapters", "max_rss_mb"])
    adapter.with_suffix(".json").write_text(json.dumps({"seconds": 29.5, "cpu_seconds": 41.5, "max_rss_mb": 612.5}))
    table = job_costs(results, RECIPE).set_index("step")
    assert table.loc["adapters", "max_rss_mb"] == 612.5
    assert table.loc["adapters", "cpu_seconds"] == 41.5
    assert table.loc["data", "cpu_seconds"].eq(0.07).all()
    adapter.with_suffix(".json").write_text(json.dumps({"max_rss_mb": 612.5}))  # as earlier versions wrote it
    assert pd.isna(job_costs(results, RECIPE).set_index("step").loc["adapters", "cpu_seconds"])
    assert table.loc["adapters", "seconds"] == 30


def test_cost_of_a_method_is_its_embeddings_and_its_own_time(results, tmp_path):
    write_table(tmp_path / "costs.tsv", job_costs(results, RECIPE))
    for table in (job_costs(results, RECIPE), read_table(tmp_path / "costs.tsv")):
        lines = method_costs(table, RECIPE, ["textemb", "semb"], "s").set_index("method")
        seconds = lines["cost_seconds"]
        assert seconds["random"] == 0
        assert seconds["textemb"] == pytest.approx(33.2, abs=0.06)  # 10 + 11 + 12 and a quarter
        assert seconds["semb"] == 63.5
        assert seconds["fused"] == pytest.approx(96.8, abs=0.06)
        assert (lines["cost_seconds_given_adapters"] == seconds).all()
        assert lines["needs"].to_dict() == {"random": "nothing", "textemb": "data", "semb": "data", "fused": "data"}


def test_cost_is_empty_where_a_benchmark_is_lost(results):
    (results / "benchmarks/embeddings/m/a.tsv").unlink()
    lines = method_costs(job_costs(results, RECIPE), RECIPE, ["textemb", "semb"], "s").set_index("method")
    assert np.isnan(lines.loc["textemb", "cost_seconds"])
    assert np.isnan(lines.loc["fused", "cost_seconds"])
    assert lines.loc["semb", "cost_seconds"] == 63.5


#: Two targets, one of which is a source as well.
GRID = {**RECIPE, "sources": ["a", "b", "t"], "targets": ["t", "u"]}


@pytest.mark.parametrize(
    ("reads", "expected"),
    [
        ("base", {"embeddings/m/a", "embeddings/m/b", "embeddings/m/t", "embeddings/m/u"}),
        ("sentence", {"embeddings/s/a", "embeddings/s/b", "embeddings/s/t", "embeddings/s/u"}),
        ("rows", {"rows/m/t", "rows/m/u"}),
        (
            "features",
            {"rows/m/t", "rows/m/u", "features/m/t", "features/m/u", "adapters/m/a", "adapters/m/b", "adapters/m/t"},
        ),
        (
            "maps",
            {
                *("rows/m/t", "rows/m/u", "maps/m/a", "maps/m/b", "maps/m/t"),
                *("adapters/m/a", "adapters/m/b", "adapters/m/t"),
            },
        ),
        (
            "gradients",
            {f"{step}/m/{task}" for step in ("gradients", "adapters") for task in "abtu"},
        ),
        ("fewshot_gradients", {f"fewshot_gradients/m/{task}" for task in "abtu"}),
        ("weights", {f"adapters/m/{task}" for task in "abtu"}),
        ("fewshot", {"fewshot/m/t", "fewshot/m/u", "adapters/m/a", "adapters/m/b", "adapters/m/t"}),
        ("history", set()),
    ],
)
def test_jobs_of_each_artifact(reading, reads, expected):
    jobs = method_jobs(reads, "m", GRID, "s")
    found = {job.benchmark.removesuffix(".tsv") for job in jobs if job.step != "method"}
    assert found == expected
    assert [job.task for job in jobs if job.step == "method"] == ["t", "u"]


def test_every_artifact_that_a_method_may_read_was_tested():
    tested = {case[0] for case in test_jobs_of_each_artifact.pytestmark[0].args[1]}
    assert tested == set(READS)


def test_every_registered_method_has_jobs_and_words():
    for name in all_methods():
        recipe = {**GRID, "methods": [name]}
        line = method_costs(pd.DataFrame(columns=COST_COLUMNS), recipe, [name], "s").set_index("method").loc[name]
        assert line["needs"]


def test_a_target_that_is_the_only_one_pays_no_map_of_itself(reading):
    jobs = method_jobs("maps", "m", {**GRID, "targets": ["t"]}, "s")
    assert {job.source for job in jobs if job.step == "maps"} == {"a", "b"}


def test_costs_with_and_without_adapters(reading, tmp_path):
    recipe = {**RECIPE, "methods": ["maps", "weights", "history"]}
    for path, seconds in {
        "rows/m/t": 1,
        "maps/m/a": 2,
        "maps/m/b": 4,
        "adapters/m/a": 100,
        "adapters/m/b": 200,
    }.items():
        benchmark(tmp_path, path, seconds)
    benchmark(tmp_path, "adapters/m/t", 400)
    scores(tmp_path, "m", "t", maps=0.5, weights=0.25, history=0.125)
    table = job_costs(tmp_path, recipe)
    # The adapter of the target, which no transfer needs, is a job of the method that reads it.
    assert set(table.loc[table["step"] == "adapters", "source"]) == {"a", "b", "t"}
    lines = method_costs(table, recipe, ["maps", "weights"], "s").set_index("method")
    assert lines.loc["maps", "cost_seconds"] == 307.5
    assert lines.loc["maps", "cost_seconds_given_adapters"] == 7.5
    assert lines.loc["weights", "cost_seconds"] == pytest.approx(700.2, abs=0.06)
    assert lines.loc["history", "cost_seconds"] == pytest.approx(0.1, abs=0.03)
    assert lines.loc["fused", "cost_seconds"] == pytest.approx(707.8, abs=0.06)  # shared adapters once
    assert lines["needs"].to_dict() == {
        **{"maps": "data, adapters", "weights": "adapters, training", "history": "history", "random": "nothing"},
        "fused": "data, adapters, training",
    }


def test_imported_settings_use_the_first_model(results):
    """With imported transfers no adapter and no transfer is a job, and scores are stored under the setting."""
    recipe = {**RECIPE, "settings": ["roberta", "t5"], "observed": True}
    for setting in recipe["settings"]:
        benchmark(results, f"scores/{setting}/t", 3)
        scores(results, setting, "t", random=0.0, textemb=1.0, semb=2.0)
    table = job_costs(results, recipe)
    assert set(table["step"]) == {"data", "embeddings", "scores", "method"}
    assert set(table.loc[table["step"] == "scores", "model"]) == {"roberta", "t5"}
    lines = method_costs(table, recipe, ["textemb"], "s").set_index(["model", "method"])
    assert lines.loc[("roberta", "textemb"), "cost_seconds"] == 34
    assert lines.loc[("t5", "semb"), "cost_seconds"] == 65
