"""A model of what transfers have reached so far, and what it expects of the next target.

A Gaussian process over (setting, target, source). Its covariance is a sum of parts with an interpretation each: a
source is good everywhere, in this setting, for targets of one form; sources of one form or with near texts are alike;
a target's scores go together in all settings; similarity of texts, of label counts and of lengths matter, each with a
weight. The variances of the parts, hence how much each counts, are those that maximise the marginal likelihood of the
transfers seen (type II maximum likelihood): nothing in it is tuned by hand, and nothing is known of the new target's
transfers.

Source: Rasmussen and Williams 2006, Gaussian Processes for Machine Learning, chapters 2 and 5.
"""

from collections.abc import Sequence

import numpy as np

from ..ranks import defined_ranks
from .facts import Facts
from .prior import past_scores
from .profile import similarity

#: Weak prior of each log variance: mean log(0.1 · variance of the data), standard deviation 2.
SHARE, WIDTH = 0.1, 2.0
ITERATIONS = 20
#: Of the diagonal, against rounding.
JITTER = 1e-6


def regrets(observed: np.ndarray) -> np.ndarray:
    """log(1 + regret in percent), negative, less its mean over sources.

    The logarithm: being second by one point or by two matters, being last by 30 or by 40 does not.

    Args:
        observed: [sources] percent points, NaN = not observed.

    Returns:
        [sources]; NaN where not observed, and everywhere if the best is not above 0.
    """
    best = np.nanmax(observed, initial=-np.inf)
    if best <= 0:
        return np.full(len(observed), np.nan)
    values = -np.log1p((best - observed) / best * 100)
    return values - np.nanmean(values)


def expected(target: Facts, sources: Sequence[Facts]) -> np.ndarray | None:
    """What the model expects of each source on the target, higher = better; None without any history.

    Returns:
        [len(sources)] on the scale of :func:`regrets`.
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
    variances = _maximise([part[known, known] for part in parts], y)
    covariance = sum(v * part[known, known] for v, part in zip(variances, parts, strict=True))
    cross = sum(v * part[len(cells) :, known] for v, part in zip(variances, parts, strict=True))
    return cross @ np.linalg.solve(covariance + JITTER * np.eye(len(y)), y)


def _past_rows(target: Facts, sources: Sequence[Facts]) -> tuple[dict[tuple[int, int], np.ndarray], list[Facts]]:
    """Rows of :func:`regrets` by (block, past target): block 0 is the setting itself, 1 the mean over the others."""
    observed = past_scores(sources, len(target.past)).T
    tasks: dict[str, Facts] = {}
    found: dict[tuple[int, int], list[np.ndarray]] = {}
    for past, row in zip(target.past, observed, strict=True):
        values = regrets(row)
        if np.isfinite(values).sum() < 2:
            continue
        tasks.setdefault(past.facts.task, past.facts)
        place = (0 if past.same_setting else 1, list(tasks).index(past.facts.task))
        found.setdefault(place, []).append(values)
    rows = {}
    for place, several in found.items():
        stacked = np.stack(several)
        seen = np.isfinite(stacked).any(axis=0)
        mean = np.full(stacked.shape[1], np.nan)
        mean[seen] = np.nanmean(stacked[:, seen], axis=0)
        rows[place] = mean
    return rows, list(tasks.values())


def _form(fact: Facts) -> str:
    return "pair" if fact.paired else fact.type


def _parts(cells: np.ndarray, targets: Sequence[Facts], sources: Sequence[Facts]) -> list[np.ndarray]:
    """The parts of the covariance, each [n, n].

    Args:
        cells: [n, 3] block, target, source.
        targets: Past ones, then the new one.
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
    length = _standardised(_log([fact.words for fact in sources]))[s]
    return [*parts, np.outer(length, length), np.outer(length, length) * same_block]


def _gram(sources: Sequence[Facts]) -> np.ndarray:
    """Cosines of the sources' mean sentence embeddings, centred over sources; 0 where there is none."""
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
    """[features, sources]: what may make a source fit a target, standardised over sources; unknown is 0."""
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
    return np.stack([_standardised(np.where(np.isin(np.arange(len(sources)), others), f, np.nan)) for f in features])


def _log(values: Sequence[float | None]) -> np.ndarray:
    array = np.array([np.nan if value is None else value for value in values], np.float64)
    return np.log(np.where(array > 0, array, np.nan))


def _standardised(values: np.ndarray) -> np.ndarray:
    """Mean 0 and deviation 1 over the defined values, the others 0; all 0 where they are equal."""
    known = np.isfinite(values)
    if not known.any():
        return np.zeros(len(values))
    centred = np.where(known, values - values[known].mean(), 0)
    deviation = np.sqrt((centred[known] ** 2).mean())
    return centred / deviation if deviation > 1e-9 else np.zeros(len(values))


def _maximise(parts: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Variances [parts] that maximise the marginal likelihood of y ~ N(0, Σ variance · part) times the weak prior."""
    from scipy.linalg import cho_solve, cholesky
    from scipy.optimize import minimize

    spread = float(np.mean(y**2))
    centre = np.full(len(parts), np.log(SHARE * spread))
    unit = np.eye(len(y))

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        variances = np.exp(logs)
        covariance = JITTER * unit + sum(v * part for v, part in zip(variances, parts, strict=True))
        lower = cholesky(covariance, lower=True)
        inverse = cho_solve((lower, True), unit)
        weights = inverse @ y
        value = y @ weights / 2 + np.log(np.diag(lower)).sum() + ((logs - centre) ** 2).sum() / (2 * WIDTH**2)
        slope = np.outer(weights, weights) - inverse
        gradient = [-v * np.sum(slope * part) / 2 for v, part in zip(variances, parts, strict=True)]
        return value, np.array(gradient) + (logs - centre) / WIDTH**2

    bounds = [(np.log(1e-5 * spread), np.log(10 * spread))] * len(parts)
    found = minimize(loss, centre, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS})
    return np.exp(found.x)
