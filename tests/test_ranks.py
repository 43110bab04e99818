import doctest

import numpy as np
import pytest
from scipy.stats import rankdata

from intertask import ranks
from intertask.ranks import average_ranks, defined_ranks, reciprocal_rank_fusion, tied_blocks

NAN = float("nan")


def test_ties_and_nan():
    scores = [0.5, 0.9, 0.5, NAN, 0.1, NAN]
    np.testing.assert_array_equal(average_ranks(scores), [2.5, 1, 2.5, 5.5, 4, 5.5])
    np.testing.assert_array_equal(defined_ranks(scores), [2.5, 1, 2.5, NAN, 4, NAN])
    assert [list(block) for block in tied_blocks(scores)] == [[1], [0, 2], [4], [3, 5]]


def test_all_tied_all_nan_one_none_and_signed_zero():
    np.testing.assert_array_equal(average_ranks([7, 7, 7]), [2, 2, 2])
    np.testing.assert_array_equal(average_ranks([NAN, NAN]), [1.5, 1.5])
    np.testing.assert_array_equal(defined_ranks([NAN, NAN]), [NAN, NAN])
    np.testing.assert_array_equal(average_ranks([3]), [1])
    np.testing.assert_array_equal(average_ranks([0.0, -0.0]), [1.5, 1.5])
    np.testing.assert_array_equal(average_ranks([-np.inf, NAN, 1]), [2, 3, 1])
    assert average_ranks([]).shape == defined_ranks(np.zeros(0)).shape == (0,)


@pytest.mark.parametrize("seed", range(5))
def test_against_scipy(seed):
    random = np.random.default_rng(seed)
    scores = random.integers(0, 6, size=15).astype(float)
    np.testing.assert_array_equal(average_ranks(scores), rankdata(-scores))
    scores[random.random(15) < 0.3] = NAN
    np.testing.assert_array_equal(defined_ranks(scores), rankdata(-scores, nan_policy="omit"))


def test_fusion_by_hand():
    scores = [[0.9, 0.5, 0.1], [10, 30, 20]]
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    np.testing.assert_allclose(reciprocal_rank_fusion(scores), expected, rtol=1e-15)


def test_fusion_of_ties_takes_their_average_rank():
    np.testing.assert_allclose(reciprocal_rank_fusion([[1, 1, 0]]), [1 / 61.5, 1 / 61.5, 1 / 63])


def test_nan_adds_nothing_to_the_fusion_and_moves_no_rank():
    scores = [[0.9, NAN, 0.1], [1, 2, 3]]
    np.testing.assert_allclose(reciprocal_rank_fusion(scores), [1 / 61 + 1 / 63, 1 / 62, 1 / 62 + 1 / 61])


def test_a_source_without_any_score_is_undefined():
    np.testing.assert_array_equal(reciprocal_rank_fusion([[1, NAN], [2, NAN]]), [2 / 61, NAN])
    assert reciprocal_rank_fusion([np.zeros(0)]).shape == (0,)


def test_only_the_order_of_the_scores_matters_for_the_fusion():
    scores = np.random.default_rng(0).normal(size=(3, 9))
    np.testing.assert_array_equal(reciprocal_rank_fusion(scores), reciprocal_rank_fusion(np.exp(scores) * 100))


def test_the_examples_of_the_docstrings_are_true():
    assert doctest.testmod(ranks) == (0, 4)
