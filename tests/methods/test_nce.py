import math
from collections import Counter

import numpy as np
import pytest

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.leep import expected_log_likelihood
from intertask.methods.nce import negative_conditional_entropy
from intertask.methods.registry import get_method


def plain_nce(z, y) -> float:
    joint, marginal, n = Counter(zip(y, z, strict=True)), Counter(z), len(z)
    return sum(count / n * math.log(count / marginal[b]) for (_, b), count in joint.items())


def score(P, labels, kind="classification"):
    rows = Rows(np.arange(len(labels)), (View(np.arange(len(labels)), labels),))
    target = Facts("t", kind, 1, target_rows=rows)
    return get_method("nce")(target, [Facts("s", "classification", 1, probabilities=P)])[0]


@pytest.mark.parametrize("seed", range(5))
def test_equals_plain_counts_and_leep_of_one_hot(seed):
    random = np.random.default_rng(seed)
    P, labels = random.dirichlet(np.ones(4 + seed), size=90), random.integers(3, size=90)
    z = P.argmax(1)
    assert score(P, labels) == pytest.approx(plain_nce(z.tolist(), labels.tolist()), abs=1e-12)
    one_hot = np.eye(P.shape[1])[z]
    assert score(P, labels) == pytest.approx(expected_log_likelihood(one_hot, labels), abs=1e-14)


def test_source_classes_that_are_never_chosen():
    P = np.array([[0.6, 0.4, 0.0], [0.7, 0.3, 0.0], [0.9, 0.1, 0.0]])
    labels = np.array([0, 1, 1])
    assert score(P, labels) == pytest.approx((math.log(1 / 3) + 2 * math.log(2 / 3)) / 3, abs=1e-15)


def test_ids_do_not_matter():
    z, y = np.array([0, 0, 1, 2, 2, 1]), np.array([0, 1, 1, 0, 0, 2])
    renamed = negative_conditional_entropy(np.array([9, 4, 0])[z], np.array([5, 50, 1])[y])
    assert renamed == pytest.approx(negative_conditional_entropy(z, y), abs=1e-15)


def test_bounds():
    y = np.array([0, 0, 1, 2])
    assert negative_conditional_entropy(y, y) == 0
    share = np.array([0.5, 0.25, 0.25])
    assert negative_conditional_entropy(np.zeros(4, int), y) == pytest.approx((share * np.log(share)).sum())


def test_undefined():
    P, labels = np.tile([0.3, 0.7], (6, 1)), np.arange(6) % 2
    assert np.isnan(score(None, labels))
    assert np.isnan(score(P, np.zeros(6, np.int64)))
    assert np.isnan(score(P, labels.astype(float), "regression"))
