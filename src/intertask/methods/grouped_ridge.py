"""A linear model whose weights are shrunk group by group, as strongly as the data say.

y = X w + noise with noise ~ N(0, σ²) and w ~ N(0, v_g) for the columns of group g. The variances v_g and σ² maximize
the marginal likelihood (type II maximum likelihood) times a weak prior. The rows are only needed for their sums of
products, so memory and the time of each step grow with the number of columns, not with the number of rows.

Source: Bishop 2006, Pattern Recognition and Machine Learning, sections 3.3 and 3.5; the derivatives of the marginal
likelihood follow from Fisher's identity.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

#: Weak prior of each log variance: normal with mean log(SHARE · mean square of y) and standard deviation WIDTH.
SHARE, WIDTH = 0.1, 2.0
#: Bounds of each variance, as shares of the mean square of y.
LOWEST, HIGHEST = 1e-5, 10.0
#: Maximum number of L-BFGS iterations.
ITERATIONS = 60


class GroupedRidge(NamedTuple):
    """The fitted model.

    Attributes:
        weights: [p] Posterior means of the weights.
        covariance: [p, p] Posterior covariance of the weights.
        variances: [groups] Prior variance of the weights of each group.
        noise: Variance of the noise.
    """

    weights: np.ndarray
    covariance: np.ndarray
    variances: np.ndarray
    noise: float

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Predict new observations.

        Args:
            X: [m, p] Their columns.

        Returns:
            [m] means, and [m] variances of the observations, noise included.
        """
        return X @ self.weights, np.einsum("mp,pq,mq->m", X, self.covariance, X) + self.noise


def fit(blocks: Iterable[tuple[np.ndarray, np.ndarray]], groups: np.ndarray) -> GroupedRidge:
    """Fit the model to observations that come in blocks of rows.

    Args:
        blocks: Pairs of columns [n, p] and observations [n]. One block is in memory at a time.
        groups: [p] Index of each column's group, from 0.

    Returns:
        The model. If all observations are 0, its weights, variances and noise are 0.
    """
    from scipy.optimize import minimize

    p, count = len(groups), int(groups.max(initial=-1)) + 1
    products, cross, squares, n = np.zeros((p, p)), np.zeros(p), 0.0, 0
    for X, y in blocks:
        products += X.T @ X
        cross += X.T @ y
        squares += float(y @ y)
        n += len(y)
    if squares == 0:
        return GroupedRidge(np.zeros(p), np.zeros((p, p)), np.zeros(count), 0.0)
    unit = squares / n
    center = np.log(SHARE * unit)
    sizes = np.bincount(groups, minlength=count)

    def posterior(logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Weights, covariance, and the log determinant of the precision."""
        precision = products / np.exp(logs[-1])
        precision[np.diag_indices(p)] += np.exp(-logs[:-1])[groups]
        lower = np.linalg.cholesky(precision)
        half = np.linalg.inv(lower)
        covariance = half.T @ half
        return covariance @ cross / np.exp(logs[-1]), covariance, 2 * np.log(np.diag(lower)).sum()

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        weights, covariance, determinant = posterior(logs)
        noise, variances = np.exp(logs[-1]), np.exp(logs[:-1])
        misfit = squares - 2 * weights @ cross + weights @ products @ weights
        penalty = np.bincount(groups, weights**2, count)
        value = n * logs[-1] + determinant + sizes @ logs[:-1] + misfit / noise + (penalty / variances).sum()
        of_groups = sizes - (penalty + np.bincount(groups, np.diag(covariance), count)) / variances
        of_noise = n - (misfit + (covariance * products).sum()) / noise
        away = (logs - center) / WIDTH**2
        return value / 2 + ((logs - center) @ away) / 2, np.append(of_groups, of_noise) / 2 + away

    bounds = [(np.log(LOWEST * unit), np.log(HIGHEST * unit))] * (count + 1)
    start = np.full(count + 1, center)
    logs = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS}).x
    weights, covariance, _ = posterior(logs)
    return GroupedRidge(weights, covariance, np.exp(logs[:-1]), float(np.exp(logs[-1])))
