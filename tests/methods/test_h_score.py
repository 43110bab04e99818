import numpy as np
import pytest

from intertask.methods.h_score import shrunk_h_score


@pytest.fixture
def random():
    return np.random.default_rng(4)


def score(F, y):
    return shrunk_h_score(F, y, np.arange(len(y)))


def by_loops(F, y):
    """Ledoit and Wolf 2004, lemma by lemma."""
    F = F - F.mean(0)
    n, d = F.shape
    S = sum(np.outer(x, x) for x in F) / n
    m = np.trace(S) / d
    spread = np.sum((S - m * np.eye(d)) ** 2)
    error = min(sum(np.sum((np.outer(x, x) - S) ** 2) for x in F) / n**2, spread)
    a = error / spread
    between = sum(np.outer(F[y == c].mean(0), F[y == c].mean(0)) * np.mean(y == c) for c in np.unique(y))
    return (1 - a) * np.trace(np.linalg.inv((1 - a) * S + a * m * np.eye(d)) @ between)


@pytest.mark.parametrize(("n", "d"), [(120, 8), (30, 50)])
def test_equals_loops(n, d, random):
    y = random.integers(4, size=n)
    F = random.normal(size=(n, d)) * random.uniform(0.2, 4, size=d) + random.normal(size=(4, d))[y]
    assert score(F, y) == pytest.approx(by_loops(F, y), rel=1e-9)


def test_noise_with_fewer_rows_than_features_is_far_below_the_maximum(random):
    y = random.integers(4, size=300)
    F = random.normal(size=(300, 768))
    centered = F - F.mean(0)
    means = np.array([centered[y == c].mean(0) * np.sqrt(np.mean(y == c)) for c in range(4)])
    plain = np.trace(means @ np.linalg.pinv(centered.T @ centered / 300) @ means.T)
    assert plain == pytest.approx(3)  # the trap: C - 1 without any signal
    assert score(F, y) < 0.3


def test_whitened_features_are_shrunk_to_zero_and_others_are_not(random):
    y = random.integers(4, size=500)
    F = random.normal(size=(500, 64))
    F -= F.mean(0)
    whitened = F @ np.linalg.cholesky(np.linalg.inv(F.T @ F / 500))
    assert score(whitened, y) == pytest.approx(0, abs=1e-12)
    assert score(F * np.linspace(1, 5, 64), y) > 0.01


@pytest.mark.parametrize("scale", [1e-12, 1e6])
def test_unit_and_origin_do_not_matter(scale, random):
    F, y = random.normal(size=(60, 20)) + 1, random.integers(3, size=60)
    F[:, 0] += 5 * y
    assert score(scale * F, y) == pytest.approx(score(F, y), rel=1e-9)


def test_stays_below_classes_minus_one(random):
    y = random.integers(5, size=400)
    F = 100 * random.normal(size=(5, 10))[y] + random.normal(size=(400, 10))
    assert 3 < score(F, y) <= 4


def test_undefined(random):
    assert np.isnan(score(random.normal(size=(9, 3)), np.ones(9, int)))
    assert np.isnan(score(np.full((9, 3), 0.1), np.arange(9) % 2))
