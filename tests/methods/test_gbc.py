import numpy as np
import pytest

from intertask.methods.gbc import COMPONENTS, FLOOR, class_overlap, principal_components


@pytest.fixture
def random():
    return np.random.default_rng(6)


def score(F, y):
    return class_overlap(F, y, np.arange(len(y)))


def by_full_covariances(F, y):
    """Bhattacharyya distances of general Gaussians, after scikit-learn's PCA."""
    from sklearn.decomposition import PCA

    Z = PCA(min(COMPONENTS, *F.shape), svd_solver="full").fit_transform(F)
    d, floor = Z.shape[1], FLOOR * np.mean((Z - Z.mean(0)) ** 2)
    fits = []
    for c in [c for c in np.unique(y) if np.sum(y == c) > 1]:
        part = Z[y == c]
        spread = np.mean((part - part.mean(0)) ** 2)
        fits.append((part.mean(0), max(spread, floor) * np.eye(d)))
    total = 0
    for i, (m, S) in enumerate(fits):
        for j, (n, R) in enumerate(fits):
            if i != j:
                middle = (S + R) / 2
                logs = [np.linalg.slogdet(A)[1] for A in (middle, S, R)]
                distance = (m - n) @ np.linalg.inv(middle) @ (m - n) / 8 + (logs[0] - (logs[1] + logs[2]) / 2) / 2
                total -= np.exp(-distance)
    return total


@pytest.mark.parametrize(("n", "d"), [(90, 7), (200, 100), (30, 60)])
def test_equals_full_covariances(n, d, random):
    y = np.append(random.integers(3, size=n - 1), 9)  # a class of one row at the end
    F = random.normal(size=(n, d)) * random.uniform(0.5, 2, size=(10, 1))[y] + 0.3 * random.normal(size=(10, d))[y]
    assert score(F, y) == pytest.approx(by_full_covariances(F, y), rel=1e-8)
    assert score(F, y) < -1e-6


def test_principal_components_keep_distances_up_to_their_number(random):
    F = random.normal(size=(40, 10))
    F -= F.mean(0)
    Z = principal_components(F)
    np.testing.assert_allclose(Z @ Z.T, F @ F.T, atol=1e-10)
    assert principal_components(random.normal(size=(100, 90))).shape == (100, COMPONENTS)
    assert principal_components(random.normal(size=(20, 90))).shape == (20, 20)


def test_classes_of_one_row_are_dropped(random):
    F, y = random.normal(size=(40, 5)), random.integers(2, size=40)
    kept = score(F, y)
    alone = np.append(y[:-2], [7, 8])
    assert np.isfinite(score(F, alone))
    assert score(F, alone) == pytest.approx(kept, rel=0.2)
    assert np.isnan(score(F[:5], np.array([0, 0, 1, 2, 3])))


@pytest.mark.parametrize("scale", [1e-12, 1e3])
def test_unit_does_not_matter(scale, random):
    F, y = random.normal(size=(40, 5)), np.repeat([0, 1], 20)
    F[:20] = F[0]  # all rows of a class the same: the floor
    assert np.isfinite(score(F, y))
    assert score(scale * F, y) == pytest.approx(score(F, y), rel=1e-9)


def test_equal_and_distant_classes_are_the_ends():
    F = np.random.default_rng(0).normal(size=(30, 4))
    y = np.repeat([0, 1, 2], 10)
    same = np.concatenate([F[:10]] * 3)
    assert score(same, y) == pytest.approx(-6)  # each of the 3 * 2 ordered pairs overlaps wholly
    assert -1e-9 < score(F + 100 * y[:, None] * np.arange(4), y) <= 0


def test_undefined(random):
    assert np.isnan(score(random.normal(size=(9, 3)), np.ones(9, int)))
    assert np.isnan(score(np.full((9, 3), 0.1), np.arange(9) % 2))
