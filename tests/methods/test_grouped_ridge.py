"""Against dense Gaussian formulas: the marginal likelihood's maximum, the posterior, and the predictions."""

import numpy as np
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal

from intertask.methods.grouped_ridge import SHARE, WIDTH, fit

RANDOM = np.random.default_rng(4)
GROUPS = np.array([0, 0, 0, 1, 1, 2])
X = RANDOM.normal(size=(40, len(GROUPS)))
Y = X @ np.array([1.0, -2.0, 0.5, 0.1, 0.0, 3.0]) + 0.4 * RANDOM.normal(size=40)


def test_variances_maximize_the_penalized_likelihood():
    model = fit([(X, Y)], GROUPS)
    center = np.log(SHARE * np.mean(Y**2))

    def penalized(logs):
        covariance = X * np.exp(logs[:-1])[GROUPS] @ X.T + np.exp(logs[-1]) * np.eye(len(Y))
        return multivariate_normal(np.zeros(len(Y)), covariance).logpdf(Y) - ((logs - center) ** 2).sum() / WIDTH**2 / 2

    found = np.log(np.append(model.variances, model.noise))
    np.testing.assert_allclose(approx_fprime(found, penalized, 1e-6), 0, atol=5e-2)
    assert penalized(found) > penalized(np.full(4, center)) + 1


def test_predictions_are_those_of_the_gaussian_process():
    model, new = fit([(X, Y)], GROUPS), RANDOM.normal(size=(7, len(GROUPS)))
    known = X * model.variances[GROUPS] @ X.T + model.noise * np.eye(len(Y))
    cross = new * model.variances[GROUPS] @ X.T
    mean, variance = model.predict(new)
    np.testing.assert_allclose(mean, cross @ np.linalg.solve(known, Y), rtol=1e-9)
    prior = (new**2) @ model.variances[GROUPS] + model.noise
    np.testing.assert_allclose(variance, prior - np.einsum("mn,nm->m", cross, np.linalg.solve(known, cross.T)))


def test_blocks_are_one_set_of_rows():
    whole, parts = fit([(X, Y)], GROUPS), fit([(X[:13], Y[:13]), (X[13:], Y[13:])], GROUPS)
    np.testing.assert_allclose(whole.weights, parts.weights, rtol=1e-5)


def test_nothing_to_explain():
    model = fit([(X, 0 * Y)], GROUPS)
    mean, variance = model.predict(X)
    assert not mean.any()
    assert not variance.any()
