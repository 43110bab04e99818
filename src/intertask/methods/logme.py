"""logme: probability of the labels under a Bayesian linear model of the features."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import centered_within, is_regression, score_rows
from .registry import method
from .spectrum import Moments, centered_moments, moments, spectrum

#: Eigenvalues of the Gram matrix below this share of the largest one count as 0. Features are stored as float32, so a
#: singular value below a millionth of the largest is mostly rounding error. A Gram matrix in float64 is accurate enough
#: to tell such eigenvalues from 0, by a factor of 100.
RANK_TOLERANCE = 1e-12
#: Smallest residual of a label column, as a share of its sum of squares. Without it, the evidence of a perfect fit with
#: fewer features than rows would be infinite.
RESIDUAL_FLOOR = 1e-10
#: Search for log λ: how far it extends beyond the smallest and the largest eigenvalue (e^-28 is 7e-13), and first step.
REACH, STEP = 28.0, 0.5


@method(
    "logme",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="You et al. 2021, https://arxiv.org/abs/2102.11005",
)
def logme(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compute the evidence for the target's labels under a Bayesian linear model of the features.

    Log evidence per row of the target's labels given its features under the source's adapter.

    The score is the mean over label columns t: one column of 0 and 1 for each class that occurs, or the standardized
    values for regression. The model of a column is t = b + F w + noise with w ~ N(0, I/α) and noise ~ N(0, I/β),
    maximized over α and β by :func:`log_evidence`. The intercept b has a flat prior; in multiple choice there is one
    intercept per example. Integrating b out leaves the same formulas for the centered columns of F and t, with N minus
    the number of intercepts instead of N. (With N, centered features with fewer rows than dimensions would have no
    maximum.)

    The scores have no absolute scale: only differences between sources on the same rows have a meaning. With only one
    class the score is NaN. If the features are equal in every row, it is the evidence of intercept and noise alone.

    You et al. 2021, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning",
    https://arxiv.org/abs/2102.11005. The intercept and the form of the maximum are this project's, see docs/logme.md.
    """

    def estimate(F: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
        Y = label_columns(labels)
        if not target.compares_choices and len(F) > F.shape[1]:
            return log_evidence_from_moments(centered_moments(F, Y))
        F, Y, freedom = without_intercepts(target, F, Y, groups)
        return log_evidence(F, Y, freedom)

    return score_rows(target, sources, estimate, as_stored=True)


def without_intercepts(
    target: Facts, F: np.ndarray, Y: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, int]:
    """Center features and label columns: within each example in multiple choice, otherwise over all rows.

    Args:
        target: Facts of the target.
        F: [N, D] Features.
        Y: [N, K] Label columns.
        groups: [N] Group of each row.

    Returns:
        [N, D] and [N, K] centered, and N minus the number of means that were subtracted.
    """
    share = groups if target.compares_choices else np.zeros(len(groups), np.int64)
    return centered_within(F, share), centered_within(Y, share), len(F) - len(np.unique(share))


def label_columns(labels: np.ndarray) -> np.ndarray:
    """Make the label columns of a model.

    Args:
        labels: [N] Class ids, or values (float).

    Returns:
        [N, C] 0 or 1, one column for each class that occurs; for values [N, 1] with variance 1.
    """
    if is_regression(labels):
        spread = labels.std()
        return (labels / (spread if spread > 0 else 1.0))[:, None]
    return (labels[:, None] == np.unique(labels)).astype(np.float64)


def log_evidence(F: np.ndarray, Y: np.ndarray, freedom: int | None = None, squares: np.ndarray | None = None) -> float:
    """Maximize log p(t | F, α, β) / N over α and β, for t = F w + noise, and average over the columns t of Y.

    w ~ N(0, I/α) and noise ~ N(0, I/β). With λ = α/β, eigenpairs σ, u of FF' (rank k) and x = u't, the best β for a
    given λ is N/q with q(λ) = Σ_{i≤k} x_i² / (1 + σ_i/λ) + |t|² - |x|². A maximization over log λ remains:

        log p / N = -½ [log 2π + 1 + log(q/N) + (1/N) Σ_{i≤k} log(1 + σ_i/λ)]

    This is exact for N < D and for N > D, and does not change if F is multiplied by a number. Nothing is centered here.

    Args:
        F: [N, D] Features.
        Y: [N, K] Label columns. Columns of zeros are left out, because their evidence is infinite.
        freedom: Degrees of freedom, which replace N in the formulas if intercepts were removed from F and Y.
        squares: [K] Sum of squares of each label column, where these are not all rows.

    Returns:
        Mean log evidence per row; NaN if no column is left.
    """
    F, Y = np.asarray(F, np.float64), np.asarray(Y, np.float64)
    freedom = len(F) if freedom is None else freedom
    squares = (Y**2).sum(0) if squares is None else squares
    if len(F) > F.shape[1]:
        return log_evidence_from_moments(moments(F, Y, freedom)._replace(squares=squares))
    return _evidence(*spectrum(F @ F.T, Y), squares, freedom)


def log_evidence_from_moments(given: Moments) -> float:
    """Compute :func:`log_evidence` from sufficient statistics, at a cost of order D³ for any number of rows.

    Args:
        given: Moments of features and label columns.

    Returns:
        Mean log evidence per row; NaN if all label columns are 0.
    """
    values, projections = spectrum(given.gram, given.cross)  # σ and σ x²
    positive = (values > 0)[:, None]
    explained = np.divide(projections, values[:, None], out=np.zeros_like(projections), where=positive)
    return _evidence(values, explained, given.squares, given.freedom)


def _evidence(values: np.ndarray, explained: np.ndarray, squares: np.ndarray, n: int) -> float:
    """Maximum over λ, mean over columns.

    Args:
        values: [m] Eigenvalues, ascending.
        explained: [m, K] Squared projection of each column on each eigenvector.
        squares: [K] Sum of squares of each column.
        n: Degrees of freedom; at most n eigenvalues are not 0.
    """
    filled = squares > 0
    if n < 1 or not filled.any():
        return float("nan")
    squares, explained = squares[filled], explained[-n:, filled]
    values = values[-n:]
    kept = values > values.max(initial=0.0) * RANK_TOLERANCE
    noise = np.log(2 * np.pi) + 1 + np.log(squares / n)  # the limit of -2 log p / n for λ → ∞
    if not kept.any():
        return float(-noise.mean() / 2)
    sigma = values[kept] / values[-1]
    x2 = (explained[kept] / squares).T  # [K, k]
    rest = np.maximum(1 - x2.sum(1), RESIDUAL_FLOOR) if kept.sum() < n else np.zeros(len(x2))

    def gain(log_lambda: np.ndarray) -> np.ndarray:
        """[P, K or 1] -> [P, K] log evidence per row above noise alone."""
        ratio = sigma / np.exp(log_lambda)[..., None]
        q = np.einsum("pck,ck->pc", np.broadcast_to(1 / (1 + ratio), (len(ratio), *x2.shape)), x2) + rest
        return -(np.log(q) + np.log1p(ratio).sum(-1) / n) / 2

    low, high = np.log(sigma[0]) - REACH, np.log(sigma.sum()) + REACH
    grid = np.linspace(low, high, int((high - low) / STEP) + 2)
    table = gain(grid[:, None])  # may have several local maxima
    best, columns = grid[table.argmax(0)], np.arange(len(x2))
    step = STEP
    while step > 1e-5:
        around = best + step * np.linspace(-1, 1, 9)[:, None]
        table = gain(around)
        best = around[table.argmax(0), columns]
        step /= 4
    return float((table.max(0) - noise / 2).mean())
