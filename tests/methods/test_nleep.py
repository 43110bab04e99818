import math
import warnings

import numpy as np
import pytest

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.leep import expected_log_likelihood
from intertask.methods.nleep import posterior
from intertask.methods.registry import get_method


def example(n=200, d=30, classes=3, signal=0.5, seed=0):
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(classes, size=n - classes)])
    return random.normal(size=(n, d)) + signal * random.normal(size=(classes, d))[labels], labels


def score(F, labels, kind="classification", groups=None):
    rows = Rows(np.arange(len(F)) if groups is None else groups, (View(np.arange(len(F)), labels),))
    return get_method("n-leep")(Facts("t", kind, 1, target_rows=rows), [Facts("s", "tagging", 1, features=F)])[0]


def plain_nleep(F, labels, clusters) -> float:
    """Components by SVD, the densities and LEEP in loops; only the mixture's parameters come from the library."""
    from sklearn.mixture import GaussianMixture

    order = np.lexsort(F.T)
    F, labels = F[order], labels[order]
    X = F - F.mean(0)
    _, s, V = np.linalg.svd(X, full_matrices=False)
    kept = 1
    while (s[:kept] ** 2).sum() <= 0.8 * (s**2).sum():
        kept += 1
    V = V[:kept] * np.sign(V[:kept][np.arange(kept), np.abs(V[:kept]).argmax(1)])[:, None]
    X = X @ V.T
    X = X / np.sqrt((X**2).mean(0).mean())
    found = GaussianMixture(clusters, covariance_type="diag", reg_covar=1e-3, n_init=3, random_state=0).fit(X)
    theta = []
    for x in X:
        density = []
        for weight, mean, variance in zip(found.weights_, found.means_, found.covariances_, strict=True):
            logs = [
                -0.5 * math.log(2 * math.pi * v) - (a - m) ** 2 / (2 * v)
                for a, m, v in zip(x, mean, variance, strict=True)
            ]
            density.append(math.log(weight) + sum(logs))
        top = max(density)
        theta.append([math.exp(value - top) for value in density])
    theta = np.array(theta) / np.sum(theta, axis=1, keepdims=True)
    total = 0.0
    for row, y in zip(theta, labels, strict=True):
        same = theta[labels == y]
        total += math.log(sum(same[:, z].sum() / theta[:, z].sum() * row[z] for z in range(clusters)))
    return total / len(F)


@pytest.mark.parametrize(("n", "d"), [(150, 10), (90, 120)])
def test_equals_a_plain_second_implementation(n, d):
    F, labels = example(n, d)
    assert score(F, labels) == pytest.approx(plain_nleep(F, labels, 15), abs=1e-6)


def test_is_the_mean_of_the_log_and_not_of_the_likelihood():
    F, labels = example(signal=0.2)
    assert score(F, labels) < 0


def test_separate_clusters_of_one_class_each():
    # ten clusters far apart, each of one class: as many clusters as there are tell the classes without error
    random = np.random.default_rng(0)
    cluster = np.arange(300) % 10
    F = 100 * random.normal(size=(10, 40))[cluster] + random.normal(size=(300, 40))
    assert score(F, cluster % 2) == pytest.approx(0, abs=1e-9)
    theta = posterior(F, 10)
    np.testing.assert_allclose(theta.sum(1), 1)
    assert len({(a, b) for a, b in zip(cluster.tolist(), theta.argmax(1).tolist(), strict=True)}) == 10


@pytest.mark.parametrize("n", [60, 300])
def test_signal_scores_above_noise(n):
    noise, labels = example(n, 200, signal=0)
    signal, _ = example(n, 200, signal=0.5)
    assert score(noise, labels) + 0.05 < score(signal, labels) <= 0


@pytest.mark.parametrize("n", [12, 40, 100])
def test_few_rows_are_not_memorized(n):
    noise, labels = example(n, 50, signal=0)
    assert posterior(noise, 15).shape[1] <= n // 5
    assert score(noise, labels) < -0.2


@pytest.mark.parametrize("kind", ["classification", "multiple_choice"])
def test_order_of_the_rows_does_not_matter(kind):
    F, labels = example(n=120, signal=0.2)
    groups = np.arange(120) // 4
    order = np.random.default_rng(3).permutation(120)
    shuffled = score(F[order], labels[order], kind, groups[order])
    assert shuffled == pytest.approx(score(F, labels, kind, groups), abs=1e-9)


@pytest.mark.parametrize("factor", [1e-6, 1000])
def test_scale_of_the_features_does_not_matter(factor):
    F, labels = example(signal=0.2)
    assert score(factor * F, labels) == pytest.approx(score(F, labels), abs=1e-9)


def test_ids_of_the_labels_do_not_matter():
    F, labels = example(signal=0.2)
    assert score(F, np.array([8, 1, 4])[labels]) == pytest.approx(score(F, labels), abs=1e-12)


@pytest.mark.parametrize("n", [7, 100])
def test_constant_features_score_as_no_information(n):
    _, labels = example(n)
    share = np.bincount(labels) / n
    assert score(np.full((n, 6), 0.1), labels) == pytest.approx((share * np.log(share)).sum(), abs=1e-12)


def test_no_warning_for_rows_that_repeat_or_hardly_differ():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        F = np.repeat(np.eye(3), 40, axis=0)
        assert score(F, np.repeat([0, 1, 2], 40)) == pytest.approx(0, abs=1e-9)
        noise, labels = example(60, 5, signal=0)
        assert np.isfinite(score(1.0 + 1e-12 * noise, labels))
        assert np.isfinite(score(noise[:4], labels[:4]))


def test_undefined():
    F, labels = example(60)
    assert np.isnan(score(F, labels.astype(float), "regression"))
    assert np.isnan(score(F, np.zeros(60, np.int64)))


def test_posterior_replaces_theta():
    F, labels = example()
    assert score(F, labels) == expected_log_likelihood(posterior(F, 15), labels)
