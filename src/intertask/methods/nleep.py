"""N-LEEP: LEEP with clusters of the features in place of the source head's classes."""

import warnings
from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .leep import expected_log_likelihood
from .registry import method

#: Share of the features' variance that the principal components keep.
ENERGY = 0.8
#: Clusters per class of the target, as published, but no more than one for this many rows: with fewer rows in a
#: cluster, P(y | z) learns the labels by heart.
CLUSTERS_PER_CLASS, ROWS_PER_CLUSTER = 5, 5
#: Added to each variance of each cluster, as a share of the mean variance of the components.
VARIANCE_FLOOR = 1e-3
INITS, SEED = 3, 0


@method(
    "n-leep",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Li et al. 2021, https://arxiv.org/abs/2011.11200",
)
def n_leep(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """LEEP of γ [N, Z], the posterior of Z Gaussian clusters given the target's row under the source's adapter.

    (1/N) Σ_i log Σ_z P(y_i | z) γ_iz: the mean of the logarithm (public code takes that of the likelihood itself).
    Z = 5·C clusters of diagonal covariance, C the target's classes that occur, on the principal components that hold
    80 % of the variance; see :func:`posterior`. NaN where the target has one class only.

    Li et al. 2021, "Ranking Neural Checkpoints", https://arxiv.org/abs/2011.11200.
    """

    def estimate(F: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
        classes = len(np.unique(labels))
        if classes < 2:
            return float("nan")
        return expected_log_likelihood(posterior(F, CLUSTERS_PER_CLASS * classes), labels)

    return score_rows(target, sources, estimate)


def posterior(F: np.ndarray, clusters: int) -> np.ndarray:
    """Soft clusters of the rows of F [N, D]: the posterior [N, Z], Z ≤ ``clusters``, of a seeded Gaussian mixture.

    The components are scaled by one number to a mean variance of 1, so that :data:`VARIANCE_FLOOR` means the same for
    features of any scale; the best of :data:`INITS` starts by k-means counts. Rows are sorted before the fit and
    sorted back after it: their order does not choose the start. Features that are the same in every row: one cluster.
    """
    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    if not (F[0] != F).any():
        return np.ones((len(F), 1))
    order = np.lexsort(F.T)
    X = PCA(ENERGY, svd_solver="covariance_eigh").fit_transform(F[order])
    X /= np.sqrt(X.var(0).mean())
    clusters = max(1, min(clusters, len(X) // ROWS_PER_CLUSTER, len(np.unique(X, axis=0))))
    mixture = GaussianMixture(
        clusters, covariance_type="diag", reg_covar=VARIANCE_FLOOR, n_init=INITS, random_state=SEED
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a start that stops early is still a mixture
        gamma = mixture.fit(X).predict_proba(X)
    return gamma[np.argsort(order)]
