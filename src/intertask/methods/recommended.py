"""recommended: the default ranking, which combines past transfers with the texts of the tasks."""

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
    """Alternate between a model of earlier transfers and profile, which reads only the texts.

    Ranks alternate: one source by history, one by profile, one by history, and so on.

    "By history" takes the remaining source with the best prediction of the model of past transfers
    (:func:`.history.expected`), "by profile" the one with the best score of :func:`.profile.profile`. The first three
    sources thus contain two that transferred well before and one chosen from the data alone: the two kinds of evidence
    fail on different targets. Without past transfers, the ranking is that of the profile.

    Returns:
        [len(sources)] −rank. Sources that are equal by all evidence share the mean of their ranks. A source without a
        profile is ranked by history alone, or is NaN.
    """
    if not sources:
        return np.zeros(0)
    # Sorted, because the last bit of a sum depends on the order of its terms.
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
    """Rank of each source, 1 = first, if the rankings ``turns`` ([n] scores each) choose one source each in turn.

    Sources with equal scores in all rankings share the mean of their ranks. A source without any score is NaN.
    """
    scores = np.stack(turns)
    places = np.full(scores.shape[1], np.nan)
    left = list(np.flatnonzero(~np.isnan(scores).all(axis=0)))
    turn = placed = 0
    while left:
        own = np.nan_to_num(scores[turn % len(turns)], nan=-np.inf)
        # Ties are decided by the other rankings.
        chosen = max(left, key=lambda i: (own[i], *np.nan_to_num(scores[:, i], nan=-np.inf)))
        turn += 1
        placed += 1
        places[chosen] = placed
        left.remove(chosen)
    _, group = np.unique(np.nan_to_num(scores, nan=-np.inf), axis=1, return_inverse=True)
    return (np.bincount(group, np.nan_to_num(places)) / np.bincount(group))[group] + 0 * places


def _key(fact: Facts) -> tuple:
    """Sort key of a source, by everything that its score depends on except its name."""
    history = () if fact.history is None else tuple(np.nan_to_num(fact.history, nan=-1e9).tolist())
    mean = () if fact.sentence_mean is None else tuple(np.nan_to_num(fact.sentence_mean).tolist())
    return history, fact.rows, fact.words or 0.0, fact.classes or 0, fact.type, mean
