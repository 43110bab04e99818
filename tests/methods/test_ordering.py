import numpy as np

from intertask.methods.ordering import ranks, reciprocal_ranks


def test_ranks_of_the_defined_ones():
    np.testing.assert_array_equal(ranks([3, np.nan, 5, 3]), [2.5, np.nan, 1, 2.5])
    assert ranks(np.zeros(0)).shape == (0,)


def test_fusion_by_hand():
    fused = reciprocal_ranks([(2, np.array([5, np.nan, 3, np.nan])), (1, np.array([1, 2, np.nan, np.nan]))])
    np.testing.assert_allclose(fused, [2 / 61 + 1 / 62, 1 / 61, 2 / 62, np.nan])
