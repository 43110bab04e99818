"""Linear and logistic proxies: a cross-validated logistic regression on the features."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import choice_accuracy, is_regression, score_rows
from .folds import best_on_the_others, grouped_folds, standardised
from .registry import method
from .ridge import ridge_score

#: Inverse penalties to choose from, of features [N, D] divided by √D: the logits' variance before any row is seen.
VARIANCES = (0.1, 1.0, 10.0)
#: Of L-BFGS: until log-probabilities are exact to some 1e-4, so that rounding has no say in the score.
OPTIONS = {"maxiter": 200, "gtol": 1e-6, "ftol": 1e-14}


@method(
    "linear",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239",
)
def linear(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Accuracy of a 5-fold logistic regression; equal accuracies are told apart by the log-likelihood.

    Classification, tagging and extractive QA: accuracy over rows. Multiple choice: share of the examples whose right
    choice has the highest probability. Added is exp(mean log-likelihood) / 2N, less than half of one row.
    Regression: held-out R² of :func:`.ridge.ridge_score`.
    """
    choices = target.compares_choices

    def estimate(F: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
        if is_regression(y):
            return ridge_score(F, y, groups)
        accuracy, likelihood = logistic_scores(F, y, groups, choices=choices)
        return accuracy + np.exp(likelihood) / (2 * len(y))

    return score_rows(target, sources, estimate)


@method(
    "logistic",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239, with the log-likelihood for the accuracy",
)
def logistic(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Mean held-out log-likelihood of a 5-fold logistic regression; multiple choice: of every choice, right or not."""
    return score_rows(target, sources, lambda F, y, groups: logistic_scores(F, y, groups)[1])


def logistic_scores(F: np.ndarray, y: np.ndarray, groups: np.ndarray, *, choices: bool = False) -> tuple[float, float]:
    """Held-out accuracy and mean log-likelihood.

    Minimised on each training part, with standardised x / √D: −Σ_i log softmax(W x_i + b)_{y_i} + ‖W‖² / 2v. The
    variance v of a fold is that of :data:`VARIANCES` with which the other folds have the highest likelihood. Rows whose
    class is not in their training part are left out; they are the same rows for every source.

    Args:
        F: [N, D]
        y: [N] class ids
        groups: [N]
        choices: Accuracy of the arg-max over each group, of rows labelled 0 and 1.

    Returns:
        NaN, NaN where no row is left.
    """
    labels, y = np.unique(y, return_inverse=True)
    if len(labels) < 2:
        return float("nan"), float("nan")
    folds = grouped_folds(y, groups)
    logs, tests = [], []  # of each fold: [variances, n, C] and [n]
    for fold in range(folds.max() + 1):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        present = np.unique(y[train])
        test = test[np.isin(y[test], present)]
        if len(present) < 2 or not len(test):
            continue
        X, T = (part / np.sqrt(F.shape[1]) for part in standardised(F[train], F[test]))
        log = np.full((len(VARIANCES), len(test), len(labels)), -np.inf)
        log[:, :, present] = log_probabilities(X, (y[train][:, None] == present) * 1.0, T)
        logs.append(log)
        tests.append(test)
    if not tests:
        return float("nan"), float("nan")
    losses = [-log[:, np.arange(len(test)), y[test]].sum(1) for log, test in zip(logs, tests, strict=True)]
    log = np.concatenate([log[best] for log, best in zip(logs, best_on_the_others(np.array(losses)), strict=True)])
    test = np.concatenate(tests)
    y, likelihood = y[test], log[np.arange(len(test)), y[test]].mean()
    if choices:
        return choice_accuracy(log[:, 1], y, groups[test]), float(likelihood)
    top = log >= log.max(1, keepdims=True) - 1e-9
    return float((top[np.arange(len(y)), y] / top.sum(1)).mean()), float(likelihood)


def log_probabilities(X: np.ndarray, Y: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Of the rows T [n, D], after a fit to X [N, D] and the one-hot Y [N, C]: [variances, n, C].

    L-BFGS in the eigenvectors of XᵀX (those of the rows' span, if N < D), each coordinate in units of its curvature,
    which is known but for the probabilities: some tens of iterations. Starts from the shares of the classes, then from
    the fit with the next smaller variance.
    """
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    few = len(X) < X.shape[1]
    values, U = np.linalg.eigh(X @ X.T if few else X.T @ X)
    keep = values > values.max() * max(X.shape) * np.finfo(np.float64).eps
    values, U = values[keep], U[:, keep]
    basis = X.T @ U / np.sqrt(values) if few else U
    Z, T = X @ basis, T @ basis
    (N, k), C = Z.shape, Y.shape[1]
    curvature = (1 - 1 / C) / C
    W, bias, found = np.zeros((k, C)), np.log(Y.mean(0)), []
    for variance in VARIANCES:
        units = 1 / np.sqrt(np.append(values * curvature + 1 / variance, N * curvature))[:, None]

        def loss(flat: np.ndarray, units: np.ndarray = units, variance: float = variance) -> tuple[float, np.ndarray]:
            parameters = flat.reshape(k + 1, C) * units
            W, bias = parameters[:-1], parameters[-1]
            log = log_softmax(Z @ W + bias, axis=1)
            rest = np.exp(log) - Y
            gradient = np.vstack([Z.T @ rest + W / variance, rest.sum(0)]) * units
            return (W**2).sum() / (2 * variance) - (log * Y).sum(), gradient.ravel()

        start = np.vstack([W, bias]) / units
        fit = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options=OPTIONS)
        solution = fit.x.reshape(k + 1, C) * units
        W, bias = solution[:-1], solution[-1]
        found.append(log_softmax(T @ W + bias, axis=1))
    return np.array(found)
