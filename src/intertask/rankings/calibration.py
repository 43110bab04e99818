"""How well predicted probabilities agree with frequencies."""

from typing import NamedTuple

import numpy as np

#: Number of bins of equal width.
BINS = 10


class Bin(NamedTuple):
    """The predictions of one bin.

    Attributes:
        predicted: Mean predicted probability.
        observed: Share of the events that occurred.
        count: Number of predictions.
    """

    predicted: float
    observed: float
    count: int


def reliability(predicted: np.ndarray, occurred: np.ndarray) -> list[Bin]:
    """Group predictions in bins of equal width.

    Args:
        predicted: [n] Probabilities.
        occurred: [n] Whether each event occurred.

    Returns:
        The bins that have predictions, in ascending order.
    """
    place = np.minimum((predicted * BINS).astype(int), BINS - 1)
    inside = [place == number for number in np.unique(place)]
    return [Bin(float(predicted[own].mean()), float(occurred[own].mean()), int(own.sum())) for own in inside]


def calibration_error(bins: list[Bin]) -> float:
    """Compute the expected calibration error: Σ count · |observed − predicted| / Σ count.

    Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning",
    https://ojs.aaai.org/index.php/AAAI/article/view/9602.

    Args:
        bins: As :func:`reliability` returns them.

    Returns:
        Between 0 and 1; NaN without predictions.
    """
    total = sum(entry.count for entry in bins)
    return sum(entry.count * abs(entry.observed - entry.predicted) for entry in bins) / total if total else np.nan
