"""Random order, as an exact expectation and not as a draw."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method


@method("random", paper="baseline")
def random(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """All sources tie. The metrics average over the orders of a tie, so they give the expectation of a random order."""
    return np.zeros(len(sources))
