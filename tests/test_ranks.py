import numpy as np
import pytest
from scipy.stats import rankdata

from intertask.ranks import average_ranks, tied_blocks


def test_ties_and_nan():
    np.testing.assert_array_equal(average_ranks([0.5, 0.9, 0.5, np.nan, 0.1, np.nan]), [2.5, 1, 2.5, 5.5, 4, 5.5])
    blocks = tied_blocks([0.5, 0.9, 0.5, np.nan, 0.1, np.nan])
    assert [list(block) for block in blocks] == [[1], [0, 2], [4], [3, 5]]


def test_all_tied_all_nan_one_and_signed_zero():
    np.testing.assert_array_equal(average_ranks([7, 7, 7]), [2, 2, 2])
    np.testing.assert_array_equal(average_ranks([np.nan, np.nan]), [1.5, 1.5])
    np.testing.assert_array_equal(average_ranks([3]), [1])
    np.testing.assert_array_equal(average_ranks([0.0, -0.0]), [1.5, 1.5])
    np.testing.assert_array_equal(average_ranks([-np.inf, np.nan, 1]), [2, 3, 1])


@pytest.mark.parametrize("seed", range(5))
def test_against_scipy(seed):
    scores = np.random.default_rng(seed).integers(0, 6, size=15).astype(float)
    np.testing.assert_array_equal(average_ranks(scores), rankdata(-scores))
