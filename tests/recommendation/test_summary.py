"""Reading the runs of a recommendation, and summarizing them, on invented results."""

import pytest

from intertask.errors import IntertaskError
from intertask.files import read_json, write_json
from intertask.recommendation.summary import read_runs, split_scores, summarize

RECIPE = {"target": "t", "setting": "m+", "base": "m", "seeds": [1, 2], "confidence": 0.95, "adapter": "lora"}
RECIPE |= {"when_unclear": "none"}
RECIPE |= {"sources": ["a", "b", "c"]}
INFO = {"task": "t", "type": "tagging", "fingerprint": "rows"}
#: Source -> (score on held-out rows, on validation) with each seed.
SCORES = {"none": [(50, 52), (54, 52)], "b": [(70, 60), (66, 58)], "a": [(90, 10)]}


@pytest.fixture
def results(tmp_path):
    write_json(tmp_path / "data/t/info.json", INFO)
    for source in "ab":
        write_json(tmp_path / f"adapters/m/{source}/metrics.json", {"fingerprint": f"adapter {source}"})
    for source, values in SCORES.items():
        for seed, (dev, validation) in enumerate(values, 1):
            result = {"source": source, "seed": seed, "metric": "f1", "dev_value": dev, "value": validation}
            result["rows"] = {"train": 8, "dev": 2, "validation": 5}
            result["made_from"] = {"data": "rows", "adapter": None if source == "none" else f"adapter {source}"}
            write_json(tmp_path / f"candidates/m+/t/{source}/seed{seed}/result.json", result)
    return tmp_path


ROUNDS = [["none", "b", "a"], ["none", "b"]]


def test_each_round_is_for_one_seed(results):
    runs = read_runs(results, RECIPE, ROUNDS)
    assert {source: list(by_seed) for source, by_seed in runs.items()} == {"none": [1, 2], "b": [1, 2], "a": [1]}
    assert split_scores(runs, "validation") == {"none": {1: 52, 2: 52}, "b": {1: 60, 2: 58}, "a": {1: 10}}


def test_one_round_is_for_all_seeds(results):
    runs = read_runs(results, RECIPE, [["none", "b"]])
    assert {source: list(by_seed) for source, by_seed in runs.items()} == {"none": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize("changed, part", [("data/t/info.json", "data"), ("adapters/m/b/metrics.json", "adapter")])
def test_runs_of_other_data_or_adapters_are_refused(results, changed, part):
    write_json(results / changed, INFO | {"fingerprint": "changed"})
    with pytest.raises(IntertaskError, match=f"out of date: the {part} changed"):
        read_runs(results, RECIPE, ROUNDS)


def test_a_source_with_all_seeds_is_chosen(results):
    summary = summarize(read_runs(results, RECIPE, ROUNDS), RECIPE, "results/recommend/t")
    # a leads on its only seed, but was dropped
    assert (summary["compared"], summary["pool"], summary["metric"]) == ("b", 3, "f1")
    assert summary["gain"]["dev"]["mean"] == pytest.approx((20 + 12) / 2)
    assert summary["gain"]["validation"]["mean"] == pytest.approx((8 + 6) / 2)
    none, b, a = summary["candidates"]
    assert (none["rank"], b["rank"], a["rank"]) == (None, 1, 2)
    assert (none["dropped_after"], a["dropped_after"]) == (None, 1)
    assert b["dev"] == {"1": 70, "2": 66} and b["validation_mean"] == 59


def test_without_a_helpful_source_the_best_is_compared(results):
    for seed in (1, 2):
        path = results / f"candidates/m+/t/b/seed{seed}/result.json"
        result = {"source": "b", "seed": seed, "metric": "f1", "dev_value": 1, "value": 1, "rows": {}}
        write_json(path, result | {"made_from": {"data": "rows", "adapter": "adapter b"}})
    summary = summarize(read_runs(results, RECIPE, ROUNDS), RECIPE, "folder")
    assert (summary["chosen"], summary["helps"], summary["compared"]) == ("none", "no", "b")


@pytest.mark.parametrize(
    "validation, when_unclear, chosen, helps",
    [
        ([60, 60.5], "none", "b", "yes"),
        ([60, 60.5], "best", "b", "yes"),
        ([60, 40], "none", "none", "unclear"),  # the interval includes 0
        ([60, 40], "best", "b", "unclear"),
        ([52, 52], "none", "none", "unclear"),  # a tie: the interval is 0 to 0
        ([40, 40], "none", "none", "unclear"),  # the interval lies below 0
        ([40, 40], "best", "b", "unclear"),
    ],
)
def test_what_is_exported_follows_the_evidence(results, validation, when_unclear, chosen, helps):
    for seed, value in enumerate(validation, 1):
        path = results / f"candidates/m+/t/b/seed{seed}/result.json"
        write_json(path, read_json(path) | {"value": value})
    recipe = RECIPE | {"when_unclear": when_unclear}
    summary = summarize(read_runs(results, recipe, ROUNDS), recipe, "folder")
    assert (summary["chosen"], summary["helps"], summary["compared"]) == (chosen, helps, "b")
    assert summary["seed"] == 2  # the largest lead over the runs with the same seed, for b and for none
