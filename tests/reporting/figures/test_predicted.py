"""Predicted ranks against observed gains: the caption counts targets."""

from intertask.reporting.figures import predicted


def test_caption_counts_the_hits(holes):
    run, setting = holes.results, holes.results.settings[0]
    hits = 0
    for target in run.targets:
        gain = run.gains_of(setting, target)["gain"].dropna()
        ranks = run.ranks(setting, target).reindex(gain.index)
        hits += ranks.idxmin() == gain.idxmax()
    assert f"is the best source for {hits} of {len(run.targets)} targets" in predicted.draw(run, setting).caption
