"""A model of past transfers, which predicts the scores of the sources on a new target.

The model is a Gaussian process over (setting, target, source). Its covariance is a sum of parts, and each part is one
assumption: a source is good for all targets, or in one setting, or for targets of one form; sources of one form or
with similar texts have similar scores; the scores of one target are correlated over settings; similarity of texts, of
the number of labels and of text lengths matters. The weight of each part is its variance. The variances maximize the
marginal likelihood of the past transfers (type II maximum likelihood). Nothing is tuned by hand, and no transfer to the
new target is used.

Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, chapters 2 and 5.
"""

from collections.abc import Sequence

import numpy as np

from ..ranks import defined_ranks
from .facts import Facts
from .prior import past_scores
from .profile import similarity

#: Weak prior of each log variance: normal with mean log(SHARE · variance of the data) and standard deviation WIDTH.
SHARE, WIDTH = 0.1, 2.0
#: Maximum number of L-BFGS iterations.
ITERATIONS = 20
#: Added to the diagonal of the covariance, for numerical stability.
JITTER = 1e-6


def regrets(observed: np.ndarray) -> np.ndarray:
    """Transform observed scores to −log(1 + regret in percent), centered over sources.

    The logarithm makes a difference between one and two points below the best source count more than a difference
    between 30 and 40 points.

    Args:
        observed: [sources] Scores on one target, percentage points, NaN = not observed.

    Returns:
        [sources], higher = better. NaN if not observed; all NaN if the best score is not above 0.
    """
    best = np.nanmax(observed, initial=-np.inf)
    if best <= 0:
        return np.full(len(observed), np.nan)
    values = -np.log1p((best - observed) / best * 100)
    return values - np.nanmean(values)


def expected(target: Facts, sources: Sequence[Facts]) -> np.ndarray | None:
    """Predict the score of each source on the target by the posterior mean of the model.

    Args:
        target: Facts of the target, with its past targets.
        sources: Facts of each source, with its history.

    Returns:
        [len(sources)] on the scale of :func:`regrets`, higher = better. None without any past transfers.
    """
    if not target.past:
        return None
    rows, tasks = _past_rows(target, sources)
    if not rows:
        return None
    cells = [(block, t, s) for (block, t), row in rows.items() for s in np.flatnonzero(~np.isnan(row))]
    y = np.array([rows[block, t][s] for block, t, s in cells])
    nearest = min(block for block, _ in rows)
    new = [(nearest, len(tasks), s) for s in range(len(sources))]
    parts = _parts(np.array(cells + new), [*tasks, target], sources)
    known = slice(0, len(cells))
    if not y.any():
        return np.zeros(len(sources))
    variances = _maximize([part[known, known] for part in parts], y)
    covariance = sum(v * part[known, known] for v, part in zip(variances, parts, strict=True))
    cross = sum(v * part[len(cells) :, known] for v, part in zip(variances, parts, strict=True))
    return cross @ np.linalg.solve(covariance + JITTER * np.eye(len(y)), y)


def _past_rows(target: Facts, sources: Sequence[Facts]) -> tuple[dict[tuple[int, int], np.ndarray], list[Facts]]:
    """Rows of :func:`regrets` by (block, past target), and the past targets.

    Block 0 is the setting of the ranking, block 1 the mean over the other settings.
    """
    observed = past_scores(sources, len(target.past)).T
    tasks: dict[str, Facts] = {}
    rows_by_key: dict[tuple[int, int], list[np.ndarray]] = {}
    for past, row in zip(target.past, observed, strict=True):
        values = regrets(row)
        if np.isfinite(values).sum() < 2:
            continue
        tasks.setdefault(past.facts.task, past.facts)
        key = (0 if past.same_setting else 1, list(tasks).index(past.facts.task))
        rows_by_key.setdefault(key, []).append(values)
    rows = {}
    for key, several in rows_by_key.items():
        stacked = np.stack(several)
        seen = np.isfinite(stacked).any(axis=0)
        mean = np.full(stacked.shape[1], np.nan)
        mean[seen] = np.nanmean(stacked[:, seen], axis=0)
        rows[key] = mean
    return rows, list(tasks.values())


def _form(fact: Facts) -> str:
    """Type of a task, or "pair" if its examples are pairs of texts."""
    return "pair" if fact.paired else fact.type


def _parts(cells: np.ndarray, targets: Sequence[Facts], sources: Sequence[Facts]) -> list[np.ndarray]:
    """Compute the parts of the covariance, each [n, n].

    Args:
        cells: [n, 3] Block, index of the target and index of the source of each transfer.
        targets: Past targets, then the new target.
        sources: The pool.
    """
    block, t, s = cells.T

    def equal(a: np.ndarray) -> np.ndarray:
        return (a[:, None] == a[None]).astype(np.float64)

    forms = np.array([_form(fact) for fact in sources])
    forms_of_targets = np.array([_form(fact) for fact in targets])
    near = _gram(sources)[np.ix_(s, s)]
    same_source, same_target, same_block = equal(s), equal(t), equal(block)
    same_form = equal(forms[s])
    parts = [
        same_source,
        same_source * same_block,
        same_form,
        same_form * same_block,
        near,
        same_source * same_target,
        near * same_target,
        same_source * equal(forms_of_targets[t]),
        np.diag((block == 0) * 1.0),
        np.diag((block == 1) * 1.0),
    ]
    of_pairs = np.stack([_pair_features(fact, sources) for fact in targets])  # [targets, features, sources]
    parts += [np.outer(values[t, s], values[t, s]) for values in of_pairs.transpose(1, 0, 2)]
    length = _standardized(_log([fact.words for fact in sources]))[s]
    return [*parts, np.outer(length, length), np.outer(length, length) * same_block]


def _gram(sources: Sequence[Facts]) -> np.ndarray:
    """Cosines [sources, sources] of the mean sentence embeddings, centered over sources; 0 if one is missing."""
    size = max((len(fact.sentence_mean) for fact in sources if fact.sentence_mean is not None), default=1)
    vectors = np.full((len(sources), size), np.nan)
    for i, fact in enumerate(sources):
        if fact.sentence_mean is not None:
            vectors[i] = fact.sentence_mean
    usable = np.isfinite(vectors).all(axis=1)
    if not usable.any():
        return np.zeros((len(sources), len(sources)))
    vectors[usable] -= vectors[usable].mean(axis=0)
    vectors[~usable] = 0
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 1e-9, lengths, np.inf)
    return vectors @ vectors.T


def _pair_features(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Features [features, sources] of how well each source fits a target, standardized over sources; 0 if unknown."""
    others = [i for i, source in enumerate(sources) if source.task != target.task]
    near = np.full(len(sources), np.nan)
    near[others] = similarity(target, [sources[i] for i in others])
    words, own = _log([fact.words for fact in sources]), _log([target.words])[0]
    classes = np.array([np.nan if fact.classes is None else fact.classes for fact in sources], np.float64)
    features = [
        near,
        1 / (1 + defined_ranks(near)),
        np.array([_form(source) == _form(target) for source in sources], np.float64),
        -np.abs(np.nan_to_num(classes) - (target.classes or 0)),
        -np.abs(words - own),
        words - own,
    ]
    return np.stack([_standardized(np.where(np.isin(np.arange(len(sources)), others), f, np.nan)) for f in features])


def _log(values: Sequence[float | None]) -> np.ndarray:
    """Logarithms; NaN for values that are missing or not positive."""
    array = np.array([np.nan if value is None else value for value in values], np.float64)
    return np.log(np.where(array > 0, array, np.nan))


def _standardized(values: np.ndarray) -> np.ndarray:
    """Defined values with mean 0 and standard deviation 1, undefined values 0; all 0 if the defined ones are equal."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    centered = np.where(known, values - values[known].mean(), 0)
    deviation = np.sqrt((centered[known] ** 2).mean())
    return centered / deviation if deviation > 1e-9 else np.zeros(len(values))


def _maximize(parts: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Variances [parts] that maximize the marginal likelihood of y ~ N(0, Σ variance · part) times the weak prior."""
    from scipy.linalg import cho_solve, cholesky
    from scipy.optimize import minimize

    spread = float(np.mean(y**2))
    center = np.full(len(parts), np.log(SHARE * spread))
    unit = np.eye(len(y))

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        variances = np.exp(logs)
        covariance = JITTER * unit + sum(v * part for v, part in zip(variances, parts, strict=True))
        lower = cholesky(covariance, lower=True)
        inverse = cho_solve((lower, True), unit)
        weights = inverse @ y
        value = y @ weights / 2 + np.log(np.diag(lower)).sum() + ((logs - center) ** 2).sum() / (2 * WIDTH**2)
        slope = np.outer(weights, weights) - inverse
        gradient = [-v * np.sum(slope * part) / 2 for v, part in zip(variances, parts, strict=True)]
        return value, np.array(gradient) + (logs - center) / WIDTH**2

    bounds = [(np.log(1e-5 * spread), np.log(10 * spread))] * len(parts)
    fit = minimize(loss, center, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS})
    return np.exp(fit.x)
