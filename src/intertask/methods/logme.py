"""LogME: how probable the labels are under a Bayesian linear model of the features."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .facts import Facts
from .feature_rows import centred_within, is_regression, score_rows
from .registry import method

#: Eigenvalues of the Gram matrix below this share of the largest count as 0. Features are float32 on disk, so what is
#: smaller (a singular value below a millionth of the largest) is mostly rounding; and a Gram matrix in float64 tells
#: such eigenvalues from 0 with a factor of 100 to spare.
RANK_TOLERANCE = 1e-12
#: A column that features predict but for this share of its square sum counts as predicted but for that share: the
#: evidence of a perfect fit with fewer features than rows is infinite.
RESIDUAL_FLOOR = 1e-10
#: Of the search for log λ: how far beyond the smallest and the largest eigenvalue (e^-28 is 7e-13), and the first step.
REACH, STEP = 28.0, 0.5


class Moments(NamedTuple):
    """Sufficient statistics of features F [N, D] and label columns Y [N, K] for the evidence.

    Attributes:
        gram: [D, D] F'F.
        cross: [D, K] F'Y.
        squares: [K] square sum of each column of Y.
        freedom: N, less the intercepts that were taken out of F and Y.
    """

    gram: np.ndarray
    cross: np.ndarray
    squares: np.ndarray
    freedom: int


@method(
    "logme",
    needs=("adapters", "labels"),
    reads=("rows", "features"),
    paper="You et al. 2021, https://arxiv.org/abs/2102.11005",
)
def logme(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Log evidence per row of the target's labels given its rows under the source's adapter, mean over label columns.

    The model of a label column t (one per class that occurs, 0 or 1; regression: the standardised values) is
    t = b + F w + noise, w ~ N(0, I/α), noise ~ N(0, I/β), maximised over α and β by :func:`log_evidence`. The
    intercept b has a flat prior (multiple choice: one b per example). Integrated out, it leaves the same formulas for
    columns of F and t less their means and N less the number of intercepts; with N itself, centred features of fewer
    rows than dimensions would have no maximum.

    LogME has no scale of its own: only differences between sources on the same rows mean anything. One class only:
    NaN. Features that are the same in every row: the evidence of the intercept and noise alone.

    You et al. 2021, "LogME: Practical Assessment of Pre-trained Models for Transfer Learning",
    https://arxiv.org/abs/2102.11005; the form of the maximum is ours, see docs/logme.md.
    """

    def estimate(F: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> float:
        share = intercepts(target, groups)
        Y = centred_within(label_columns(labels), share)
        return log_evidence(centred_within(F, share), Y, len(F) - len(np.unique(share)))

    return score_rows(target, sources, estimate)


def intercepts(target: Facts, groups: np.ndarray) -> np.ndarray:
    """[N] rows of one number share an intercept: those of an example in multiple choice, else all."""
    return groups if target.compares_choices else np.zeros(len(groups), np.int64)


def label_columns(labels: np.ndarray) -> np.ndarray:
    """[N] class ids -> [N, C] 0 or 1, one column per class that occurs; [N] values -> [N, 1] of unit variance."""
    if is_regression(labels):
        spread = labels.std()
        return (labels / (spread if spread > 0 else 1.0))[:, None]
    return (labels[:, None] == np.unique(labels)).astype(np.float64)


def log_evidence(F: np.ndarray, Y: np.ndarray, freedom: int | None = None) -> float:
    """max over α, β of log p(t | F, α, β) / N for t = F w + noise, mean over the columns t of Y.

    w ~ N(0, I/α), noise ~ N(0, I/β). With λ = α/β, eigenpairs σ, u of FF' (rank k) and x = u't, the best β for a given
    λ is N/q, q(λ) = Σ_{i≤k} x_i² / (1 + σ_i/λ) + |t|² - |x|², which leaves a maximisation over log λ:

        log p / N = -½ [log 2π + 1 + log(q/N) + (1/N) Σ_{i≤k} log(1 + σ_i/λ)]

    Exact for N < D and N > D alike, and unchanged when F is multiplied by a number. Nothing is centred here.

    Args:
        F: [N, D]
        Y: [N, K] label columns; columns of zeros are left out, since their evidence is infinite.
        freedom: N in the formulas, where F and Y are what is left after intercepts were taken out: the rank of that
            projection of the rows.

    Returns:
        NaN if no column is left.
    """
    F, Y = np.asarray(F, np.float64), np.asarray(Y, np.float64)
    freedom = len(F) if freedom is None else freedom
    if len(F) > F.shape[1]:
        return log_evidence_from_moments(moments(F, Y, freedom))
    spectrum, U = np.linalg.eigh(F @ F.T)
    return _evidence(spectrum, (U.T @ Y) ** 2, (Y**2).sum(0), freedom)


def moments(F: np.ndarray, Y: np.ndarray, freedom: int) -> Moments:
    """Sufficient statistics of F [N, D] and Y [N, K]."""
    return Moments(F.T @ F, F.T @ Y, (Y**2).sum(0), freedom)


def log_evidence_from_moments(given: Moments) -> float:
    """:func:`log_evidence` from sufficient statistics: work of order D³, whatever the number of rows."""
    spectrum, V = np.linalg.eigh(given.gram)
    projections = (V.T @ given.cross) ** 2  # σ x²
    positive = spectrum > 0
    explained = np.divide(projections, spectrum[:, None], out=np.zeros_like(projections), where=positive[:, None])
    return _evidence(spectrum, explained, given.squares, given.freedom)


def _evidence(spectrum: np.ndarray, explained: np.ndarray, squares: np.ndarray, n: int) -> float:
    """The maximum, mean over columns.

    Args:
        spectrum: [m] eigenvalues, ascending.
        explained: [m, K] square of each column's part along each eigenvector.
        squares: [K] square sum of each column.
        n: Degrees of freedom; no more eigenvalues than that are not 0.
    """
    filled = squares > 0
    if n < 1 or not filled.any():
        return float("nan")
    squares, explained = squares[filled], explained[-n:, filled]
    spectrum = spectrum[-n:]
    kept = spectrum > max(spectrum[-1], 0.0) * RANK_TOLERANCE
    noise = np.log(2 * np.pi) + 1 + np.log(squares / n)  # what is left of -2 log p / n for λ → ∞
    if not kept.any():
        return float(-noise.mean() / 2)
    sigma = spectrum[kept] / spectrum[-1]
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
