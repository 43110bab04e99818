import numpy as np

from intertask.methods.facts import Facts
from intertask.methods.size import size


def test_size_is_the_true_count():
    rows = [392_702, 250, 2**53 - 1]
    target = Facts("t", "classification", 10)
    np.testing.assert_array_equal(size(target, [Facts("s", "tagging", n) for n in rows]), rows)
