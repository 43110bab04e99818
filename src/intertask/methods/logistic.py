"""linear and logistic: accuracy and likelihood of a cross-validated logistic regression on the features.

scikit-learn's ``LogisticRegression`` minimizes the same loss. It is not used because its scores would differ from
earlier results in the last digits, and because here all penalties share one eigendecomposition.
"""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import choice_accuracy, is_regression, score_rows
from .folds import best_on_the_others, grouped_folds, standardized
from .memory import remembered
from .registry import method
from .ridge import ridge_score

#: Inverse penalties to select from, for features [N, D] divided by √D: the prior variance of the logits.
VARIANCES = (0.1, 1.0, 10.0)
#: Options of L-BFGS. Log-probabilities are exact to about 1e-4, so that rounding does not decide a ranking.
OPTIONS = {"maxiter": 200, "gtol": 1e-6, "ftol": 1e-14}


@method(
    "linear",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="Puigcerver et al. 2021, https://arxiv.org/abs/2009.13239",
)
def linear(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure the held-out accuracy of a logistic regression from the features to the target's labels.

    Held-out accuracy of a 5-fold logistic regression; the log-likelihood decides between equal accuracies.

    For classification, tagging and extractive QA, it is the accuracy over rows. For multiple choice, it is the share of
    examples whose right choice has the highest probability. The term exp(mean log-likelihood) / 2N is added, which is
    less than half of one row. For regression, the score is the held-out R² of :func:`.ridge.ridge_score`.

    Puigcerver et al. 2021, "Scalable Transfer Learning with Expert Models", https://arxiv.org/abs/2009.13239.
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
    """Measure the held-out log-likelihood of a logistic regression from the features to the target's labels.

    Mean held-out log-likelihood of a 5-fold logistic regression.

    For multiple choice, the regression predicts for every choice whether it is right. Deviation from Puigcerver et al.
    2021: the log-likelihood replaces the accuracy.
    """
    choices = target.compares_choices  # does not change the likelihood; passed so that linear shares the regression
    return score_rows(target, sources, lambda F, y, groups: logistic_scores(F, y, groups, choices=choices)[1])


@remembered
def logistic_scores(F: np.ndarray, y: np.ndarray, groups: np.ndarray, *, choices: bool = False) -> tuple[float, float]:
    """Compute the held-out accuracy and the mean held-out log-likelihood of one view.

    Each training part minimizes −Σ_i log softmax(W x_i + b)_{y_i} + ‖W‖² / 2v, with standardized features x divided by
    √D. The variance v of a fold is the one of :data:`VARIANCES` that has the highest likelihood on the other folds.
    Rows whose class is missing in their training part are left out; they are the same rows for every source.

    Args:
        F: [N, D] Features.
        y: [N] Class ids.
        groups: [N] Group of each row.
        choices: Whether to compute the accuracy of the best choice of each group, for labels 0 and 1.

    Returns:
        Accuracy in [0, 1] and mean log-likelihood; NaN, NaN if no row is left.
    """
    labels, y = np.unique(y, return_inverse=True)
    if len(labels) < 2:
        return float("nan"), float("nan")
    folds = grouped_folds(y, groups)
    logs, tests = [], []  # for each fold: [variances, n, C] and [n]
    for fold in range(folds.max() + 1):
        train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        present = np.unique(y[train])
        test = test[np.isin(y[test], present)]
        if len(present) < 2 or not len(test):
            continue
        X, T = (part / np.sqrt(F.shape[1]) for part in standardized(F[train], F[test]))
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
    """Fit a multinomial logistic regression for each of :data:`VARIANCES`, and predict.

    L-BFGS runs in the eigenvectors of XᵀX (of the span of the rows, if N < D). Each coordinate is scaled by its
    curvature, which is known except for the probabilities, so that some tens of iterations suffice. The first fit
    starts from the shares of the classes, and each other fit from the one with the next smaller variance.

    Args:
        X: [N, D] Training rows.
        Y: [N, C] One-hot labels of the training rows.
        T: [n, D] Test rows.

    Returns:
        [variances, n, C] Log-probabilities of the test rows.
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
    W, bias, predictions = np.zeros((k, C)), np.log(Y.mean(0)), []
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
        predictions.append(log_softmax(T @ W + bias, axis=1))
    return np.array(predictions)
