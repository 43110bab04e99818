import math

import numpy as np
import pytest

from intertask.methods.cosine import cosines
from intertask.methods.facts import Facts
from intertask.methods.semb import semb
from intertask.methods.textemb import textemb


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


def test_each_method_reads_its_own_vector():
    x, y = np.array([1.0, 0]), np.array([0.0, 1])
    target = Facts("t", "tagging", 1, text_mean=x, sentence_mean=x)
    source = Facts("s", "tagging", 1, text_mean=x, sentence_mean=y)
    assert textemb(target, [source])[0] == 1
    assert semb(target, [source])[0] == 0
