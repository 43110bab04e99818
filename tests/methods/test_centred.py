import numpy as np
import pytest

from intertask.methods.cosine import centred_cosines, cosines
from intertask.methods.facts import Facts
from intertask.methods.semb import semb_centred
from intertask.methods.textemb import textemb_centred


@pytest.fixture
def random():
    return np.random.default_rng(9)


def test_equals_a_loop(random):
    target, sources = random.normal(size=5) + 3, random.normal(size=(4, 5)) + 3
    mean = (target + sources.sum(0)) / 5
    expected = [
        np.sum((s - mean) * (target - mean)) / np.sqrt(np.sum((s - mean) ** 2) * np.sum((target - mean) ** 2))
        for s in sources
    ]
    np.testing.assert_allclose(centred_cosines(target, list(sources)), expected, rtol=1e-12)


def test_what_all_tasks_share_does_not_count(random):
    target, sources = random.normal(size=8), list(random.normal(size=(6, 8)))
    shared = 1000 * random.normal(size=8)
    crowded = cosines(target + shared, [s + shared for s in sources])
    assert np.ptp(crowded) < 1e-4
    moved = centred_cosines(target + shared, [s + shared for s in sources])
    np.testing.assert_allclose(moved, centred_cosines(target, sources), atol=1e-9)
    assert np.ptp(moved) > 0.3


def test_order_does_not_matter_to_the_last_bit(random):
    target, sources = random.normal(size=300), list(random.normal(size=(40, 300)))
    order = random.permutation(40)
    scores = centred_cosines(target, sources)
    np.testing.assert_array_equal(centred_cosines(target, [sources[i] for i in order]), scores[order])


@pytest.mark.parametrize("bad", [None, np.zeros(5), np.full(5, np.nan)])
def test_an_undefined_source_is_nan_and_stays_out_of_the_mean(bad, random):
    target, sources = random.normal(size=5), list(random.normal(size=(3, 5)))
    scores = centred_cosines(target, [*sources, bad])
    assert np.isnan(scores[3])
    np.testing.assert_array_equal(scores[:3], centred_cosines(target, sources))
    assert np.isnan(centred_cosines(bad, sources)).all()


def test_fewer_than_three_tasks_are_undefined(random):
    target, a, b = random.normal(size=(3, 5))
    assert np.isnan(centred_cosines(target, [a])).all()
    assert np.isnan(centred_cosines(target, [a, None])).all()
    assert np.isfinite(centred_cosines(target, [a, b])).all()
    assert centred_cosines(target, []).shape == (0,)


def test_equal_tasks_have_no_direction_rather_than_that_of_their_rounding():
    same = np.full(5, 0.1)
    assert np.isnan(centred_cosines(same, [same.copy(), same.copy()])).all()


def test_each_method_reads_its_own_vector(random):
    vectors = random.normal(size=(4, 2, 5))
    target, *sources = [Facts("x", "tagging", 1, text_mean=a, sentence_mean=b) for a, b in vectors]
    np.testing.assert_array_equal(
        textemb_centred(target, sources), centred_cosines(vectors[0, 0], list(vectors[1:, 0]))
    )
    np.testing.assert_array_equal(semb_centred(target, sources), centred_cosines(vectors[0, 1], list(vectors[1:, 1])))
