"""random: the baseline of a random order."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method


@method("random", paper="baseline")
def random(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Give all sources the same score, so that every order is equally likely.

    The metrics are expectations over the orders of a tie, hence over all random orders.
    """
    return np.zeros(len(sources))
