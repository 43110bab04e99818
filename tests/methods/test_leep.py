import math

import numpy as np
import pytest

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.leep import expected_log_likelihood
from intertask.methods.registry import get_method

leep = get_method("leep")


def plain_leep(theta, labels) -> float:
    """The paper's definition, in loops."""
    n, classes = len(theta), len(theta[0])
    joint, marginal = {}, [0.0] * classes
    for row, y in zip(theta, labels, strict=True):
        for z in range(classes):
            joint[y, z] = joint.get((y, z), 0.0) + row[z] / n
            marginal[z] += row[z] / n
    total = 0.0
    for row, y in zip(theta, labels, strict=True):
        total += math.log(sum(joint[y, z] / marginal[z] * row[z] for z in range(classes) if marginal[z] > 0))
    return total / n


def example(n=80, sources=5, classes=3, seed=0):
    random = np.random.default_rng(seed)
    return random.dirichlet(np.ones(sources), size=n), random.integers(classes, size=n)


def score(P, labels, kind="classification", views=None):
    rows = Rows(np.zeros(len(labels), np.int64), views or (View(np.arange(len(labels)), labels),))
    return leep(Facts("t", kind, 1, target_rows=rows), [Facts("s", "classification", 1, probabilities=P)])[0]


@pytest.mark.parametrize("seed", range(5))
def test_equals_plain_loops(seed):
    theta, labels = example(n=20 + 30 * seed, sources=2 + seed, classes=2 + seed, seed=seed)
    assert score(theta, labels) == pytest.approx(plain_leep(theta.tolist(), labels.tolist()), abs=1e-12)


def test_by_hand():
    theta = np.array([[0.5, 0.5], [1, 0], [0, 1]])
    # P(y=0 | z) = (0.5 + 1) / 1.5 and 0.5 / 1.5, P(y=1 | z) = 0 and 1 / 1.5
    expected = (math.log(0.5 + 0.5 / 3) + math.log(1) + math.log(2 / 3)) / 3
    assert score(theta, np.array([0, 0, 1])) == pytest.approx(expected, abs=1e-15)


def test_source_class_without_mass():
    theta, labels = example()
    padded = np.insert(theta, [0, 2, 5], 0, axis=1)
    assert score(padded, labels) == score(theta, labels)
    assert np.isfinite(score(padded, labels))


def test_ids_of_the_labels_do_not_matter():
    theta, labels = example()
    assert score(theta, np.array([7, 2, 30])[labels]) == pytest.approx(score(theta, labels), abs=1e-15)


def test_order_of_rows_and_source_classes_does_not_matter():
    theta, labels = example()
    order = np.random.default_rng(1).permutation(len(labels))
    assert score(theta[order][:, [3, 1, 0, 4, 2]], labels[order]) == pytest.approx(score(theta, labels), abs=1e-12)


def test_bounds():
    _, labels = example()
    share = np.bincount(labels) / len(labels)
    same_for_all = np.tile([0.2, 0.8], (len(labels), 1))
    assert score(same_for_all, labels) == pytest.approx((share * np.log(share)).sum(), abs=1e-12)  # -H(Y)
    assert score(np.eye(3)[labels], labels) == 0


def test_float32_probabilities_are_summed_in_float64():
    theta, labels = example(n=2000)
    rounded = theta.astype(np.float32)
    assert score(rounded, labels) == pytest.approx(plain_leep(rounded.tolist(), labels.tolist()), abs=1e-12)


def test_mean_over_views():
    theta, labels = example(classes=2)
    first, second = np.arange(50), np.arange(20, 80)
    both = score(theta, labels, "extractive_qa", (View(first, labels[first]), View(second, labels[second])))
    assert both == pytest.approx((score(theta[first], labels[first]) + score(theta[second], labels[second])) / 2)


@pytest.mark.parametrize("theta", [None, np.ones((80, 1)), np.full((80, 3), np.nan), np.ones((79, 2)) / 2])
def test_sources_without_class_probabilities_are_undefined(theta):
    assert np.isnan(score(theta, example()[1]))


def test_regression_targets_and_single_classes_are_undefined():
    theta, labels = example()
    assert np.isnan(score(theta, labels.astype(float), "regression"))
    assert np.isnan(score(theta, np.ones(80, np.int64)))


def test_finer_partition_of_the_same_rows_scores_no_lower():
    # why sources of very different numbers of classes are not comparable
    theta, labels = example(n=60, sources=2)
    random = np.random.default_rng(2)
    split = np.repeat(theta, 20, axis=1) * np.eye(20)[random.integers(20, size=60)][:, [*range(20), *range(20)]]
    assert expected_log_likelihood(split, labels) > expected_log_likelihood(theta, labels)
