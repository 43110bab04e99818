import numpy as np
import pytest

from intertask.rankings.calibration import Bin, calibration_error, reliability


def test_bins_by_hand():
    bins = reliability(np.array([0.02, 0.08, 0.5, 0.55, 0.59, 1.0]), np.array([0, 1, 1, 1, 0, 1], bool))
    assert [entry.count for entry in bins] == [2, 3, 1]
    np.testing.assert_allclose([entry.predicted for entry in bins], [0.05, 1.64 / 3, 1])
    np.testing.assert_allclose([entry.observed for entry in bins], [0.5, 2 / 3, 1])
    assert calibration_error(bins) == pytest.approx((2 * 0.45 + 3 * (2 / 3 - 1.64 / 3)) / 6)


def test_perfect_and_missing_predictions():
    assert calibration_error([Bin(0.25, 0.25, 4), Bin(0.75, 0.75, 4)]) == 0
    assert np.isnan(calibration_error(reliability(np.zeros(0), np.zeros(0, bool))))
