"""Predicted probabilities that a source helps against how often sources helped (a reliability diagram)."""

import numpy as np
import pandas as pd

from ...artifacts import NO_SOURCE
from ...rankings.calibration import calibration_error, reliability
from ...words import count
from ..results import Results
from .style import BLUE, GREY, Drawing, new_figure, show_grid

#: Area of a point, in square points: the smallest one, and for each pair of source and target.
AREA, AREA_PER_PAIR = 14.0, 1.2


def draw(results: Results, setting: str) -> Drawing:
    """Draw the reliability diagram of one setting.

    Args:
        results: Results of the run.
        setting: Base model, or setting of the imported table.
    """
    name = f"{setting}/calibration"
    pairs = pd.concat([_pairs(results, setting, target) for target in results.targets])
    if pairs.empty:
        return Drawing(
            name,
            None,
            "No probabilities were predicted: they need past transfers with and without a source, and the method "
            "recommended.",
        )
    helps, helped = pairs["helps"].to_numpy(np.float64), pairs["gain"].to_numpy(np.float64) > 0
    bins = reliability(helps, helped)
    figure, axes = new_figure(1, 1, height=4.2, width=4.6)
    axis = axes.flat[0]
    axis.plot([0, 1], [0, 1], color=GREY, linewidth=0.9)
    predicted, observed, counts = (np.array(values) for values in zip(*bins, strict=True))
    deviation = np.sqrt(predicted * (1 - predicted) / counts)
    axis.errorbar(predicted, observed, yerr=deviation, fmt="none", ecolor=BLUE, elinewidth=1, alpha=0.5)
    axis.scatter(predicted, observed, s=AREA + AREA_PER_PAIR * counts, c=BLUE, alpha=0.85, zorder=3)
    axis.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    axis.set_xlabel("predicted probability that the source helps")
    axis.set_ylabel("share of the sources that helped")
    show_grid(axis)
    words = (
        f"Each point stands for the pairs of source and target in one tenth of the scale; its area grows with their "
        f"number. On the line, predictions and frequencies agree. The expected calibration error is "
        f"{calibration_error(bins):.3f} over {count(len(pairs), 'pair')}. Bars are one standard error, if the "
        "prediction is right and the pairs are independent, which pairs of one target are not."
    )
    return Drawing(name, figure, words)


def _pairs(results: Results, setting: str, target: str) -> pd.DataFrame:
    """The columns ``helps`` and ``gain`` of the sources of a target for which both are known."""
    gains = results.gains_of(setting, target)
    gains = gains[gains["baseline"] == NO_SOURCE]
    helps = results.helps(setting, target).reindex(gains.index)
    return pd.DataFrame({"helps": helps, "gain": gains["gain"]}).dropna()
