import numpy as np

from intertask.methods.facts import Facts
from intertask.methods.random import random


def test_all_sources_tie():
    scores = random(Facts("t", "classification", 10), [Facts(f"s{i}", "tagging", i) for i in range(5)])
    np.testing.assert_array_equal(scores, np.zeros(5))
