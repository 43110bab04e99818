import numpy as np

from intertask.methods.facts import Facts
from intertask.methods.random import random
from intertask.methods.size import size

TARGET = Facts("t", "classification", 10)


def test_random_is_one_tie():
    scores = random(TARGET, [Facts(f"s{i}", "tagging", i) for i in range(5)])
    assert len(scores) == 5
    assert len(set(scores)) == 1


def test_size_is_the_true_count():
    rows = [392_702, 250, 2**53 - 1]
    np.testing.assert_array_equal(size(TARGET, [Facts("s", "tagging", n) for n in rows]), rows)
