"""The ranking to follow: what other targets have shown, and what the texts say."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .history import expected
from .ordering import reciprocal_ranks
from .profile import profile
from .registry import method

#: One vote of the history for so many past targets in the setting itself; at least one vote, at most so many.
TARGETS_PER_VOTE, MOST_VOTES = 4.0, 4.0


@method(
    "recommended",
    needs=("texts", "history"),
    reads=("base", "sentence", "history"),
    paper="this project (docs/recommended.md)",
)
def recommended(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Reciprocal rank fusion of the history model's expectation (:mod:`.history`) and :func:`.profile.profile`.

    The profile has one vote. The history has one for every four past targets that were observed in the setting itself,
    at least one and at most four; without any history the ranking is the profile's.
    """
    if not sources:
        return np.zeros(0)
    # In an order of their own: the last bit of a sum depends on the order of the terms.
    order = sorted(range(len(sources)), key=lambda i: _key(sources[i]))
    place = np.argsort(order)
    sources = [sources[i] for i in order]
    votes = [(1.0, profile(target, sources))]
    expectation = expected(target, sources)
    if expectation is not None:
        past = len({past.facts.task for past in target.past if past.same_setting})
        votes.append((float(np.clip(past / TARGETS_PER_VOTE, 1, MOST_VOTES)), np.round(expectation, 9)))
    return reciprocal_ranks(votes)[place]


def _key(fact: Facts) -> tuple:
    history = () if fact.history is None else tuple(np.nan_to_num(fact.history, nan=-1e9).tolist())
    mean = () if fact.sentence_mean is None else tuple(np.nan_to_num(fact.sentence_mean).tolist())
    return history, fact.rows, fact.words or 0.0, fact.classes or 0, fact.type, mean
