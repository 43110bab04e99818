"""size: number of training examples of the source."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method


@method("size", paper="baseline in Poth et al. 2021, https://arxiv.org/abs/2104.08247")
def size(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Count the training examples of the source.

    The number is that before any cap. After a cap, most sources would tie.
    """
    return np.array([source.rows for source in sources], np.float64)
