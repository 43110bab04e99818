import numpy as np
import pytest

from intertask.methods.folds import grouped_folds
from intertask.methods.ridge import PENALTIES, ridge_score


@pytest.fixture
def random():
    return np.random.default_rng(2)


def by_scikit_learn(F, Y, folds):
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    errors = np.zeros((folds.max() + 1, len(PENALTIES)))
    total = 0
    for fold in range(len(errors)):
        train, test = folds != fold, folds == fold
        for i, penalty in enumerate(PENALTIES):
            model = make_pipeline(StandardScaler(), Ridge(penalty * train.sum(), solver="svd"))
            model.fit(F[train], Y[train])
            errors[fold, i] = np.sum((Y[test] - model.predict(F[test]).reshape(Y[test].shape)) ** 2)
        total += np.sum((Y[test] - Y[train].mean(0)) ** 2)
    chosen = [errors[f, np.delete(errors, f, axis=0).sum(0).argmin()] for f in range(len(errors))]
    return 1 - sum(chosen) / total


@pytest.mark.parametrize(("n", "d"), [(80, 10), (40, 90)])
def test_equals_scikit_learn(n, d, random):
    y, groups = random.integers(3, size=n), random.integers(n // 2, size=n)
    F = random.normal(size=(n, d)) * random.uniform(0.1, 5, size=d) + 0.5 * random.normal(size=(3, d))[y]
    expected = by_scikit_learn(F, np.eye(3)[y], grouped_folds(y, groups))
    assert expected > 0.05
    assert ridge_score(F, y, groups) == pytest.approx(expected, rel=1e-8)
    values = F[:, 0] + random.normal(size=n)
    expected = by_scikit_learn(F, values[:, None], grouped_folds(values, groups))
    assert ridge_score(F, values, groups) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("scale", [1e-6, 1e3])
def test_units_of_features_and_values_do_not_matter(scale, random):
    F, y = random.normal(size=(60, 8)), random.normal(size=60)
    y += F[:, 0]
    expected = ridge_score(F, y, np.arange(60))
    assert ridge_score(scale * F + 7, scale * y - 3, np.arange(60)) == pytest.approx(expected, rel=1e-7)


def test_noise_with_fewer_rows_than_features_is_near_zero(random):
    for _ in range(5):
        assert abs(ridge_score(random.normal(size=(50, 300)), random.integers(3, size=50), np.arange(50))) < 0.15


def test_constant_features_explain_exactly_nothing(random):
    y = random.integers(3, size=30)
    assert ridge_score(np.full((30, 4), 0.1), y, np.arange(30)) == 0


def test_undefined(random):
    F = random.normal(size=(6, 2))
    assert np.isnan(ridge_score(F, np.ones(6, int), np.arange(6)))
    assert np.isnan(ridge_score(F, np.array([0, 1] * 3), np.zeros(6, int)))
