"""Cosine of two mean embeddings."""

from collections.abc import Sequence

import numpy as np


def cosines(target: np.ndarray | None, sources: Sequence[np.ndarray | None]) -> np.ndarray:
    """Cosine of the target's vector with each source's, in float64: raw cosines of a language model crowd near 1.

    Args:
        target: [D]
        sources: [D] each

    Returns:
        [len(sources)] in [-1, 1]; NaN where a vector is missing, zero or not finite.
    """
    unit = _unit(target)
    return np.array([np.nan if (v := _unit(source)) is None or unit is None else _dot(unit, v) for source in sources])


def _dot(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.clip(a @ b, -1.0, 1.0))  # rounding leaves 1.0000000000000002


def _unit(vector: np.ndarray | None) -> np.ndarray | None:
    if vector is None:
        return None
    vector = np.asarray(vector, np.float64)
    if not np.isfinite(vector).all() or not vector.any():
        return None
    vector = vector / np.abs(vector).max()  # else the squares of very large or small values leave float64
    return vector / np.linalg.norm(vector)
