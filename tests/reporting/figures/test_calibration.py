"""The reliability diagram: what is drawn is what the bins say, and runs without predictions say so."""

import numpy as np

from intertask.rankings.calibration import calibration_error, reliability
from intertask.reporting.figures import calibration


def test_points_are_the_bins_of_known_pairs(holes):
    run, setting = holes.results, holes.results.settings[0]
    helps, helped = [], []
    for target in run.targets:
        gain = run.gains_of(setting, target)["gain"].dropna()
        predicted = run.helps(setting, target).reindex(gain.index)
        helps += predicted[predicted.notna()].tolist()
        helped += (gain[predicted.notna()] > 0).tolist()
    bins = reliability(np.array(helps), np.array(helped))
    drawing = calibration.draw(run, setting)
    (points,) = drawing.figure.axes[0].collections[-1:]
    np.testing.assert_allclose(points.get_offsets(), [(entry.predicted, entry.observed) for entry in bins])
    assert f"error is {calibration_error(bins):.3f} over {len(helps)} pairs" in drawing.caption


def test_without_predictions_there_is_a_sentence(holes, tmp_path):
    run = holes.results
    run.helps = lambda setting, target: run.ranks(setting, target) * np.nan
    drawing = calibration.draw(run, run.settings[0])
    assert drawing.figure is None
    assert "No probabilities were predicted" in drawing.caption
