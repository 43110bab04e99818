"""Seeded random order that stays the same over versions of Python."""

import random


def shuffled(n: int, seed: int) -> list[int]:
    """Return the numbers 0 to n - 1 in a seeded random order.

    Python promises only for ``random()`` that its values stay the same over versions, so nothing else is used.

    Args:
        n: How many numbers.
        seed: The same seed gives the same order.

    Returns:
        A permutation of ``range(n)``.
    """
    generator = random.Random(seed)
    keys = [generator.random() for _ in range(n)]
    return sorted(range(n), key=keys.__getitem__)
