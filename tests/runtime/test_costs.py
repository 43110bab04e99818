"""From benchmark files to what a method costs."""

import json

import pandas as pd
import pytest

from intertask.runtime.costs import COLUMNS, job_costs, method_costs

RECIPE = {"models": ["m"], "encoders": ["m", "s"], "sources": ["a", "b"], "targets": ["t"], "seeds": [1]}


def benchmark(results, path: str, seconds: float, memory: str = "100.0") -> None:
    file = results / "benchmarks" / f"{path}.tsv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"s\th:m:s\tmax_rss\tio_in\n{seconds}\t0:00:01\t{memory}\t-\n")


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
    (tmp_path / "scores/m").mkdir(parents=True)
    seconds = {"random": 0.0, "textemb": 0.25, "semb": 0.5}
    (tmp_path / "scores/m/t.json").write_text(json.dumps({"seconds": seconds}))
    return tmp_path


def test_every_benchmark_is_a_line(results):
    table = job_costs(results, RECIPE)
    assert list(table.columns) == COLUMNS
    counts = table["step"].value_counts().to_dict()
    assert counts == {"data": 3, "embeddings": 6, "transfer": 3, "adapters": 1, "scores": 1, "method": 3}
    assert table.loc[table["step"] == "transfer", "seconds"].sum() == 150


def test_lost_benchmark_has_no_line_and_is_no_error(results):
    (results / "benchmarks/data/a.tsv").unlink()
    assert (job_costs(results, RECIPE)["step"] == "data").sum() == 2


def test_memory_is_the_launchers_where_it_is_known(results):
    adapter = results / "benchmarks/adapters/m/a"
    table = job_costs(results, RECIPE).set_index("step")
    assert pd.isna(table.loc["adapters", "max_rss_mb"])
    adapter.with_suffix(".json").write_text(json.dumps({"seconds": 29.5, "max_rss_mb": 612.5}))
    table = job_costs(results, RECIPE).set_index("step")
    assert table.loc["adapters", "max_rss_mb"] == 612.5
    assert table.loc["adapters", "seconds"] == 30


def test_cost_of_a_method_is_its_embeddings_and_its_own_time(results):
    costs = method_costs(job_costs(results, RECIPE), ["m"], ["random", "textemb", "semb"], ["textemb", "semb"], "s")
    seconds = costs.set_index("method")["cost_seconds"]
    assert seconds["random"] == 0
    assert seconds["textemb"] == pytest.approx(33.2, abs=0.06)  # 10 + 11 + 12 and a quarter
    assert seconds["semb"] == 63.5
    assert seconds["fused"] == pytest.approx(96.8, abs=0.06)
