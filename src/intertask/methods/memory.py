"""A memory of estimates, for regressions that two methods share."""

from collections.abc import Callable
from functools import wraps
from hashlib import blake2b
from typing import TypeVar

import numpy as np

Result = TypeVar("Result")

#: Estimates that are remembered; each takes some hundred bytes.
MOST = 100_000


def remembered(estimate: Callable[..., Result]) -> Callable[..., Result]:
    """Remember what an estimator returns for the contents of its arrays.

    The key is a hash of the contents, which takes about a hundredth of the time of a regression. So no array is kept
    in memory, and an array that was written to is a new one.

    Args:
        estimate: Function of arrays and of options given by name.

    Returns:
        The same function, which computes each result once.
    """
    known: dict[tuple, Result] = {}

    @wraps(estimate)
    def wrapper(*arrays: np.ndarray, **options: object) -> Result:
        digest = blake2b(digest_size=16)
        for array in arrays:
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array))
        key = (digest.digest(), *sorted(options.items()))
        if key not in known:
            if len(known) >= MOST:
                known.clear()
            known[key] = estimate(*arrays, **options)
        return known[key]

    return wrapper
