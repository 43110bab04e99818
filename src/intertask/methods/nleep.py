"""n-leep: LEEP with clusters of the features instead of the classes of the source's head."""

import warnings
from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import score_rows
from .leep import expected_log_likelihood
from .registry import method

#: Share of the variance of the features that the principal components keep.
ENERGY = 0.8
#: Clusters per class of the target, as published, and the smallest number of rows per cluster: in smaller clusters,
#: P(y | z) memorizes the labels.
CLUSTERS_PER_CLASS, ROWS_PER_CLUSTER = 5, 5
#: Added to each variance of each cluster, relative to the mean variance of the components.
VARIANCE_FLOOR = 1e-3
#: Number of random starts of the mixture, and their seed.
INITS, SEED = 3, 0


@method(
    "n-leep",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Li et al. 2021, https://arxiv.org/abs/2011.11200",
)
def n_leep(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how well Gaussian clusters of the target's features predict its labels.

    (1/N) Σ_i log Σ_z P(y_i | z) γ_iz, where γ [N, Z] is the posterior of Z Gaussian clusters of the features.

    There are Z = 5·C clusters with diagonal covariance, where C is the number of the target's classes that occur, on
    the principal components with 80 % of the variance; see :func:`posterior`. The score is NaN if the target has only
    one class.

    Deviations: Z is limited to one cluster per 5 rows. Public code averages the likelihood; this is the mean of its
    logarithm, as in the paper.

    Li et al. 2021, "Ranking Neural Checkpoints", https://arxiv.org/abs/2011.11200.
    """

    def estimate(F: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
        classes = len(np.unique(labels))
        if classes < 2:
            return float("nan")
        return expected_log_likelihood(posterior(F, CLUSTERS_PER_CLASS * classes), labels)

    return score_rows(target, sources, estimate)


def posterior(F: np.ndarray, clusters: int) -> np.ndarray:
    """Compute the posterior of a Gaussian mixture: soft clusters of the rows.

    The principal components are scaled by one number to a mean variance of 1, so that :data:`VARIANCE_FLOOR` has the
    same meaning for features of any scale. The best of :data:`INITS` k-means starts is used. Rows are sorted for the
    fit, so that their order does not influence the start. If the features are equal in every row, there is one cluster.

    Args:
        F: [N, D] Features.
        clusters: Maximum number of clusters.

    Returns:
        [N, Z] Posterior with Z ≤ ``clusters``; each row sums to 1.
    """
    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    if not (F[0] != F).any():
        return np.ones((len(F), 1))
    order = np.argsort(F[:, -1], kind="stable")
    if (np.diff(F[order, -1]) == 0).any():  # otherwise no other column decides
        order = np.lexsort(F.T)
    X = PCA(ENERGY, svd_solver="covariance_eigh").fit_transform(F[order])
    X /= np.sqrt(X.var(0).mean())
    clusters = max(1, min(clusters, len(X) // ROWS_PER_CLUSTER, len(np.unique(X, axis=0))))
    mixture = GaussianMixture(
        clusters, covariance_type="diag", reg_covar=VARIANCE_FLOOR, n_init=INITS, random_state=SEED
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a start that did not converge is still a mixture
        gamma = mixture.fit(X).predict_proba(X)
    return gamma[np.argsort(order)]
