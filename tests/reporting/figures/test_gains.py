"""The heat map of gains: neighboring rows are similar, and the caption reports the run's numbers."""

import numpy as np
import pandas as pd

from intertask.reporting.figures import gains


def test_similar_rows_are_neighbors():
    values = np.array([[9.0, 0], [-9, 0], [9.1, 0], [-9.1, np.nan]])
    order = gains.order(values).tolist()
    assert sorted(order) == [0, 1, 2, 3]
    assert abs(order.index(0) - order.index(2)) == abs(order.index(1) - order.index(3)) == 1
    assert gains.order(values[:2]).tolist() == [0, 1]
    assert sorted(gains.order(np.full((3, 2), np.nan)).tolist()) == [0, 1, 2]


def test_caption_reports_the_pairs_and_the_largest_gain(holes, monkeypatch):
    run = holes.results
    setting = run.settings[0]
    table = run.gains[(run.gains["model"] == setting) & (run.gains["source"] != "none")]
    monkeypatch.setitem(run.__dict__, "gains", run.gains.drop(index=table.index[1]))  # a pair without a score
    table = table.drop(index=table.index[1])
    best = table.loc[table["gain"].idxmax()]
    caption = gains.draw(run, setting).caption
    assert f"({best['source']} for {best['target']})" in caption
    known = table["gain"].dropna()
    assert len(known) < table["source"].nunique() * table["target"].nunique(), "some pairs have no score"
    assert f"positive for {(known > 0).mean():.0%} of the {len(known)} pairs" in caption


def test_noise_of_a_difference_is_larger_than_of_a_mean(holes):
    run = holes.results
    setting, targets = run.settings[0], run.targets
    baseline = pd.Series("none", index=targets)
    against_none = gains.noise_of_gains(run, setting, targets, baseline)
    against_mean = gains.noise_of_gains(run, setting, targets, baseline.replace("none", "mean"))
    assert np.allclose(against_none, 2**0.5 * against_mean)
