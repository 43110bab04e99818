"""Cosines of mean embeddings."""

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


def centred_cosines(target: np.ndarray | None, sources: Sequence[np.ndarray | None]) -> np.ndarray:
    """Cosines after subtracting the mean over tasks: the target and every source, each counted once.

    What all texts share, which is most of a language model's mean embedding, no longer counts. The scores depend on
    the pool. A vector that is missing, zero or not finite is undefined and stays out of the mean.

    Args:
        target: [D]
        sources: [D] each

    Returns:
        [len(sources)] in [-1, 1]; NaN where a vector is undefined, and everywhere with fewer than three tasks: two
        centred vectors always point in opposite directions.
    """
    usable = [vector for vector in (target, *sources) if _unit(vector) is not None]
    if _unit(target) is None or len(usable) < 3:
        return np.full(len(sources), np.nan)
    # Less the target's first: the mean of equal vectors may differ from them by rounding, which would get a direction.
    # Sorted: a sum depends on its order by rounding.
    target = np.asarray(target, np.float64)
    mean = np.sort([vector - target for vector in usable], axis=0).mean(0)
    return cosines(-mean, [None if _unit(source) is None else source - target - mean for source in sources])


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
