"""Which sources go on, which one is chosen, and what it gains: on invented numbers."""

import math

import numpy as np
import pytest
from scipy import stats

from intertask.recommendation import choice as rec


def test_lower_half_is_dropped_where_it_is_clearly_behind():
    # best 80 on 100 rows: s = 4; of 4 sources 2 stay whatever they have
    scores = {"none": [50.0], "a": [80.0], "b": [60.0], "c": [77.0], "d": [70.0]}
    assert rec.survivors(scores, 100) == ["none", "a", "c"]


def test_lower_half_stays_where_it_is_close():
    scores = {"none": [50.0], "a": [80.0], "b": [78.0], "c": [76.5], "d": [75.9]}
    assert rec.survivors(scores, 100) == ["none", "a", "b", "c"]
    assert rec.survivors(scores, 25) == list(scores)  # s = 8: nobody is clearly behind


def test_upper_half_stays_even_if_it_is_far_behind():
    scores = {"none": [90.0], "a": [20.0], "b": [10.0], "c": [5.0]}
    assert rec.survivors(scores, 1000) == ["none", "a", "b"]
    assert rec.survivors({"none": [90.0], "a": [20.0]}, 1000) == ["none", "a"]


def test_none_is_never_dropped_but_leads():
    """The margin counts from the best of all: sources near to each other fall behind a none that is far ahead."""
    scores = {"none": [90.0], "a": [51.0], "b": [50.0]}
    assert rec.survivors(scores, 400) == ["none", "a"]
    assert rec.survivors(scores | {"none": [0.0]}, 400) == ["none", "a", "b"]


def test_means_over_all_seeds_decide():
    scores = {"none": [50.0, 50.0], "a": [80.0, 40.0], "b": [60.0, 90.0]}
    assert rec.survivors(scores, 10_000) == ["none", "b"]


def test_equal_sources_stay_by_their_rank_and_margins_at_the_ends_are_nothing():
    scores = {"none": [0.0], "a": [100.0], "b": [100.0], "c": [99.9]}
    assert rec.survivors(scores, 50) == ["none", "a", "b"]
    assert rec.survivors({"none": [-10.0], "a": [-30.0], "b": [-20.0]}, 50) == ["none", "b"]  # correlations


def test_failed_runs_count_as_zero():
    nan = math.nan
    assert rec.survivors({"none": [nan], "a": [nan], "b": [60.0], "c": [61.0]}, 400) == ["none", "b", "c"]
    assert rec.chosen({"none": [nan, nan], "a": [nan, 3.0]}) == "a"
    assert rec.best_seed({"none": {1: 0.0, 2: 0.0}, "a": {1: nan, 2: 0.5}}, "a") == 2


def test_best_seed_is_told_on_the_same_rows():
    """Seed 2 has the easier rows: there everything scores higher, and its lead over the others is smaller."""
    scores = {"none": {1: 50.0, 2: 80.0}, "a": {1: 60.0, 2: 83.0}, "dropped": {1: 40.0}}
    assert rec.best_seed(scores, "a") == 1
    assert rec.best_seed({"a": {1: 60.0, 2: 83.0}}, "a") == 1  # nothing to compare with: the first


def test_rounds_save_runs():
    """8 sources and 4 seeds, one clearly best: 9 + 5 + 3 + 2 runs in place of 36."""
    left = {"none": 40.0} | {f"s{i}": 90.0 - 10 * i for i in range(8)}
    counts = []
    for seed in range(4):
        counts.append(len(left))
        kept = rec.survivors({source: [value] * (seed + 1) for source, value in left.items()}, 500)
        left = {source: left[source] for source in kept}
    assert counts == [9, 5, 3, 2]
    assert list(left) == ["none", "s0"]


def test_chosen():
    assert rec.chosen({"none": [50.0, 60.0], "a": [70.0, 20.0], "b": [56.0, 56.0]}) == "b"
    assert rec.chosen({"a": [50.0], "none": [50.0]}) == "none"
    assert rec.chosen({"none": [1.0], "b": [5.0], "a": [5.0]}) == "b"


def test_gain_is_students_interval_of_paired_differences():
    source, none = [60.0, 71.0, 65.0], [50.0, 62.0, 52.0]
    found = rec.gain(source, none, 0.95)
    paired = stats.ttest_rel(source, none).confidence_interval(0.95)
    assert found["mean"] == pytest.approx(np.mean([10, 9, 13]))
    assert (found["low"], found["high"]) == pytest.approx((paired.low, paired.high))
    assert found["seeds"] == 3


def test_one_seed_has_no_interval():
    assert rec.gain([60.0], [50.0], 0.95) == {"mean": 10.0, "low": None, "high": None, "seeds": 1}


def test_verdict():
    assert rec.verdict("a", {"low": 0.1}) == "yes"
    assert rec.verdict("a", {"low": -0.1}) == "unclear"
    assert rec.verdict("a", {"low": None}) == "unclear"
    assert rec.verdict("none", {"low": 5.0}) == "no"
