"""Which sources stay, which one is chosen, and what it gains, on invented numbers."""

import math

import numpy as np
import pytest
from scipy import stats

from intertask.recommendation import choice


def test_lower_half_is_dropped_if_it_is_clearly_worse():
    # best 80 on 100 rows: s = 4; the better 2 of 4 sources always stay
    scores = {"none": [50.0], "a": [80.0], "b": [60.0], "c": [77.0], "d": [70.0]}
    assert choice.survivors(scores, 100) == ["none", "a", "c"]


def test_lower_half_stays_if_it_is_close():
    scores = {"none": [50.0], "a": [80.0], "b": [78.0], "c": [76.5], "d": [75.9]}
    assert choice.survivors(scores, 100) == ["none", "a", "b", "c"]
    assert choice.survivors(scores, 25) == list(scores)  # s = 8: none is clearly worse


def test_upper_half_stays_even_if_it_is_far_behind():
    scores = {"none": [90.0], "a": [20.0], "b": [10.0], "c": [5.0]}
    assert choice.survivors(scores, 1000) == ["none", "a", "b"]
    assert choice.survivors({"none": [90.0], "a": [20.0]}, 1000) == ["none", "a"]


def test_none_is_never_dropped_and_counts_as_the_best():
    """The margin is measured from the best of all, so sources can lose to a ``none`` that is far better."""
    scores = {"none": [90.0], "a": [51.0], "b": [50.0]}
    assert choice.survivors(scores, 400) == ["none", "a"]
    assert choice.survivors(scores | {"none": [0.0]}, 400) == ["none", "a", "b"]


def test_means_over_all_seeds_decide():
    scores = {"none": [50.0, 50.0], "a": [80.0, 40.0], "b": [60.0, 90.0]}
    assert choice.survivors(scores, 10_000) == ["none", "b"]


def test_equal_sources_stay_by_rank_and_the_margin_is_0_at_both_ends():
    scores = {"none": [0.0], "a": [100.0], "b": [100.0], "c": [99.9]}
    assert choice.survivors(scores, 50) == ["none", "a", "b"]
    assert choice.survivors({"none": [-10.0], "a": [-30.0], "b": [-20.0]}, 50) == ["none", "b"]  # correlations


def test_failed_runs_count_as_zero():
    nan = math.nan
    assert choice.survivors({"none": [nan], "a": [nan], "b": [60.0], "c": [61.0]}, 400) == ["none", "b", "c"]
    assert choice.choose_source({"none": [nan, nan], "a": [nan, 3.0]}) == "a"
    assert choice.choose_seed({"none": {1: 0.0, 2: 0.0}, "a": {1: nan, 2: 0.5}}, "a") == 2


def test_seeds_are_compared_on_the_same_rows():
    """Seed 2 has easier rows. Every source scores higher on them, but the lead over the others is smaller."""
    scores = {"none": {1: 50.0, 2: 80.0}, "a": {1: 60.0, 2: 83.0}, "dropped": {1: 40.0}}
    assert choice.choose_seed(scores, "a") == 1
    assert choice.choose_seed({"a": {1: 60.0, 2: 83.0}}, "a") == 1  # nothing to compare with: the first


def test_rounds_save_runs():
    """8 sources and 4 seeds, one clearly best: 9 + 5 + 3 + 2 runs instead of 36."""
    left = {"none": 40.0} | {f"s{i}": 90.0 - 10 * i for i in range(8)}
    counts = []
    for seed in range(4):
        counts.append(len(left))
        kept = choice.survivors({source: [value] * (seed + 1) for source, value in left.items()}, 500)
        left = {source: left[source] for source in kept}
    assert counts == [9, 5, 3, 2]
    assert list(left) == ["none", "s0"]


def test_choose_source():
    assert choice.choose_source({"none": [50.0, 60.0], "a": [70.0, 20.0], "b": [56.0, 56.0]}) == "b"
    assert choice.choose_source({"a": [50.0], "none": [50.0]}) == "none"
    assert choice.choose_source({"none": [1.0], "b": [5.0], "a": [5.0]}) == "b"


def test_gain_is_students_interval_of_paired_differences():
    source, none = [60.0, 71.0, 65.0], [50.0, 62.0, 52.0]
    interval = choice.gain(source, none, 0.95, (0, 100))
    paired = stats.ttest_rel(source, none).confidence_interval(0.95)
    assert interval["mean"] == pytest.approx(np.mean([10, 9, 13]))
    assert (interval["low"], interval["high"]) == pytest.approx((paired.low, paired.high))
    assert interval["seeds"] == 3


def test_one_seed_has_no_interval():
    assert choice.gain([60.0], [50.0], 0.95, (0, 100)) == {"mean": 10.0, "low": None, "high": None, "seeds": 1}


@pytest.mark.parametrize(
    "values, bounds, expected",
    [
        ([100.0, 96.0], (0, 100), (None, 100)),
        ([0.0, 4.0], (0, 100), (0, None)),
        ([1.0, 99.0], (0, 100), (0, 100)),
        ([-99.0, 99.0], (-100, 100), (-100, 100)),
    ],
)
def test_intervals_over_seeds_stay_on_the_scale(values, bounds, expected):
    interval = choice.mean_interval(values, 0.95, bounds)
    assert bounds[0] <= interval["low"] <= interval["mean"] <= interval["high"] <= bounds[1]
    for end, value in zip(("low", "high"), expected, strict=True):
        assert value is None or interval[end] == value
    widest = bounds[1] - bounds[0]
    gain = choice.gain(values, [bounds[0]] * 2, 0.95, bounds)
    assert -widest <= gain["low"] <= gain["high"] <= widest


def test_verdict():
    assert choice.verdict("a", {"low": 0.1}) == "yes"
    assert choice.verdict("a", {"low": -0.1}) == "unclear"
    assert choice.verdict("a", {"low": None}) == "unclear"
    assert choice.verdict("none", {"low": 5.0}) == "no"
