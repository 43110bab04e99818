import numpy as np
import pytest

from intertask.methods.transrate import EPSILON, rate_reduction


@pytest.fixture
def random():
    return np.random.default_rng(5)


def score(F, y):
    return rate_reduction(F, y, np.arange(len(y)))


def by_loops(F, y):
    Z = np.array([row / np.sqrt(row @ row) for row in F])
    Z = Z - Z.mean(0)

    def rate(Z):
        return sum(np.log(1 + value / EPSILON) for value in np.linalg.svd(Z / np.sqrt(len(Z)))[1] ** 2) / 2

    return rate(Z) - sum(np.mean(y == c) * rate(Z[y == c]) for c in np.unique(y))


@pytest.mark.parametrize(("n", "d"), [(90, 7), (30, 60)])
def test_equals_loops(n, d, random):
    y = random.choice(3, p=[0.7, 0.2, 0.1], size=n)
    F = random.normal(size=(n, d)) + random.normal(size=(3, d))[y]
    assert score(F, y) == pytest.approx(by_loops(F, y), rel=1e-9)


@pytest.mark.parametrize("scale", [0.01, 1e6])
def test_scale_does_not_matter(scale, random):
    # the published form has the scores 0.997, 5.137 and 5.139 for these features times 0.01, 1 and 100
    F, y = random.normal(size=(80, 6)), random.integers(3, size=80)
    assert score(scale * F, y) == pytest.approx(score(F, y), rel=1e-9)


def test_classes_of_one_size_weigh_the_same_as_in_public_code(random):
    y = np.arange(60) % 3
    F = random.normal(size=(60, 5)) + random.normal(size=(3, 5))[y]
    Z = F / np.linalg.norm(F, axis=1, keepdims=True)
    Z -= Z.mean(0)
    rates = [
        np.linalg.slogdet(np.eye(5) + Z[i].T @ Z[i] / (len(Z[i]) * EPSILON))[1] / 2
        for i in (y > -1, y == 0, y == 1, y == 2)
    ]
    assert score(F, y) == pytest.approx(rates[0] - np.mean(rates[1:]), rel=1e-9)


def test_never_negative(random):
    for d in (3, 40):
        assert score(random.normal(size=(50, d)), random.choice(4, p=[0.9, 0.05, 0.03, 0.02], size=50)) > 0


def test_rises_with_signal_on_features_of_falling_variance(random):
    # as the features of encoders have
    y = random.integers(3, size=400)
    noise = random.normal(size=(400, 500)) / (1 + np.arange(500))
    directions = random.normal(size=(3, 500)) / (1 + np.arange(500))
    scores = [score(noise + strength * directions[y] + 0.1, y) for strength in (0, 0.5, 1, 2)]
    assert (np.diff(scores) > 0).all()


def test_undefined(random):
    assert np.isnan(score(random.normal(size=(9, 3)), np.ones(9, int)))
    assert np.isnan(score(np.full((9, 3), 0.1), np.arange(9) % 2))


def test_a_row_of_zeros_has_no_direction_and_no_error(random):
    F, y = random.normal(size=(20, 3)), np.arange(20) % 2
    F[4] = 0
    assert np.isfinite(score(F, y))
