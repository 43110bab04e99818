"""recommended: the default ranking, which combines past transfers, texts, and adapters where they are there."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from .facts import Facts
from .history import ADAPTERS, Prediction, pair_columns, pair_groups, points, predict
from .registry import method

#: Columns of :func:`.history.pair_columns` that count without a history: similarity of texts, and the same form.
WITHOUT_HISTORY = (0, 2)
#: Probability that the interval of an expected gain holds the gain.
INTERVAL = 0.9


@method(
    "recommended",
    needs=("texts", "history"),
    reads=("base", "sentence", "history"),
    paper="this project (docs/recommended.md)",
    tolerates_gaps=True,
)
def recommended(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Predict the gain of each source from past transfers, from the texts, and from measures of its adapter.

    The score is the mean of :func:`.history.predict`. Without past transfers, it is a sum of standardized evidence with
    equal weights: similarity of the texts, the same form of task, and the measures of the adapters.

    Returns:
        [len(sources)] A source of which nothing is known is NaN.
    """
    if not sources:
        return np.zeros(0)
    prediction = _prediction(target, sources)
    columns = pair_columns(target, sources)
    of_adapters = columns[:, pair_groups() == ADAPTERS]
    equal_weights = columns[:, WITHOUT_HISTORY].sum(axis=1) + of_adapters.sum(axis=1)
    scores = equal_weights if prediction is None else prediction.mean
    measured = {name for scores in (target.measures or {}).values() for name in scores}
    known = [_is_known(source) or source.task in measured for source in sources]
    return np.where(known, np.round(scores, 9), np.nan)


def expected_gains(target: Facts, sources: Sequence[Facts]) -> dict[str, dict[str, float]] | None:
    """Describe the gain over ``none`` that a transfer from each source is expected to show.

    Args:
        target: Facts of the target, with its past targets.
        sources: Facts of each source, with its history.

    Returns:
        Source -> ``gain`` (median), ``low`` and ``high`` (interval that holds the gain with a probability of 90 %), all
        in percentage points, and ``helps``: the probability that the gain is above 0. None without past transfers that
        were compared with ``none``.
    """
    from scipy.stats import norm

    prediction = _prediction(target, sources) if sources else None
    if prediction is None or not prediction.is_gain or not prediction.deviation.all():
        return None
    reach = norm.ppf((1 + INTERVAL) / 2) * prediction.deviation
    columns = {
        "gain": points(prediction.mean),
        "low": points(prediction.mean - reach),
        "high": points(prediction.mean + reach),
        "helps": norm.cdf(prediction.mean / prediction.deviation),
    }
    return {
        source.task: {name: round(float(values[i]), 6) for name, values in columns.items()}
        for i, source in enumerate(sources)
    }


def _prediction(target: Facts, sources: Sequence[Facts]) -> Prediction | None:
    """Predict the gains, in an order of the sources that does not depend on theirs."""
    # Sorted, because the last bit of a sum depends on the order of its terms.
    order = sorted(range(len(sources)), key=lambda i: _key(sources[i]))
    prediction = _remembered(target, tuple(sources[i] for i in order))
    if prediction is None:
        return None
    place = np.argsort(order)
    return prediction._replace(mean=prediction.mean[place], deviation=prediction.deviation[place])


@lru_cache(maxsize=1)
def _remembered(target: Facts, sources: tuple[Facts, ...]) -> Prediction | None:
    """Remember the last prediction, for the method's scores and for the table of gains."""
    return predict(target, sources)


def _is_known(source: Facts) -> bool:
    """Whether a source has texts or a history."""
    observed = source.history is not None and np.isfinite(source.history).any()
    return observed or (source.sentence_mean is not None and np.isfinite(source.sentence_mean).all())


def _key(fact: Facts) -> tuple:
    """Sort key of a source, by everything that its score depends on except its name."""
    history = () if fact.history is None else tuple(np.nan_to_num(fact.history, nan=-1e9).tolist())
    mean = () if fact.sentence_mean is None else tuple(np.nan_to_num(fact.sentence_mean).tolist())
    return history, fact.rows, fact.words or 0.0, fact.classes or 0, fact.type, mean
