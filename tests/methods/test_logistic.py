import numpy as np
import pytest

from intertask.methods import logistic as module
from intertask.methods.facts import Facts, Rows, View
from intertask.methods.folds import grouped_folds, standardized
from intertask.methods.logistic import VARIANCES, linear, log_probabilities, logistic_scores
from intertask.methods.ridge import ridge_score


@pytest.fixture
def random():
    return np.random.default_rng(3)


def by_scikit_learn(X, y, T, variance):
    from sklearn.linear_model import LogisticRegression

    # two classes: scikit-learn has one column w where we have w/2 and -w/2, so its penalty is twice as large
    C = variance * (2 if len(np.unique(y)) == 2 else 1)
    return LogisticRegression(C=C, tol=1e-10, max_iter=20_000).fit(X, y).predict_log_proba(T)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize(("n", "d"), [(90, 12), (40, 100)])
def test_the_fit_equals_scikit_learn(classes, n, d, random):
    y = np.append(np.arange(classes), random.integers(classes, size=n - classes))
    X = random.normal(size=(n, d)) * random.uniform(0.1, 3, size=d) + random.normal(size=(classes, d))[y]
    X, T = X / np.sqrt(d), random.normal(size=(30, d)) / np.sqrt(d)
    ours = log_probabilities(X, np.eye(classes)[y], T)
    for variance, log in zip(VARIANCES, ours, strict=True):
        np.testing.assert_allclose(log, by_scikit_learn(X, y, T, variance), atol=1e-4)


def test_scores_equal_a_loop_over_folds(random):
    y, groups = random.integers(3, size=70), random.integers(25, size=70)
    F = random.normal(size=(70, 6)) + random.normal(size=(3, 6))[y]
    folds, logs, chosen = grouped_folds(y, groups), {}, {}
    for fold in range(5):
        X, T = standardized(F[folds != fold], F[folds == fold])
        for v in VARIANCES:
            logs[fold, v] = by_scikit_learn(X / np.sqrt(6), y[folds != fold], T / np.sqrt(6), v)
    own = {key: log[np.arange(len(log)), y[folds == key[0]]] for key, log in logs.items()}
    for fold in range(5):
        chosen[fold] = max(VARIANCES, key=lambda v: sum(own[f, v].sum() for f in range(5) if f != fold))
    likelihood = np.concatenate([own[f, v] for f, v in chosen.items()]).mean()
    right = np.concatenate([logs[f, v].argmax(1) == y[folds == f] for f, v in chosen.items()]).mean()
    assert 0.4 < right < 1
    assert logistic_scores(F, y, groups) == pytest.approx((right, likelihood), abs=1e-4)


def test_rows_of_a_class_that_the_training_part_lacks_are_left_out(random):
    y, groups = random.integers(2, size=61), np.arange(61)
    F = random.normal(size=(61, 4)) + 2 * y[:, None]
    y[60] = 5
    accuracy, likelihood = logistic_scores(F, y, groups)
    assert np.isfinite(likelihood)
    assert accuracy * 60 == pytest.approx(round(accuracy * 60), abs=1e-9)  # of 60 rows, not of 61
    every = np.arange(8)
    assert np.isnan(logistic_scores(F[:8], every, every)).all()  # no row is left


def test_choices_are_ranked_within_their_example(random):
    groups, y = np.repeat(np.arange(100), 3), np.zeros(300, int)
    y[np.arange(100) * 3 + random.integers(3, size=100)] = 1
    F = 0.1 * random.normal(size=(300, 2))
    F[:, 0] += y + random.normal(size=100)[groups]  # what the choices of an example share
    assert logistic_scores(F, y, groups)[0] < 0.9
    assert logistic_scores(F, y, groups, choices=True)[0] > 0.97


def facts(F, y, kind="classification", groups=None):
    rows = Rows(np.arange(len(y)) if groups is None else groups, (View(np.arange(len(y)), y),))
    return Facts("t", kind, len(y), target_rows=rows), [Facts("s", "tagging", 9, features=F)]


def test_the_likelihood_decides_only_between_equal_accuracies(random):
    y = random.integers(2, size=40)
    F = random.normal(size=(40, 3))
    near, far = F + 4 * y[:, None], F + 40 * y[:, None]
    assert logistic_scores(near, y, np.arange(40))[0] == logistic_scores(far, y, np.arange(40))[0] == 1
    a, b = linear(*facts(near, y))[0], linear(*facts(far, y))[0]
    assert 1 < a < b <= 1 + 1 / 80


def test_linear_of_regression_is_ridge(random):
    F, y = random.normal(size=(40, 3)), random.normal(size=40)
    assert linear(*facts(F, y, "regression"))[0] == ridge_score(F, y, np.arange(40))


def test_noise_is_not_worse_than_the_shares_of_the_classes_by_much(random):
    # with weak penalties alone, more features than rows are overconfident: -2 and less
    y = random.integers(3, size=60)
    _, likelihood = logistic_scores(random.normal(size=(60, 200)), y, np.arange(60))
    assert -1.35 < likelihood < -1.0


def test_units_do_not_matter(random):
    F, y = random.normal(size=(50, 6)), random.integers(3, size=50)
    expected = logistic_scores(F, y, np.arange(50))
    assert logistic_scores(1000 * F + 5, y, np.arange(50)) == pytest.approx(expected, abs=1e-7)


def test_constant_features_give_the_shares_of_the_classes(random):
    y = np.repeat([0, 1], [10, 30])
    accuracy, likelihood = logistic_scores(np.full((40, 3), 0.1), y, np.arange(40))
    assert accuracy == 0.75
    assert likelihood == pytest.approx(0.25 * np.log(0.25) + 0.75 * np.log(0.75), abs=1e-9)


def test_one_class_or_one_group_is_undefined(random):
    F = random.normal(size=(6, 2))
    assert np.isnan(logistic_scores(F, np.ones(6, int), np.arange(6))).all()
    assert np.isnan(logistic_scores(F, np.array([0, 1] * 3), np.zeros(6, int))).all()


def test_iterations_are_bounded_and_enough(random, monkeypatch):
    y = random.integers(20, size=300)
    F = random.normal(size=(300, 100)) / (1 + np.arange(100)) + random.normal(size=(20, 100))[y]
    full = logistic_scores(F, y, np.arange(300))
    monkeypatch.setattr(module, "OPTIONS", {"maxiter": 10_000, "gtol": 1e-9, "ftol": 0})
    assert logistic_scores(F, y, np.arange(300)) == pytest.approx(full, abs=1e-5)
