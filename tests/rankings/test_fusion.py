import numpy as np

from intertask.rankings.fusion import reciprocal_rank_fusion


def test_by_hand():
    scores = [[0.9, 0.5, 0.1], [10, 30, 20]]
    expected = [1 / 61 + 1 / 63, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62]
    np.testing.assert_allclose(reciprocal_rank_fusion(scores), expected, rtol=1e-15)


def test_ties_have_their_average_rank():
    np.testing.assert_allclose(reciprocal_rank_fusion([[1, 1, 0]]), [1 / 61.5, 1 / 61.5, 1 / 63])


def test_nan_contributes_nothing_and_moves_no_rank():
    scores = [[0.9, np.nan, 0.1], [1, 2, 3]]
    expected = [1 / 61 + 1 / 63, 1 / 62, 1 / 62 + 1 / 61]
    np.testing.assert_allclose(reciprocal_rank_fusion(scores), expected)


def test_a_source_that_no_method_scores_is_undefined():
    np.testing.assert_array_equal(reciprocal_rank_fusion([[1, np.nan], [2, np.nan]]), [2 / 61, np.nan])


def test_only_the_order_of_the_scores_matters():
    scores = np.random.default_rng(0).normal(size=(3, 9))
    np.testing.assert_array_equal(reciprocal_rank_fusion(scores), reciprocal_rank_fusion(np.exp(scores) * 100))
