"""Noise ceiling and variance of targets, against plain loops over every split and textbook formulas."""

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from paths import SHARED
from scipy import stats

from intertask.rankings import metrics
from intertask.rankings.evaluation import evaluate, summary
from intertask.rankings.noise import SPLITS, ceiling, halves, target_noise
from intertask.tables import read_table

NAN = float("nan")
TASKWEB = SHARED / "reference" / "taskweb_transfer.tsv.gz"


def transfers(values: dict, target="t", model="m") -> pd.DataFrame:
    """{source: {seed: value}} as a transfer table."""
    rows = [(model, target, s, seed, "accuracy", v) for s, runs in values.items() for seed, v in runs.items()]
    return pd.DataFrame(rows, columns=["model", "target", "source", "seed", "metric", "value"])


def value(table, metric, k=None) -> float:
    rows = table[(table["metric"] == metric) & (True if k is None else table["k"] == k)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def drawn(sources: str, seeds, seed=0) -> dict:
    draw = np.random.default_rng(seed)
    return {s: {n: float(draw.normal(60 + 2 * i, 4)) for n in seeds} for i, s in enumerate(sources)}


def test_two_seeds_by_hand():
    # Seed 1 ranks a first, seed 2 ranks b first: each choice is evaluated on the other seed.
    table = ceiling(transfers({"a": {1: 80.0, 2: 60.0}, "b": {1: 70.0, 2: 75.0}, "none": {1: 65.0, 2: 72.0}}), [1])
    by_seed_1 = (75 - 60) / 75 * 100
    by_seed_2 = (80 - 70) / 80 * 100
    assert value(table, "regret", 1) == pytest.approx((by_seed_1 + by_seed_2) / 2)
    assert value(table, "spearman") == -1
    assert value(table, "beats_none") == 0.5  # 60 < 72 in seed 2, 70 > 65 in seed 1
    assert value(table, "coverage") == 1
    assert set(table["method"]) == {"ceiling"}


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_mean_over_every_split(count):
    seeds = range(10, 10 + count)
    runs = drawn("abcd", seeds, count)
    found = {"ndcg": [], 1: [], 2: []}
    for half in combinations(seeds, count // 2):  # of an odd number the smaller half ranks
        predicted = [np.mean([runs[s][n] for n in half]) for s in "abcd"]
        true = [np.mean([runs[s][n] for n in seeds if n not in half]) for s in "abcd"]
        found["ndcg"].append(metrics.ndcg(true, predicted))
        for k in (1, 2):
            found[k].append(metrics.regret(true, predicted, k))
    table = ceiling(transfers(runs), [1, 2])
    assert value(table, "ndcg") == pytest.approx(np.mean(found["ndcg"]))
    for k in (1, 2):
        assert value(table, "regret", k) == pytest.approx(np.mean(found[k]))


def test_without_noise_the_ceiling_is_perfect():
    table = ceiling(transfers({s: dict.fromkeys(range(6), 50.0 + i) for i, s in enumerate("abc")}), [1])
    assert value(table, "regret", 1) == 0
    assert value(table, "ndcg") == 1


def test_a_source_with_a_single_run_leaves_the_ceiling_undefined():
    table = ceiling(transfers(drawn("abc", [1, 2]) | {"d": {1: 50.0}}), [1, 3])
    assert table["value"].isna().all()
    assert list(table["metric"]) == ["ndcg", "regret", "regret", "spearman", "beats_none", "coverage"]


def test_other_seeds_of_one_source_are_halved_by_themselves():
    runs = {"a": {1: 1.0, 2: 2.0, 3: 3.0, 4: 4.0}, "b": {1: 5.0, 2: 6.0, 7: 7.0}, "none": {1: 8.0}}
    splits = list(halves(runs, ["a", "b"], np.random.default_rng(0)))
    assert len(splits) == SPLITS
    for ranks, judges in splits:
        assert [len(ranks[s]) for s in ("a", "b", "none")] == [2, 1, 0]
        for source, values in runs.items():
            assert sorted(ranks[source] + judges[source]) == sorted(values.values())
    matched = np.mean([(1.0 in ranks["a"]) == (5.0 in ranks["b"]) for ranks, _ in splits])
    assert matched > 0.6  # by seed where there is a choice; 0.5 if drawn apart


def test_more_than_a_hundred_splits_are_drawn_the_same_way_each_time():
    runs = transfers(drawn("abcd", range(12)))
    first = ceiling(runs, [1], seed=1)
    pd.testing.assert_frame_equal(first, ceiling(runs.sample(frac=1, random_state=0), [1], seed=1))
    assert value(first, "ndcg") != value(ceiling(runs, [1], seed=2), "ndcg")


def test_numbers_do_not_depend_on_other_targets():
    runs = transfers(drawn("abcd", range(12)))
    both = pd.concat([transfers(drawn("abcd", range(12), 5), target="a_new_one"), runs])
    table = ceiling(both, [1])
    pd.testing.assert_frame_equal(table[table["target"] == "t"].reset_index(drop=True), ceiling(runs, [1]))


def test_a_failed_run_counts_as_zero_in_its_half():
    table = ceiling(transfers({"a": {1: NAN, 2: 60.0}, "b": {1: 50.0, 2: 40.0}}), [1])
    # Seed 1: a has no score and ranks last; b is evaluated on seed 2: 40 of 60. Seed 2 takes a: 0 of 50 in seed 1.
    assert value(table, "regret", 1) == pytest.approx((100 / 3 + 100) / 2)


def test_variance_by_hand():
    runs = {"a": {1: 60.0, 2: 62.0}, "b": {1: 70.0, 2: 74.0}, "none": {1: 1.0, 2: 2.0}}
    line = target_noise(transfers(runs)).iloc[0]
    assert (line["sources"], line["fewest_seeds"], line["most_seeds"]) == (2, 2, 2)
    assert (line["best"], line["best_score"], line["none"]) == ("b", 72, 1.5)
    assert line["between_sd"] == pytest.approx(np.std([61, 72], ddof=1))
    noise = (2 + 8) / 2 / 2  # pooled variance of the runs, 5, of a mean of two
    assert line["noise_sd"] == pytest.approx(noise**0.5)
    assert line["reliability"] == pytest.approx(1 - noise / 60.5)


def test_p_value_is_that_of_all_reassignments():
    runs = {"a": {1: 60.0, 2: 63.0}, "b": {1: 64.0, 2: 61.0}, "c": {1: 70.0, 2: 66.0}}
    values = [v for source in runs.values() for v in source.values()]
    spread = [np.var([np.mean(order[i : i + 2]) for i in (0, 2, 4)]) for order in permutations(values)]
    exact = np.mean(np.array(spread) >= spread[0] - 1e-9)
    assert target_noise(transfers(runs)).loc[0, "p_value"] == pytest.approx(exact, abs=0.05)


def test_p_value_is_near_that_of_the_f_test():
    for seed in range(3):
        runs = drawn("abcdef", range(5), seed)
        expected = stats.f_oneway(*[list(v.values()) for v in runs.values()]).pvalue
        assert target_noise(transfers(runs)).loc[0, "p_value"] == pytest.approx(expected, abs=0.04)


def test_noise_alone_is_above_noise_in_about_one_of_twenty():
    draw = np.random.default_rng(0)
    tables = [
        transfers({s: dict(enumerate(draw.normal(60, 3, 4))) for s in "abcdefgh"}, target=f"t{i}") for i in range(60)
    ]
    table = target_noise(pd.concat(tables))
    assert (table["above_noise"] == "yes").mean() < 0.15
    assert 0 < table["reliability"].mean() < 0.4


def test_variance_without_seeds_or_without_variance():
    line = target_noise(transfers({"a": {1: 60.0}, "b": {1: 70.0}})).iloc[0]
    assert line[["noise_sd", "reliability", "p_value", "above_noise"]].isna().all()
    assert line["between_sd"] == pytest.approx(np.std([60, 70], ddof=1))
    line = target_noise(transfers({"a": {1: 63.5, 2: 63.5}, "b": {1: 63.5, 2: 63.5}})).iloc[0]
    assert (line["reliability"], line["p_value"], line["above_noise"]) == (0, 1, "no")


def test_unequal_numbers_of_seeds():
    runs = {"a": {1: 60.0, 2: 62.0, 3: 64.0}, "b": {1: 70.0}}
    line = target_noise(transfers(runs)).iloc[0]
    assert line["noise_sd"] == pytest.approx((4 * (1 / 3 + 1) / 2) ** 0.5)
    assert (line["fewest_seeds"], line["most_seeds"]) == (1, 3)


def test_published_ceiling():
    """TaskWeb, RoBERTa-base, 4 against 4 seeds, computed split by split without the package."""
    if not TASKWEB.exists():
        pytest.skip("no ../shared/reference/taskweb_transfer.tsv.gz")
    runs = read_table(TASKWEB)
    runs = runs[(runs["setting"] == "roberta") & (runs["source"] != runs["target"]) & (runs["source"] != "sst2")]
    runs = runs.assign(value=runs["value"] * 100).rename(columns={"setting": "model"})
    expected = {"ndcg": [], "regret@1": []}
    for _, group in runs.groupby("target"):
        grid = group.pivot(index="seed", columns="source", values="value").to_numpy()
        ndcg, regret = [], []
        for half in combinations(range(8), 4):
            predicted, true = grid[list(half)].mean(0), grid[[i for i in range(8) if i not in half]].mean(0)
            gain, discount = 2**true - 1, 1 / np.log2(np.arange(2, len(true) + 2))
            order = np.argsort(-predicted)
            ndcg.append(gain[order] @ discount / (np.sort(gain)[::-1] @ discount))
            regret.append(100 * (1 - true[order[0]] / true.max()))
        expected["ndcg"].append(np.mean(ndcg))
        expected["regret@1"].append(np.mean(regret))
    table = ceiling(runs, [1])
    # argsort takes one order of tied sources, and the package their mean; such ties are rare.
    for metric, k in (("ndcg", None), ("regret", 1)):
        found = table[table["metric"] == metric]["value"].mean()
        assert found == pytest.approx(np.mean(expected["ndcg" if k is None else "regret@1"]), rel=0.02)
    scores = runs[["model", "target", "source"]].drop_duplicates().assign(method="one", score=0.0)
    both = pd.concat([evaluate(runs, scores, [1]), table], ignore_index=True)
    costs = pd.DataFrame({"model": ["roberta"], "method": ["one"], "cost_seconds": [0.0]})
    assert summary(both, costs)["method"].iloc[0] == "ceiling"
