import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.optimize import minimize

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.logme import label_columns, log_evidence, log_evidence_from_moments, logme
from intertask.methods.spectrum import moments


def dense_evidence(F: np.ndarray, t: np.ndarray) -> float:
    """max over α, β of log N(t; 0, FF'/α + I/β) / N by general optimizers on the N x N Gaussian."""
    n = len(F)
    kernel = F @ F.T

    def loss(logs):
        a, b = np.exp(-np.clip(logs, -40, 40))
        factor = np.linalg.cholesky(a * kernel + b * np.eye(n))
        white = np.linalg.solve(factor, t)
        return (white @ white + n * np.log(2 * np.pi)) / (2 * n) + np.log(np.diag(factor)).mean()

    found = []
    for start in [(0.0, 0.0), (6.0, 1.0), (-4.0, 3.0), (3.0, 6.0)]:
        rough = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-9, "fatol": 1e-13})
        found += [rough.fun, minimize(loss, rough.x, method="L-BFGS-B").fun]
    return -min(found)


def example(n: int, d: int, classes: int = 3, signal: float = 0.3, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(classes, size=n - classes)])
    return random.normal(size=(n, d)) + signal * random.normal(size=(classes, d))[labels], labels


def score(F, labels, kind="classification", groups=None, views=None) -> float:
    """The registered method on one source."""
    groups = np.arange(len(F)) if groups is None else groups
    views = views or (View(np.arange(len(F)), labels),)
    return logme(Facts("t", kind, 1, target_rows=Rows(groups, views)), [Facts("s", kind, 1, features=F)])[0]


SHAPES = [(40, 100), (70, 30), (30, 30), (12, 5)]


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("signal", [0.0, 0.3, 1.0])
def test_equals_dense_evidence_maximization_classification(n, d, signal):
    F, labels = example(n, d, signal=signal)
    Y = label_columns(labels)
    assert log_evidence(F, Y) == pytest.approx(np.mean([dense_evidence(F, t) for t in Y.T]), abs=1e-6)


@pytest.mark.parametrize(("n", "d"), SHAPES)
def test_equals_dense_evidence_maximization_regression(n, d):
    random = np.random.default_rng(1)
    F = random.normal(size=(n, d))
    t = F @ random.normal(size=d) / np.sqrt(d) + 0.5 * random.normal(size=n)
    assert log_evidence(F, t[:, None]) == pytest.approx(dense_evidence(F, t), abs=1e-6)


@pytest.mark.parametrize(("n", "d"), [(40, 60), (60, 40)])
def test_equals_dense_evidence_maximization_without_full_rank(n, d):
    F, labels = example(n, 7)
    F = F @ np.random.default_rng(2).normal(size=(7, d))
    Y = label_columns(labels)
    expected = np.mean([dense_evidence(F, t) for t in Y.T])
    assert log_evidence(F, Y) == pytest.approx(expected, abs=1e-6)
    assert log_evidence_from_moments(moments(F, Y, n)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "d"), [(25, 60), (60, 20), (40, 39), (40, 40)])
@pytest.mark.parametrize("kind", ["classification", "regression"])
def test_method_equals_dense_evidence_of_what_a_flat_intercept_leaves(n, d, kind):
    F, labels = example(n, d)
    F = F + 5
    Y = label_columns(labels)
    if kind == "regression":
        labels = np.random.default_rng(3).normal(size=n) + 2
        Y = (labels / labels.std())[:, None]
    Q = null_space(np.ones((1, n)))  # orthonormal contrasts [N, N - 1]
    expected = np.mean([dense_evidence(Q.T @ F, Q.T @ t) for t in Y.T])
    assert score(F, labels, kind) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("d", [8, 100])
def test_multiple_choice_has_an_intercept_per_example(d):
    sizes = [4] * 10 + [2, 3, 5]
    groups = np.repeat(np.arange(len(sizes)), sizes)[::-1]
    random = np.random.default_rng(4)
    labels = np.zeros(len(groups), np.int64)
    for group in range(len(sizes)):
        labels[random.choice(np.flatnonzero(groups == group))] = 1
    F = random.normal(size=(len(groups), d)) + 0.5 * labels[:, None] + 10 * random.normal(size=(len(sizes), d))[groups]
    Q = null_space((np.arange(len(sizes))[:, None] == groups).astype(float))
    expected = dense_evidence(Q.T @ F, Q.T @ labels)  # of the other column too: 1 - t
    assert score(F, labels, "multiple_choice", groups) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("n", "d"), [(40, 100), (300, 60), (60, 60)])
@pytest.mark.parametrize("decades", [0, 2, 4])
@pytest.mark.parametrize("centered", [False, True])
def test_sufficient_statistics_give_the_same(n, d, decades, centered):
    F, labels = example(n, d)
    F = F * np.logspace(0, -decades, d)  # singular values that span that many decades
    Y, freedom = label_columns(labels), n
    if centered:
        F, Y, freedom = F - F.mean(0), Y - Y.mean(0), n - 1
    from_moments = log_evidence_from_moments(moments(F, Y, freedom))
    assert from_moments == pytest.approx(log_evidence(F, Y, freedom), abs=1e-6)


@pytest.mark.parametrize("factor", [1e-6, 1000, 1e12])
@pytest.mark.parametrize(("n", "d"), [(40, 100), (120, 30)])
def test_scale_of_the_features_does_not_matter(n, d, factor):
    F, labels = example(n, d)
    assert log_evidence(factor * F, label_columns(labels)) == pytest.approx(
        log_evidence(F, label_columns(labels)), abs=1e-12
    )
    assert score(factor * F, labels) == pytest.approx(score(F, labels), abs=1e-10)


def test_unit_of_the_values_does_not_matter():
    F, _ = example(50, 20)
    values = F[:, 0] + np.random.default_rng(0).normal(size=50)
    assert score(F, 100 * values - 7, "regression") == pytest.approx(score(F, values, "regression"), abs=1e-10)


@pytest.mark.parametrize(("n", "d"), [(60, 100), (200, 30)])
def test_only_classes_that_occur_count(n, d):
    F, labels = example(n, d)
    gap = np.array([0, 4, 9])[labels]
    assert score(F, gap) == score(F, labels)
    # a column of zeros, as class ids counted from 0 to the largest would give, is left out
    Y = label_columns(labels)
    assert log_evidence(F, np.insert(Y, 1, 0, axis=1)) == pytest.approx(log_evidence(F, Y), abs=1e-12)


def test_order_of_rows_and_directions_of_features_do_not_matter():
    F, labels = example(60, 20)
    order = np.random.default_rng(1).permutation(60)
    rotation = np.linalg.qr(np.random.default_rng(2).normal(size=(20, 20)))[0]
    assert score(F[order] @ rotation, labels[order]) == pytest.approx(score(F, labels), abs=1e-9)


@pytest.mark.parametrize("n", [50, 100, 500])
def test_signal_scores_above_noise_with_fewer_rows_than_features(n):
    # with D/2 log α instead of k/2 log α, the order would be reversed, and noise would score far too high
    noise, labels = example(n, 768, signal=0)
    signal, _ = example(n, 768, signal=0.1)
    assert score(noise, labels) + 0.01 < score(signal, labels)
    assert score(noise, labels) < 0


def test_more_signal_scores_higher_with_few_rows():
    labels = example(50, 768)[1]
    scores = [score(example(50, 768, signal=signal)[0], labels) for signal in (0, 0.1, 0.2, 0.4)]
    assert scores == sorted(scores)
    assert len(set(scores)) == 4


@pytest.mark.parametrize(("n", "d"), [(30, 50), (50, 10)])
@pytest.mark.parametrize("value", [0.0, 0.1, -3e5])
def test_constant_features_leave_the_evidence_of_noise(n, d, value):
    _, labels = example(n, d)
    Y = label_columns(labels)
    variance = ((Y - Y.mean(0)) ** 2).sum(0) / (n - 1)
    expected = np.mean(-(np.log(2 * np.pi * variance) + 1) / 2)
    assert score(np.full((n, d), value), labels) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("labels", [np.ones(20, np.int64), np.full(20, 0.3)])
def test_constant_labels_are_undefined(labels):
    F, _ = example(20, 5)
    kind = "regression" if labels.dtype == float else "classification"
    assert np.isnan(score(F, labels, kind))


def test_groups_of_one_choice_are_undefined():
    F, labels = example(6, 3, classes=2)
    assert np.isnan(score(F, labels, "multiple_choice", groups=np.arange(6)))


@pytest.mark.parametrize("d", [5, 40])
def test_a_perfect_fit_is_finite_and_above_an_almost_perfect_one(d):
    # fewer features than rows: the true evidence is infinite
    random = np.random.default_rng(0)
    F = random.normal(size=(60, d))
    values = F @ random.normal(size=d)
    perfect = score(F, values, "regression")
    assert np.isfinite(perfect)
    assert perfect > score(F, values + 1e-3 * random.normal(size=60), "regression")
    # labels are one of the features
    assert np.isfinite(score(np.eye(3)[np.arange(60) % 3], np.arange(60) % 3))


@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize(("n", "d"), [(60, 40), (40, 60)])
def test_directions_that_hold_nothing_but_rounding_do_not_count(n, d, noise):
    # in a perfect fit they would matter most
    random = np.random.default_rng(0)
    F, basis = random.normal(size=(n, 7)), np.linalg.qr(random.normal(size=(d, 7)))[0].T
    values = (F @ random.normal(size=7) + noise * random.normal(size=n))[:, None]
    expected = log_evidence(F, values)
    assert log_evidence(F @ basis, values) == pytest.approx(expected, abs=1e-6)
    assert log_evidence_from_moments(moments(F @ basis, values, n)) == pytest.approx(expected, abs=1e-6)
    rounded = (1e3 * F @ basis).astype(np.float32)  # as on disk
    assert log_evidence(rounded, values) == pytest.approx(expected, abs=1e-4)


def test_two_rows():
    assert np.isfinite(score(np.array([[1.0, 2, 3], [4, 5, 7]]), np.array([0, 1])))


def test_mean_over_views():
    F, labels = example(60, 20, classes=2)
    starts, ends = np.arange(0, 40), np.arange(20, 60)
    both = score(F, None, "extractive_qa", views=(View(starts, labels[starts]), View(ends, labels[ends])))
    assert both == pytest.approx((score(F[starts], labels[starts]) + score(F[ends], labels[ends])) / 2, abs=1e-12)
