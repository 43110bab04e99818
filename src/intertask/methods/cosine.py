"""Cosine similarity of mean embeddings, plain and centered."""

from collections.abc import Sequence

import numpy as np


def cosines(target: np.ndarray | None, sources: Sequence[np.ndarray | None]) -> np.ndarray:
    """Compute the cosine similarity of the target's vector to the vector of each source.

    Computed in float64, because cosines of a language model's embeddings differ little from each other and from 1.

    Args:
        target: [D] Vector of the target; None if it is missing.
        sources: [D] Vector of each source; None if it is missing.

    Returns:
        [len(sources)] in [-1, 1]; NaN if a vector is missing, zero or not finite.
    """
    unit = _unit(target)
    return np.array([np.nan if (v := _unit(source)) is None or unit is None else _dot(unit, v) for source in sources])


def centered_cosines(target: np.ndarray | None, sources: Sequence[np.ndarray | None]) -> np.ndarray:
    """Compute cosine similarities after subtracting the mean over the target and all sources, each counted once.

    This removes what all texts share, which is most of a language model's mean embedding. The scores depend on the
    pool. A vector that is missing, zero or not finite does not enter the mean.

    Args:
        target: [D] Vector of the target; None if it is missing.
        sources: [D] Vector of each source; None if it is missing.

    Returns:
        [len(sources)] in [-1, 1]. NaN if a vector is missing, zero or not finite; all NaN with fewer than three tasks,
        because two centered vectors always have opposite directions.
    """
    usable = [vector for vector in (target, *sources) if _unit(vector) is not None]
    if _unit(target) is None or len(usable) < 3:
        return np.full(len(sources), np.nan)
    # The target's vector is subtracted first: otherwise the mean of equal vectors may differ from them by rounding, and
    # the difference would have a direction. Sorted, because the last bits of a sum depend on its order.
    target = np.asarray(target, np.float64)
    mean = np.sort([vector - target for vector in usable], axis=0).mean(0)
    return cosines(-mean, [None if _unit(source) is None else source - target - mean for source in sources])


def _dot(a: np.ndarray, b: np.ndarray) -> float:
    """Dot product of two vectors of length 1."""
    return float(np.clip(a @ b, -1.0, 1.0))  # rounding leaves 1.0000000000000002


def _unit(vector: np.ndarray | None) -> np.ndarray | None:
    """The vector scaled to length 1; None if it is missing, zero or not finite."""
    if vector is None:
        return None
    vector = np.asarray(vector, np.float64)
    if not np.isfinite(vector).all() or not vector.any():
        return None
    vector = vector / np.abs(vector).max()  # squares of very large or small values overflow
    return vector / np.linalg.norm(vector)
