"""The ranking to follow: what other targets have shown, and what the texts say."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .history import expected
from .profile import profile
from .registry import method


@method(
    "recommended",
    needs=("texts", "history"),
    reads=("base", "sentence", "history"),
    paper="this project (docs/recommended.md)",
    tolerates_gaps=True,
)
def recommended(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Places by turns: one source by history, one by profile, one by history, and again.

    By history is the best source that is not yet placed by what the model of earlier transfers expects
    (:func:`.history.expected`), by profile that of :func:`.profile.profile`. Whoever trains on the first three has two
    that did well before and one that does not depend on what happened before: evidence of two kinds errs at different
    targets. Without any history the ranking is the profile's.

    Returns:
        [len(sources)] −place; sources between which nothing decides share the mean of their places. A source without
        a profile is placed by history alone, or is NaN.
    """
    if not sources:
        return np.zeros(0)
    # In an order of their own: the last bit of a sum depends on the order of the terms.
    order = sorted(range(len(sources)), key=lambda i: _key(sources[i]))
    place = np.argsort(order)
    sources = [sources[i] for i in order]
    of_profile = profile(target, sources)
    expectation = expected(target, sources)
    if expectation is None:
        return -_places([of_profile])[place]
    of_history = np.round(expectation, 9)
    return -_places([of_history, of_profile, of_history])[place]


def _places(turns: Sequence[np.ndarray]) -> np.ndarray:
    """Place of each source, 1 = first, when the rankings ``turns`` ([n] scores each) place one after the other.

    Sources with equal scores in all rankings share the mean of their places; NaN where all are undefined.
    """
    scores = np.stack(turns)
    places = np.full(scores.shape[1], np.nan)
    left = list(np.flatnonzero(~np.isnan(scores).all(axis=0)))
    turn = placed = 0
    while left:
        own = np.nan_to_num(scores[turn % len(turns)], nan=-np.inf)
        # Equal ones by the other rankings.
        chosen = max(left, key=lambda i: (own[i], *np.nan_to_num(scores[:, i], nan=-np.inf)))
        turn += 1
        placed += 1
        places[chosen] = placed
        left.remove(chosen)
    _, kind = np.unique(np.nan_to_num(scores, nan=-np.inf), axis=1, return_inverse=True)
    return (np.bincount(kind, np.nan_to_num(places)) / np.bincount(kind))[kind] + 0 * places


def _key(fact: Facts) -> tuple:
    history = () if fact.history is None else tuple(np.nan_to_num(fact.history, nan=-1e9).tolist())
    mean = () if fact.sentence_mean is None else tuple(np.nan_to_num(fact.sentence_mean).tolist())
    return history, fact.rows, fact.words or 0.0, fact.classes or 0, fact.type, mean
