import math

import numpy as np
import pytest

from intertask.methods.cosine import centered_cosines, cosines


@pytest.fixture
def random():
    return np.random.default_rng(9)


def by_hand(a, b) -> float:
    dot, aa, bb = (
        math.fsum(float(x) * float(y) for x, y in zip(p, q, strict=True)) for p, q in ((a, b), (a, a), (b, b))
    )
    return dot / math.sqrt(aa * bb)


def test_against_a_second_implementation():
    random = np.random.default_rng(0)
    target, sources = random.normal(size=384), random.normal(size=(6, 384))
    np.testing.assert_allclose(cosines(target, list(sources)), [by_hand(target, s) for s in sources], atol=1e-14)


def test_bounds_and_scale():
    v = np.random.default_rng(1).normal(size=50)
    scores = cosines(v, [v, -v, v * 1e-200, v * 1e200])
    np.testing.assert_allclose(scores, [1, -1, 1, 1], rtol=1e-15)
    assert (np.abs(scores) <= 1).all()


def test_crowded_cosines_keep_their_order():
    # the vectors differ by less than float32 can tell in a cosine near 1
    base = np.ones(768)
    steps = [base + np.eye(768)[0] * eps for eps in (1e-4, 2e-4, 3e-4)]
    scores = cosines(base, steps)
    assert scores[0] > scores[1] > scores[2]
    assert len({np.float32(s) for s in scores}) == 1


@pytest.mark.parametrize("bad", [None, np.zeros(3), np.array([1, np.nan, 2]), np.array([1, np.inf, 2])])
def test_missing_zero_or_not_finite_is_nan(bad):
    good = np.array([1.0, 2, 3])
    np.testing.assert_array_equal(np.isnan(cosines(good, [bad, good])), [True, False])
    assert np.isnan(cosines(bad, [good, good])).all()


def test_centered_equals_a_loop(random):
    target, sources = random.normal(size=5) + 3, random.normal(size=(4, 5)) + 3
    mean = (target + sources.sum(0)) / 5
    expected = [
        np.sum((s - mean) * (target - mean)) / np.sqrt(np.sum((s - mean) ** 2) * np.sum((target - mean) ** 2))
        for s in sources
    ]
    np.testing.assert_allclose(centered_cosines(target, list(sources)), expected, rtol=1e-12)


def test_what_all_tasks_share_does_not_count_when_centered(random):
    target, sources = random.normal(size=8), list(random.normal(size=(6, 8)))
    shared = 1000 * random.normal(size=8)
    crowded = cosines(target + shared, [s + shared for s in sources])
    assert np.ptp(crowded) < 1e-4
    moved = centered_cosines(target + shared, [s + shared for s in sources])
    np.testing.assert_allclose(moved, centered_cosines(target, sources), atol=1e-9)
    assert np.ptp(moved) > 0.3


def test_order_does_not_matter_to_the_last_bit_when_centered(random):
    target, sources = random.normal(size=300), list(random.normal(size=(40, 300)))
    order = random.permutation(40)
    scores = centered_cosines(target, sources)
    np.testing.assert_array_equal(centered_cosines(target, [sources[i] for i in order]), scores[order])


@pytest.mark.parametrize("bad", [None, np.zeros(5), np.full(5, np.nan)])
def test_an_undefined_source_is_nan_and_stays_out_of_the_mean(bad, random):
    target, sources = random.normal(size=5), list(random.normal(size=(3, 5)))
    scores = centered_cosines(target, [*sources, bad])
    assert np.isnan(scores[3])
    np.testing.assert_array_equal(scores[:3], centered_cosines(target, sources))
    assert np.isnan(centered_cosines(bad, sources)).all()


def test_fewer_than_three_tasks_are_undefined_when_centered(random):
    target, a, b = random.normal(size=(3, 5))
    assert np.isnan(centered_cosines(target, [a])).all()
    assert np.isnan(centered_cosines(target, [a, None])).all()
    assert np.isfinite(centered_cosines(target, [a, b])).all()
    assert centered_cosines(target, []).shape == (0,)


def test_equal_tasks_have_no_direction_rather_than_that_of_their_rounding():
    same = np.full(5, 0.1)
    assert np.isnan(centered_cosines(same, [same.copy(), same.copy()])).all()
