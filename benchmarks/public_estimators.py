"""Public estimators of transferability, written from their published formulas, to measure the ranking methods against.

Most take features [N, D] and class ids [N]. None of them has the corrections that ``docs/methods.md`` lists, so their
values may differ from those of the project. Each docstring names the source of the formula.
"""

import numpy as np
import torch
from scipy.linalg.blas import dgemm
from scipy.special import log_softmax
from scipy.stats import spearmanr
from sklearn.covariance import ledoit_wolf
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def fixed_point(U: np.ndarray, s: np.ndarray, Y: np.ndarray, dimensions: int) -> float:
    """Iterate α and β of each label column, as in You et al. 2022, https://arxiv.org/abs/2110.10545, Algorithm 3.

    The evidence uses D/2 log α, although the sum beside it has k = min(N, D) terms. This is correct only if k = D.
    """
    n, sigma, values = len(Y), s**2, []
    for t in Y.T:
        x2 = (U.T @ t) ** 2
        outside, alpha, beta = t @ t - x2.sum(), 1.0, 1.0
        for _ in range(11):
            ratio = alpha / beta
            gamma = (sigma / (sigma + ratio)).sum()
            m2 = (sigma * x2 / (ratio + sigma) ** 2).sum()
            residual = (x2 / (1 + sigma / ratio) ** 2).sum() + outside
            alpha, beta = gamma / (m2 + 1e-5), (n - gamma) / (residual + 1e-5)
            if abs(alpha / beta - ratio) / ratio <= 1e-3:
                break
        evidence = dimensions / 2 * np.log(alpha) + n / 2 * np.log(beta) - np.log(alpha + beta * sigma).sum() / 2
        values.append((evidence - beta / 2 * residual - alpha / 2 * m2 - n / 2 * np.log(2 * np.pi)) / n)
    return float(np.mean(values))


def one_hot(y: np.ndarray) -> np.ndarray:
    return (y[:, None] == np.unique(y)) * 1.0


def logme_thuml(F: np.ndarray, y: np.ndarray) -> float:
    """LogME as in github.com/thuml/LogME: the SVD of F'F if N > D, otherwise of F. hfselect has the same formula."""
    F = F.astype(np.float64)
    if len(F) > F.shape[1]:
        _, values, vh = np.linalg.svd(
            dgemm(1.0, F.T, F.T, trans_b=True)
        )  # as numba compiles it: not as a symmetric product
        s = np.sqrt(values)
        k = (s > 1e-10).sum()
        U = (F @ vh.T)[:, :k] / s[:k]
    else:
        U, s, _ = np.linalg.svd(F, full_matrices=False)
        k = len(s)
    return fixed_point(U, s[:k], one_hot(y), F.shape[1])


def logme_ranker(F: np.ndarray, y: np.ndarray) -> float:
    """LogME as in github.com/flairNLP/transformer-ranker: the SVD of F, by torch."""
    U, s, _ = torch.linalg.svd(torch.from_numpy(F).to(torch.float64), full_matrices=False)
    return fixed_point(U.numpy(), s.numpy(), one_hot(y), F.shape[1])


def esm_logme_hfselect(F: np.ndarray, y: np.ndarray, maps: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """ESM-LogME as in github.com/davidschulte/hf-dataset-selector: LogME of the transformed rows of every map."""
    return [logme_thuml(F @ W + b, y) for W, b in maps]


def h_score(F: np.ndarray, y: np.ndarray) -> float:
    """Ibrahim et al. 2022, https://arxiv.org/abs/2110.06893: shrunk covariance and its pseudo-inverse."""
    F = F.astype(np.float64) - F.mean(0, dtype=np.float64)
    covariance, alpha = ledoit_wolf(F, assume_centered=True)
    means = np.array([F[y == c].mean(0) for c in np.unique(y)])[np.unique(y, return_inverse=True)[1]]
    return float((1 - alpha) * np.trace(np.linalg.pinv(covariance, hermitian=True) @ np.cov(means.T, bias=True)))


def knn(F: np.ndarray, y: np.ndarray) -> float:
    """Accuracy of scikit-learn's nearest neighbors by the cosine, each row without itself."""
    model = KNeighborsClassifier(3, metric="cosine", algorithm="brute").fit(F, y)
    near = model.kneighbors(return_distance=False)
    votes = one_hot(y)[near].sum(1)
    return float((np.unique(y)[votes.argmax(1)] == y).mean())


def logistic(F: np.ndarray, y: np.ndarray) -> float:
    """Held-out likelihood of scikit-learn's LogisticRegression: five folds and the three penalties of the project."""
    likelihoods = []
    for variance in (0.1, 1.0, 10.0):
        total = 0.0
        for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(F, y):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=variance / F.shape[1], tol=1e-6, max_iter=200))
            model.fit(F[train], y[train])
            scores = model.decision_function(F[test])
            log = log_softmax(scores if scores.ndim == 2 else np.stack([-scores, scores], 1) / 2, axis=1)
            total += log[np.arange(len(test)), np.searchsorted(model.classes_, y[test])].sum()
        likelihoods.append(total / len(y))
    return max(likelihoods)


def ridge(F: np.ndarray, y: np.ndarray) -> float:
    """Held-out R² of scikit-learn's RidgeCV on one-hot labels: five folds and 17 penalties."""
    Y, missed, total = one_hot(y), 0.0, 0.0
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(F, y):
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(4, -4, 17) * len(train)))
        missed += ((Y[test] - model.fit(F[train], Y[train]).predict(F[test])) ** 2).sum()
        total += ((Y[test] - Y[train].mean(0)) ** 2).sum()
    return 1 - missed / total


def n_leep(F: np.ndarray, y: np.ndarray) -> float:
    """Li et al. 2021, https://arxiv.org/abs/2011.11200, with scikit-learn's PCA and GaussianMixture, three starts."""
    X = PCA(0.8, svd_solver="covariance_eigh").fit_transform(F.astype(np.float64))
    mixture = GaussianMixture(5 * len(np.unique(y)), covariance_type="diag", n_init=3, random_state=0).fit(X)
    return leep(mixture.predict_proba(X), y)


def leep(P: np.ndarray, y: np.ndarray) -> float:
    """Nguyen et al. 2020, https://arxiv.org/abs/2002.12462."""
    joint = one_hot(y).T @ P / len(y)
    given = joint / joint.sum(0)
    return float(np.log((P * given[np.unique(y, return_inverse=True)[1]]).sum(1)).mean())


def nce(P: np.ndarray, y: np.ndarray) -> float:
    """Tran et al. 2019, https://arxiv.org/abs/1908.08142."""
    return leep(one_hot(P.argmax(1)), y)


def parc(F: np.ndarray, y: np.ndarray) -> float:
    """Bolya et al. 2021, https://arxiv.org/abs/2111.06977: numpy's correlations and scipy's spearmanr."""
    pairs = np.tril_indices(len(y), -1)
    F = StandardScaler().fit_transform(F.astype(np.float64))
    of_features, of_labels = 1 - np.corrcoef(F)[pairs], 1 - np.corrcoef(one_hot(y))[pairs]
    return float(100 * spearmanr(of_features, of_labels).statistic)


def gbc(F: np.ndarray, y: np.ndarray) -> float:
    """Pándy et al. 2022, https://arxiv.org/abs/2111.12780: 64 principal components, spherical Gaussians."""
    Z = PCA(64, svd_solver="covariance_eigh").fit_transform(F.astype(np.float64))
    stats = [(Z[y == c].mean(0), np.full(64, max(Z[y == c].var(0).mean(), 1e-4))) for c in np.unique(y)]
    total = 0.0
    for i, (m, v) in enumerate(stats):
        for n, w in stats[:i]:
            mean = (v + w) / 2
            distance = ((m - n) ** 2 / mean).sum() / 8 + np.log(mean / np.sqrt(v * w)).sum() / 2
            total += 2 * np.exp(-distance)
    return float(-total)


def transrate(F: np.ndarray, y: np.ndarray) -> float:
    """Huang et al. 2022, https://arxiv.org/abs/2106.09362."""

    def rate(Z: np.ndarray) -> float:
        return float(np.linalg.slogdet(np.eye(Z.shape[1]) + Z.T @ Z / (len(Z) * 1e-4))[1] / 2)

    F = F.astype(np.float64) - F.mean(0, dtype=np.float64)
    classes = np.unique(y)
    return rate(F) - sum(rate(F[y == c]) for c in classes) / len(classes)
