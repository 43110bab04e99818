"""Fast linear algebra of logme and esm-logme: what their evidence needs of a Gram matrix, and no more."""

from typing import NamedTuple

import numpy as np

#: Rows that are converted to float64 at a time.
BLOCK = 256


class Moments(NamedTuple):
    """Sufficient statistics of features F [N, D] and label columns Y [N, K] for the evidence.

    Attributes:
        gram: [D, D] F'F.
        cross: [D, K] F'Y.
        squares: [K] Sum of squares of each column of Y.
        freedom: N minus the number of intercepts that were removed from F and Y.
    """

    gram: np.ndarray
    cross: np.ndarray
    squares: np.ndarray
    freedom: int


class ReducedRows(NamedTuple):
    """Rows R and Q'Y in place of features F = Q R [N, D] and label columns Y, where Q has orthonormal columns.

    Attributes:
        root: [k, D] R, upper triangular (trapezoidal if F has a rank k < D), with R'R = F'F.
        labels: [k, K] Q'Y.
        squares: [K] Sum of squares of each column of Y.
        freedom: N minus the number of intercepts that were removed from F and Y.
    """

    root: np.ndarray
    labels: np.ndarray
    squares: np.ndarray
    freedom: int


def moments(F: np.ndarray, Y: np.ndarray, freedom: int) -> Moments:
    """Compute the sufficient statistics of features and label columns.

    Args:
        F: [N, D] Features.
        Y: [N, K] Label columns.
        freedom: N minus the number of intercepts that were removed from F and Y.

    Returns:
        The moments.
    """
    return Moments(F.T @ F, F.T @ Y, (Y**2).sum(0), freedom)


def centered_moments(F: np.ndarray, Y: np.ndarray) -> Moments:
    """Compute the moments of F − mean(F) and Y − mean(Y) in one pass, with :data:`BLOCK` rows in float64 at a time.

    Every block is centered by its own mean, and the scatter of the block means is added at the end, as in Chan, Golub
    and LeVeque 1983, "Algorithms for Computing the Sample Variance". Nothing large is subtracted, so the result is as
    exact as that of two passes. All features that are equal in every row give exactly 0.

    Args:
        F: [N, D] Features, of any float type.
        Y: [N, K] Label columns.

    Returns:
        The moments, with freedom N − 1.
    """
    from scipy.linalg import blas

    first, Y = F[0].astype(np.float64), Y - Y[0]  # the mean of equal numbers may differ from them by rounding
    Y -= Y.mean(0)
    D = F.shape[1]
    upper, cross = np.zeros((D, D), order="F"), np.zeros((D, Y.shape[1]))
    starts = range(0, len(F), BLOCK)
    means = np.empty((len(starts), D))
    for b, start in enumerate(starts):
        rows = F[start : start + BLOCK].astype(np.float64)
        rows -= first
        means[b] = rows.mean(0)
        rows -= means[b]
        labels = Y[start : start + BLOCK]
        upper = blas.dsyrk(1.0, rows.T, beta=1.0, c=upper, overwrite_c=1)  # adds in place, half of the work
        cross += rows.T @ labels + np.outer(means[b], labels.sum(0))
    counts = np.minimum(len(F) - np.array(starts), BLOCK)[:, None]
    scatter = np.sqrt(counts) * (means - (counts * means).sum(0) / len(F))
    upper = blas.dsyrk(1.0, scatter.T, beta=1.0, c=upper, overwrite_c=1)
    return Moments(upper + np.triu(upper, 1).T, cross, (Y**2).sum(0), len(F) - 1)


def spectrum(gram: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the eigenvalues of a Gram matrix and the squared projections of columns on its eigenvectors.

    G = Q T Q' with a tridiagonal T = Z diag(σ) Z' gives V'c = Z'(Q'c). The eigenvectors V = Q Z of G, whose computation
    takes half of the time of ``eigh``, are not needed: Q' is applied to the columns only.

    Args:
        gram: [m, m] Symmetric matrix.
        columns: [m, K] Columns.

    Returns:
        [m] Eigenvalues σ, ascending, and [m, K] squared projections.

    Raises:
        numpy.linalg.LinAlgError: The eigenvalues do not converge.
    """
    from scipy.linalg import lapack

    if len(gram) < 3:
        values, V = np.linalg.eigh(gram)
        return values, (V.T @ columns) ** 2
    size, _ = lapack.dsytrd_lwork(len(gram), lower=1)
    reflectors, diagonal, beside, factors, _ = lapack.dsytrd(gram.T, lower=1, lwork=int(size))
    values, Z, failed = lapack.dstevd(diagonal, beside)
    if failed:
        raise np.linalg.LinAlgError("the eigenvalues of the Gram matrix do not converge")
    rotated = np.array(columns, np.float64, order="F")
    # the first row stays as it is: Q is 1 beside the product of the reflectors
    size = max(64 * columns.shape[1], 1)
    rotated[1:], *_ = lapack.dormqr("L", "T", reflectors[1:, :-1], factors, rotated[1:], size)
    return values, (Z.T @ rotated) ** 2


def reduced(given: Moments) -> ReducedRows:
    """Replace N rows by as many as their rank, which is D at most.

    Eigenvalues of the Gram matrix that are 0 but for rounding are left out, so a target with fewer rows than features
    stays small. A Cholesky factor would be triangular as well, but exists only for features of full rank.

    Args:
        given: Moments of F and Y.

    Returns:
        The rows, of which every F W has the same evidence as of F itself: log p(Y | F W) depends on R W and Q'Y.
    """
    values, V = np.linalg.eigh(given.gram)
    kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
    scales, V = np.sqrt(values[kept])[:, None], V[:, kept]
    Q, R = np.linalg.qr(scales * V.T)
    return ReducedRows(R, Q.T @ (V.T @ given.cross / scales), given.squares, given.freedom)


def times(root: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Compute R W; for a square R as the product of a triangle, which is half of the work.

    Args:
        root: [k, D] R, upper triangular.
        W: [D, D'] Any matrix.

    Returns:
        [k, D'] R W.
    """
    from scipy.linalg import blas

    if len(root) < root.shape[1]:
        return root @ W
    return blas.dtrmm(1.0, root.T, W.T, side=1, lower=1).T  # (W'R')', because BLAS wants columns in sequence
