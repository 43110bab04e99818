"""A model of past transfers, which predicts the gain of each source on a new target.

The model is a linear regression with one row for each past transfer. Its columns are what is known of the pair (how
similar the texts are, whether forms, lengths and numbers of labels agree, what measures of the source's adapter say), a
column for each form of source, the same columns for past targets of the new target's form alone, a column for each
source, and a column for each past target. The weights of a group of columns are shrunk together, as strongly as the
past transfers say (:mod:`.grouped_ridge`). Nothing is tuned by hand, and no transfer to the new target is used.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ..artifacts import NO_SOURCE
from ..errors import IntertaskError
from ..ranks import defined_ranks
from .adapter_measures import MEASURES
from .facts import Facts, Past
from .grouped_ridge import fit
from .prior import past_scores
from .profile import similarity

#: Transfers of other settings count only if the ranked setting has fewer past targets than this.
ENOUGH_TARGETS = 4
#: Largest number of sources. Memory grows with its square, and time with its cube.
MOST_SOURCES = 5000
#: Largest absolute value of a standardized measure, so that one outlier cannot decide a ranking.
MOST = 5.0
#: Indices of the groups of columns.
TEXTS, FACTS, ADAPTERS, FORMS, FORMS_HERE, SOURCES, TARGETS, LEVEL = range(8)


class Prediction(NamedTuple):
    """What the model expects of each source on a new target, on the scale of :func:`signed_log`.

    Attributes:
        mean: [sources] Mean of the predictive distribution, higher = better.
        deviation: [sources] Its standard deviation.
        is_gain: Whether 0 means "as good as no source": past targets were also observed without a source. Otherwise
            only differences between sources have a meaning.
    """

    mean: np.ndarray
    deviation: np.ndarray
    is_gain: bool


def signed_log(gains: np.ndarray) -> np.ndarray:
    """Compress gains in percentage points: sign(g) · log(1 + |g|).

    A difference between one and two points then counts more than one between a loss of 30 and of 40 points.
    """
    return np.sign(gains) * np.log1p(np.abs(gains))


def points(values: np.ndarray) -> np.ndarray:
    """Invert :func:`signed_log`: return gains in percentage points."""
    return np.sign(values) * np.expm1(np.abs(values))


def responses(observed: np.ndarray, none: float) -> np.ndarray:
    """Compute what the model explains, for the sources of one past target.

    Args:
        observed: [sources] Scores on the target, percentage points, NaN = not observed.
        none: Score without a source, NaN = not observed.

    Returns:
        [sources] :func:`signed_log` of the gains over ``none``. Without ``none``, −log(1 + regret in percent), centered
        over sources; all NaN if the best score is not above 0. NaN if not observed.
    """
    if np.isfinite(none):
        return signed_log(observed - none)
    best = np.nanmax(observed, initial=-np.inf)
    if best <= 0:
        return np.full(len(observed), np.nan)
    values = -np.log1p((best - observed) / best * 100)
    return values - np.nanmean(values)


def predict(target: Facts, sources: Sequence[Facts]) -> Prediction | None:
    """Predict the gain of each source on the target.

    Args:
        target: Facts of the target, with its past targets.
        sources: Facts of each source, with its history.

    Returns:
        The prediction, or None without any past transfers.

    Raises:
        IntertaskError: There are more than :data:`MOST_SOURCES` sources.
    """
    rows = _past_rows(target, sources)
    if not rows:
        return None
    if len(sources) > MOST_SOURCES:
        raise IntertaskError(
            f"The method 'recommended' learns from past transfers of at most {MOST_SOURCES:,} sources, but "
            f"{len(sources):,} are ranked.",
            f"target {target.task}",
            "rank them by 'semb' first and list the best ones under 'sources', or configure history: none",
        )
    forms = sorted({form(source) for source in sources})
    sizes = [len(forms), len(forms), len(sources), len(rows), 1]
    groups = np.append(pair_groups(), np.repeat([FORMS, FORMS_HERE, SOURCES, TARGETS, LEVEL], sizes))
    model = fit(_blocks(rows, target, sources, groups), groups)
    is_gain = any(np.isfinite(past.none) for past, _ in rows)
    X = _columns(target, target, sources, groups)
    X[:, -1] = is_gain
    mean, variance = model.predict(X)
    # The column of the new target has no past rows.
    return Prediction(mean, np.sqrt(variance + model.variances[TARGETS]), is_gain)


def _past_rows(target: Facts, sources: Sequence[Facts]) -> list[tuple[Past, np.ndarray]]:
    """Past targets with at least two observed sources, and their responses [sources]; of one setting if possible."""
    if not target.past:
        return []
    observed = past_scores(sources, len(target.past)).T
    rows = [(past, responses(row, past.none)) for past, row in zip(target.past, observed, strict=True)]
    rows = [(past, values) for past, values in rows if np.isfinite(values).sum() > 1]
    own = [(past, values) for past, values in rows if past.same_setting]
    return own if len(own) >= ENOUGH_TARGETS else rows


def _blocks(
    rows: Sequence[tuple[Past, np.ndarray]], target: Facts, sources: Sequence[Facts], groups: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Columns [n, len(groups)] and responses [n] of the n transfers to each past target."""
    first = int(np.argmax(groups == TARGETS))
    for place, (past, values) in enumerate(rows):
        seen = np.isfinite(values)
        X = _columns(past.facts, target, sources, groups)
        X[:, first + place] = 1
        X[:, -1] = np.isfinite(past.none)
        yield X[seen], values[seen]


def _columns(task: Facts, target: Facts, sources: Sequence[Facts], groups: np.ndarray) -> np.ndarray:
    """Columns [sources, len(groups)] of the transfers to a task; those of targets and of the level are 0.

    ``target`` is the new target. Columns of the group ``FORMS_HERE`` are 0 for tasks of other forms.
    """
    names = [form(source) for source in sources]
    forms = np.array([[name == other for other in sorted(set(names))] for name in names], np.float64)
    X = np.zeros((len(sources), len(groups)))
    X[:, groups <= ADAPTERS] = pair_columns(task, sources)
    X[:, groups == FORMS] = forms
    X[:, groups == FORMS_HERE] = forms * (form(task) == form(target))
    X[:, groups == SOURCES] = np.eye(len(sources))
    return X


def pair_groups() -> np.ndarray:
    """Return the group of each column of :func:`pair_columns`."""
    return np.repeat([TEXTS, FACTS, ADAPTERS], [2, 4, len(MEASURES)])


def pair_columns(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Describe how well each source fits a target.

    Args:
        target: Facts of the target.
        sources: Facts of each source.

    Returns:
        [sources, 9] similarity of texts and 1 / (1 + its rank); same form, difference in the number of labels, source
        length, and difference in length, all standardized over sources; and :func:`adapter_columns`. 0 = unknown.
    """
    others = np.array([source.task != target.task for source in sources], bool)
    near = np.full(len(sources), np.nan)
    near[others] = similarity(target, [source for source, other in zip(sources, others, strict=True) if other])
    words, own = _log([source.words for source in sources]), _log([target.words])[0]
    classes = np.array([np.nan if source.classes is None else source.classes for source in sources], np.float64)
    features = [
        near,
        1 / (1 + defined_ranks(near)),
        np.array([form(source) == form(target) for source in sources], np.float64),
        -np.abs(np.nan_to_num(classes) - (target.classes or 0)),
        words,
        -np.abs(words - own),
    ]
    columns = [_standardized(np.where(others, feature, np.nan)) for feature in features]
    return np.stack([*columns, *adapter_columns(target, sources).T], axis=1)


def adapter_columns(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Standardize :data:`.adapter_measures.MEASURES` of the sources' adapters.

    Args:
        target: Facts of the target, with its measures.
        sources: Facts of each source.

    Returns:
        [sources, measures] (score − score of the base model) / standard deviation over sources, at most :data:`MOST`
        in absolute value. A source without a score gets the mean of the others; all are 0 with less than two scores.
        Without a score of the base model, it is replaced by the median of the sources.
    """
    columns = np.zeros((len(sources), len(MEASURES)))
    for column, measure in zip(columns.T, MEASURES, strict=True):
        scores = (target.measures or {}).get(measure, {})
        values = np.array([scores.get(source.task, np.nan) for source in sources])
        known = np.isfinite(values)
        if known.sum() > 1 and (spread := values[known].std()) > 0:
            base = scores.get(NO_SOURCE, np.nan)
            center = base if np.isfinite(base) else np.median(values[known])
            column[known] = np.clip((values[known] - center) / spread, -MOST, MOST)
            column[~known] = column[known].mean()
    return columns


def form(fact: Facts) -> str:
    """Return the type of a task, or "pair" if its examples are pairs of texts."""
    return "pair" if fact.paired else fact.type


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
