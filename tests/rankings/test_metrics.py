"""The metrics against brute force over permutations, and against hand-worked cases."""

import doctest
from itertools import pairwise, permutations
from math import log2

import numpy as np
import pytest

from intertask.errors import IntertaskError
from intertask.rankings import metrics

NAN = float("nan")


def plain_gain(scores, kind):
    if kind == "exp-percent":
        return [max(2.0**v - 1, 0.0) for v in scores]
    if kind == "linear":
        return [max(v, 0.0) for v in scores]
    return [sum(w < v for w in scores) + (sum(w == v for w in scores) - 1) / 2 for v in scores]


def plain_dcg(gains):
    return sum(g / log2(i + 2) for i, g in enumerate(gains))


def orders(predicted):
    """Every order that the predictions allow: descending, ties in any order, NaN last."""
    key = [float("inf") if np.isnan(p) else -p for p in predicted]
    return [o for o in permutations(range(len(key))) if all(key[a] <= key[b] for a, b in pairwise(o))]


def brute_ndcg(true, predicted, kind):
    gains = plain_gain(true, kind)
    ideal = plain_dcg(sorted(gains, reverse=True))
    return np.mean([plain_dcg([gains[i] for i in o]) / ideal for o in orders(predicted)])


def brute_regret(true, predicted, k):
    best = max(true)
    return np.mean([(best - max(true[i] for i in o[:k])) / best * 100 for o in orders(predicted)])


CASES = {
    "no ties": ([71.0, 65.5, 80.25, 12.0, 79.9], [0.3, 0.1, 0.2, 0.9, 0.8]),
    "ties": ([71.0, 65.5, 80.25, 12.0, 79.9, 80.0], [1, 2, 1, 2, 1, 0]),
    "nan last": ([71.0, 65.5, 80.25, 12.0, 79.9], [NAN, 0.5, NAN, 0.5, -3]),
    "constant": ([50.0, 51.5, 49.0, 55.0, 52.0, 54.0], [4.0] * 6),
    "all nan": ([50.0, 51.5, 49.0, 55.0], [NAN] * 4),
    "true ties": ([60.0, 60.0, 58.0, 60.0], [0.1, 0.1, 0.9, 0.2]),
    "negative": ([-5.0, 3.5, -1.0, 2.0], [1, 0, 1, 0]),
    "one source": ([33.0], [NAN]),
}


@pytest.mark.parametrize("kind", ["exp-percent", "linear", "rank"])
@pytest.mark.parametrize("case", [case for case in CASES if case != "one source"])
def test_ndcg_is_the_mean_over_the_orders(case, kind):
    true, predicted = CASES[case]
    assert metrics.ndcg(true, predicted, kind) == pytest.approx(brute_ndcg(true, predicted, kind), rel=1e-12)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 9])
@pytest.mark.parametrize("case", CASES)
def test_regret_is_the_mean_over_the_orders(case, k):
    true, predicted = CASES[case]
    expected = brute_regret(true, predicted, k)
    assert metrics.regret(true, predicted, k) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("seed", range(30))
def test_random_small_cases(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(2, 7))
    true = random.uniform(5, 95, n).round(1)
    predicted = random.integers(0, 3, n).astype(float)
    predicted[random.random(n) < 0.2] = NAN
    for kind in ("exp-percent", "linear", "rank"):
        assert metrics.ndcg(true, predicted, kind) == pytest.approx(brute_ndcg(true, predicted, kind), rel=1e-12)
    for k in range(1, n + 2):
        expected = brute_regret(true.tolist(), predicted, k)
        assert metrics.regret(true, predicted, k) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_constant_prediction_is_the_mean_over_all_permutations():
    true = [50.0, 51.5, 49.0, 55.0, 52.0, 54.0]
    for kind in ("exp-percent", "linear", "rank"):
        by_permutation = [metrics.ndcg(true, p, kind) for p in permutations(range(6))]
        assert metrics.ndcg(true, np.zeros(6), kind) == pytest.approx(np.mean(by_permutation), rel=1e-12)
    for k in (1, 2, 3, 6, 8):
        by_permutation = [metrics.regret(true, p, k) for p in permutations(range(6))]
        assert metrics.regret(true, np.zeros(6), k) == pytest.approx(np.mean(by_permutation), abs=1e-12)


@pytest.mark.parametrize("kind", ["exp-percent", "linear", "rank"])
def test_perfect_and_worst(kind):
    true = np.array([50.0, 51.5, 49.0, 55.0, 52.0, 54.0])
    assert metrics.ndcg(true, true, kind) == pytest.approx(1, abs=1e-15)
    assert metrics.regret(true, true, 1) == 0
    assert metrics.spearman(true, true) == 1
    assert metrics.spearman(true, -true) == -1
    assert metrics.ndcg(true, -true, kind) == pytest.approx(
        min(metrics.ndcg(true, p, kind) for p in permutations(range(6))), rel=1e-12
    )
    assert metrics.regret(true, -true, 1) == pytest.approx((55 - 49) / 55 * 100)


def test_regret_by_hand():
    true, predicted = [80.0, 90.0, 60.0, 72.0], [4, 1, 3, 2]
    assert metrics.regret(true, predicted, 1) == pytest.approx((90 - 80) / 90 * 100)
    assert metrics.regret(true, predicted, 3) == pytest.approx((90 - 80) / 90 * 100)
    assert metrics.regret(true, predicted, 4) == 0
    # first choice fixed at 60, the second is one of two tied: 72 or 90
    assert metrics.regret(true, [0, 1, 9, 1], 2) == pytest.approx((18 / 90 + 0) / 2 * 100)


def test_gains_by_hand():
    np.testing.assert_array_equal(metrics.gains([3.0, 0, -2, 1]), [7, 0, 0, 1])
    np.testing.assert_array_equal(metrics.gains([3.0, 0, -2, 1], "linear"), [3, 0, 0, 1])
    np.testing.assert_array_equal(metrics.gains([3.0, 0, -2, 1], "rank"), [3, 1, 0, 2])
    np.testing.assert_array_equal(metrics.gains([5.0, 5, 1], "rank"), [1.5, 1.5, 0])


def test_ten_points_below_the_best_is_a_thousandth_of_its_gain():
    high, low = metrics.gains([85.0, 75.0])
    assert low / high == pytest.approx(1 / 1024, rel=1e-9)


def test_the_scale_matters():
    """The same random ranking, in percentage points and as fractions: the reason for the name exp-percent."""
    percent = np.random.default_rng(0).uniform(50, 70, 20)
    assert metrics.ndcg(percent, np.zeros(20)) < 0.7
    assert metrics.ndcg(percent / 100, np.zeros(20)) > 0.9


@pytest.mark.parametrize("bad", [1000.5, 87500.0, float("inf"), float("-inf")])
@pytest.mark.parametrize(
    "metric",
    [
        metrics.gains,
        lambda t: metrics.ndcg(t, t),
        lambda t: metrics.regret(t, t, 1),
        lambda t: metrics.spearman(t, t),
    ],
)
def test_scores_that_cannot_be_percentage_points_are_an_error(metric, bad):
    with pytest.raises(IntertaskError, match="percentage points"):
        metric([50.0, bad, 60.0])


def test_large_and_equal_scores_stay_finite():
    assert metrics.ndcg([1000.0, 999, 1000], [1, 2, 3]) <= 1
    assert metrics.ndcg([100.0] * 5, [1, 2, 3, 4, 5]) == pytest.approx(1)


def test_nothing_to_gain_is_nan_for_every_method():
    for predicted in ([1, 2, 3], [0, 0, 0], [NAN, NAN, NAN]):
        assert np.isnan(metrics.ndcg([-4.0, 0, -1], predicted))
        assert np.isnan(metrics.regret([-4.0, 0, -1], predicted, 1))
        assert np.isnan(metrics.spearman([3.0, 3, 3], predicted))


def test_nan_truth_is_the_lowest_and_is_not_dropped():
    predicted = [3, 2, 1]
    assert metrics.regret([NAN, 40.0, 50.0], predicted, 1) == 100
    assert metrics.ndcg([NAN, 40.0, 50.0], predicted) == metrics.ndcg([0.0, 40.0, 50.0], predicted)
    # if other scores are negative, 0 would be above them
    assert metrics.spearman([NAN, -5.0, 50.0], [1, 2, 3]) == metrics.spearman([-5.0, -5.0, 50.0], [1, 2, 3])
    assert np.isnan(metrics.regret([NAN, NAN], [1, 2], 1))


def test_nan_prediction_is_last():
    true = [90.0, 50.0, 70.0]
    assert metrics.regret(true, [NAN, -1e300, 5], 2) == pytest.approx((90 - 70) / 90 * 100)
    assert metrics.ndcg(true, [NAN, 1, 2]) == metrics.ndcg(true, [0, 1, 2])
    assert metrics.first_choice_beats_none(true, [NAN, -1e300, NAN], 60) == 0


def test_spearman_against_scipy_and_its_conventions():
    from scipy.stats import spearmanr

    random = np.random.default_rng(3)
    for _ in range(10):
        true, predicted = random.integers(0, 8, 12).astype(float), random.integers(0, 5, 12).astype(float)
        assert metrics.spearman(true, predicted) == pytest.approx(spearmanr(true, predicted).statistic, abs=1e-12)
    assert metrics.spearman([1.0, 2, 3], [5, 5, 5]) == 0
    assert metrics.spearman([1.0, 2, 3], [NAN, NAN, NAN]) == 0
    assert metrics.spearman([1.0, 2, 3], [NAN, 1, 1]) == metrics.spearman([1.0, 2, 3], [0, 1, 1])


def test_first_choice_against_no_source():
    true = [60.0, 55.0, 70.0, 65.0]
    assert metrics.first_choice_beats_none(true, [9, 1, 2, 3], 59) == 1
    assert metrics.first_choice_beats_none(true, [9, 1, 2, 3], 60) == 0  # equal is not better
    assert metrics.first_choice_beats_none(true, [9, 9, 2, 9], 57) == pytest.approx(2 / 3)
    assert metrics.first_choice_beats_none(true, [0, 0, 0, 0], 57) == 3 / 4
    assert np.isnan(metrics.first_choice_beats_none(true, [1, 2, 3, 4], NAN))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_sources_and_monotone_predictions_do_not_matter(seed):
    random = np.random.default_rng(seed)
    true, predicted = random.uniform(20, 90, 15), random.integers(0, 6, 15).astype(float)
    order = random.permutation(15)
    for metric in (metrics.ndcg, metrics.spearman, lambda t, p: metrics.regret(t, p, 4)):
        value = metric(true, predicted)
        assert metric(true[order], predicted[order]) == pytest.approx(value, rel=1e-12, abs=1e-12)
        assert metric(true, np.exp(predicted) * 1000 - 5) == pytest.approx(value, rel=1e-12, abs=1e-12)


def test_wrong_calls():
    with pytest.raises(ValueError, match="predicted"):
        metrics.ndcg([1.0, 2], [1.0])
    with pytest.raises(ValueError, match="k must be"):
        metrics.regret([1.0, 2], [1, 2], 0)
    with pytest.raises(ValueError, match="gain"):
        metrics.gains([1.0, 2], "exp-unit")
    with pytest.raises(ValueError, match="n > 0"):
        metrics.gains([])


def test_the_examples_of_the_docstrings_are_true():
    assert doctest.testmod(metrics) == (0, 9)
