import numpy as np
import pytest

from intertask.methods import parc as module
from intertask.methods.parc import distance_correlation, rank_correlation, some_groups


@pytest.fixture
def random():
    return np.random.default_rng(7)


def by_scipy(F, of_labels):
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr, zscore

    return 100 * spearmanr(pdist(zscore(F), "correlation"), of_labels).statistic


def test_equals_scipy(random):
    from scipy.spatial.distance import pdist

    y = random.integers(4, size=70)
    F = random.normal(2, 3, size=(70, 9)) + random.normal(size=(4, 9))[y]
    expected = by_scipy(F, np.round(pdist(np.eye(4)[y], "correlation"), 12))
    assert expected > 1
    assert distance_correlation(F, y, np.arange(70)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("values", [3, 10**12])
def test_one_sort_gives_the_correlation_of_ranks(values, random):
    from scipy.stats import spearmanr

    integers, marked = random.integers(-values, values, size=500), random.random(500) < 0.1
    expected = spearmanr(integers, marked).statistic
    assert rank_correlation(integers, marked) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("case", ["N < D", "constant columns", "one class with one row"])
def test_equals_scipy_in_special_cases(case, random):
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr, zscore

    n, d = (20, 30) if case == "N < D" else (60, 9)
    y, F = random.integers(3, size=n), random.normal(size=(n, d))
    if case == "constant columns":
        Z = zscore(F)
        F[:, 0], Z[:, 0] = 0.1, 0
    else:
        y[0], Z = 3, zscore(F)
    of_labels = np.round(pdist(np.eye(4)[y], "correlation"), 12)
    expected = 100 * spearmanr(pdist(Z, "correlation"), of_labels).statistic
    assert distance_correlation(F, y, np.arange(n)) == pytest.approx(expected, abs=1e-9)


def test_regression_equals_scipy(random):
    from scipy.spatial.distance import pdist

    y = random.normal(size=50)
    F = np.outer(y, random.normal(size=6)) + random.normal(size=(50, 6))
    expected = by_scipy(F, pdist(y[:, None]))
    assert distance_correlation(F, y, np.arange(50)) == pytest.approx(expected, rel=1e-9)


def test_a_choice_of_whole_groups_that_does_not_depend_on_the_order(random, monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 50)
    groups = random.integers(60, size=200) * 5
    kept = groups[some_groups(groups)]
    assert 40 < len(kept) <= 50
    assert all(np.sum(groups == group) == np.sum(kept == group) for group in kept)
    order = random.permutation(200)
    assert set(groups[order][some_groups(groups[order])]) == set(kept)
    F, y = random.normal(size=(200, 4)), random.integers(2, size=200)
    expected = distance_correlation(F[some_groups(groups)], y[some_groups(groups)], kept)
    assert distance_correlation(F[order], y[order], groups[order]) == pytest.approx(expected, abs=1e-9)


def test_a_single_group_that_is_too_large_is_taken_whole(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROWS", 5)
    assert len(some_groups(np.zeros(9, int))) == 9
    assert len(some_groups(np.arange(9))) == 5


def test_of_many_rows_only_the_choice_counts(random):
    y = random.integers(5, size=3000)
    F = random.normal(size=(3000, 32)) + random.normal(size=(5, 32))[y]
    part = some_groups(np.arange(3000))
    expected = distance_correlation(F[part], y[part], np.arange(1000))
    assert distance_correlation(F, y, np.arange(3000)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("scale", [1e-12, 1e6])
def test_unit_of_each_feature_does_not_matter(scale, random):
    F, y = random.normal(size=(40, 5)), random.integers(3, size=40)
    units = scale ** random.random(5)
    expected = distance_correlation(F, y, np.arange(40))
    assert distance_correlation(F * units, y, np.arange(40)) == pytest.approx(expected, abs=1e-9)


def test_undefined(random):
    F = random.normal(size=(9, 3))
    every = np.arange(9)
    assert np.isnan(distance_correlation(F, np.ones(9, int), every))
    assert np.isnan(distance_correlation(F, every, every))  # all labels are equally far apart
    assert np.isnan(distance_correlation(np.full((9, 3), 0.1), every % 2, every))
    assert np.isnan(distance_correlation(F[:, :1], every % 2, every))  # one feature correlates with nothing
