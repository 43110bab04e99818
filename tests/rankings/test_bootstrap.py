"""Bootstrap over targets: against every possible draw, and paired between methods and settings."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from intertask.rankings.bootstrap import _percentiles, comparison, intervals
from intertask.rankings.evaluation import MEAN, evaluation_table

NAN = float("nan")
DRAWS = 20_000


def table(values: dict, metric=("regret", 1), model="m") -> pd.DataFrame:
    """{method: [value per target]} as an evaluation."""
    return evaluation_table(
        [(model, method, f"t{i}", *metric, v) for method, per in values.items() for i, v in enumerate(per)]
    )


def ends(frame, method, model="m", against=None):
    rows = frame[(frame["method"] == method) & (frame["model"] == model)]
    if against is not None:
        rows = rows[rows["against"] == against]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_percentiles_of_every_possible_draw(confidence):
    values = [1.0, 2.0, 4.0, 9.0, 30.0]
    every = [np.mean(draw) for draw in product(values, repeat=5)]
    line = ends(intervals(table({"a": values}), DRAWS, confidence, 1), "a")
    tail = 100 * (1 - confidence) / 2
    assert line["low"] == pytest.approx(np.percentile(every, tail), abs=0.35)
    assert line["high"] == pytest.approx(np.percentile(every, 100 - tail), abs=0.35)


def test_percentiles_are_numpys_and_undefined_draws_are_left_out():
    drawn = np.random.default_rng(0).normal(size=(400, 3))
    drawn[:5, 1] = drawn[:, 2] = np.nan
    low, high = _percentiles(drawn, 0.9)
    np.testing.assert_allclose(low, [np.percentile(drawn[:, 0], 5), np.nanpercentile(drawn[:, 1], 5), NAN], rtol=1e-12)
    np.testing.assert_allclose(
        high, [np.percentile(drawn[:, 0], 95), np.nanpercentile(drawn[:, 1], 95), NAN], rtol=1e-12
    )


def test_equal_targets_have_no_width():
    line = ends(intervals(table({"a": [3.0, 3.0, 3.0]}, ("ndcg", None)), 100, 0.95, 1), "a")
    assert (line["metric"], line["low"], line["high"]) == ("ndcg", 3, 3)


def test_only_regret_and_ndcg():
    evaluation = pd.concat([table({"a": [1.0, 2.0]}, metric) for metric in (("regret", 3), ("coverage", None))])
    assert set(intervals(evaluation, 100, 0.95, 1)["metric"]) == {"regret@3"}


def test_one_target_has_no_interval():
    lines = intervals(table({"a": [1.0], "b": [2.0]}), 100, 0.95, 1)
    assert lines[["low", "high"]].isna().all(axis=None)
    line = comparison(table({"a": [1.0], "b": [2.0]}), 100, 0.95, 1, ["b"]).iloc[0]
    assert (line["difference"], line["targets"]) == (-1, 1)
    assert np.isnan(line["low"])


def test_undefined_targets_are_left_out():
    with_hole = intervals(table({"a": [1.0, NAN, 5.0]}), DRAWS, 0.95, 1)
    line = ends(with_hole, "a")
    assert (line["low"], line["high"]) == (1, 5)  # one of two targets alone is drawn often enough
    assert intervals(table({"a": [NAN, NAN]}), 100, 0.95, 1)[["low", "high"]].isna().all(axis=None)


def test_differences_are_paired():
    values = [1.0, 20.0, 5.0, 60.0]
    evaluation = table({"random": values, "better": [v - 2 for v in values]})
    line = ends(comparison(evaluation, 1000, 0.95, 1, ["random"]), "better", against="random")
    # Each mean is uncertain by tens, but their difference is certain.
    assert (line["difference"], line["targets"]) == (-2, 4)
    assert line["low"] == pytest.approx(-2)
    assert line["high"] == pytest.approx(-2)
    own = ends(intervals(evaluation, 1000, 0.95, 1), "better")
    assert own["high"] - own["low"] > 20


def test_difference_against_every_possible_draw():
    a, b = np.array([1.0, 8.0, 3.0, 6.0]), np.array([2.0, 2.0, 9.0, 5.0])
    every = [np.mean([(a - b)[i] for i in draw]) for draw in product(range(4), repeat=4)]
    line = ends(comparison(table({"a": a, "b": b}), DRAWS, 0.9, 1, ["b"]), "a", against="b")
    assert line["low"] == pytest.approx(np.percentile(every, 5), abs=0.3)
    assert line["high"] == pytest.approx(np.percentile(every, 95), abs=0.3)


def test_settings_of_a_target_are_drawn_together():
    """If one setting mirrors the other, their mean is the same for every draw."""
    values = np.array([1.0, 20.0, 5.0, 60.0])
    evaluation = pd.concat([table({"a": values}, model="m"), table({"a": 100 - values}, model="n")])
    lines = intervals(evaluation, 1000, 0.95, 1)
    mean = ends(lines, "a", MEAN)
    assert mean["low"] == pytest.approx(50)
    assert mean["high"] == pytest.approx(50)
    assert ends(lines, "a", "m")["high"] > 30


def test_mean_over_settings_of_the_methods_that_all_have():
    evaluation = pd.concat([table({"a": [1.0, 3.0], "b": [0.0, 0.0]}), table({"a": [5.0, 7.0]}, model="n")])
    lines = intervals(evaluation, 200, 0.95, 1)
    assert set(lines.loc[lines["model"] == MEAN, "method"]) == {"a"}
    assert ends(lines, "a", MEAN)[["low", "high"]].tolist() == [3, 5]


def test_compared_with_the_named_and_the_best_by_regret_at_3():
    values = {"random": [9.0, 9], "a": [1.0, 3], "b": [4.0, 0], "c": [5.0, 5], "ceiling": [0.0, 0]}
    evaluation = pd.concat([table(values, ("regret", 1)), table({**values, "a": [1.0, 2]}, ("regret", 3))])
    lines = comparison(evaluation, 100, 0.95, 1, ["random", "fused"])
    assert set(lines["against"]) == {"random", "a"}  # no fused here; a and b tie in regret@1, a is best in regret@3
    assert set(lines["method"]) == {"random", "a", "b", "c"}  # the ceiling is judged by other scores
    regret1 = lines[lines["metric"] == "regret@1"]
    assert ends(regret1, "c", against="random")["difference"] == -4
    assert ends(regret1, "b", against="a")["difference"] == 0


def test_a_tie_for_the_best_method_is_broken_as_in_the_tables():
    same = [1.0, 3.0]
    metrics = {
        ("regret", 3): {"a": same, "b": same, "c": same},
        ("regret", 1): {"a": [5.0, 5.0], "b": [4.0, 4.0], "c": [4.0, 4.0]},
        ("ndcg", None): {"a": [0.9, 0.9], "b": [0.5, 0.6], "c": [0.6, 0.6]},
    }
    evaluation = pd.concat([table(values, metric) for metric, values in metrics.items()])
    assert set(comparison(evaluation, 100, 0.95, 1, [])["against"]) == {"c"}


def test_same_seed_same_intervals():
    evaluation = table({"a": [1.0, 20.0, 5.0, 60.0]})
    first = intervals(evaluation, 300, 0.95, 1)
    pd.testing.assert_frame_equal(first, intervals(evaluation, 300, 0.95, 1))
    assert not first.equals(intervals(evaluation, 300, 0.95, 2))
