"""A ranking from the data alone: near texts, and long ones."""

from collections.abc import Sequence

import numpy as np

from ..ranks import defined_ranks, reciprocal_rank_fusion
from .facts import Facts
from .registry import method
from .semb import semb
from .textemb import textemb_centred
from .vocabulary import vocabulary

#: How near the texts of two tasks are, seen three ways: whole sentences, words, and the base model.
SIMILARITIES = (semb, vocabulary, textemb_centred)


@method(
    "profile",
    needs=("texts",),
    reads=("base", "sentence"),
    paper="this project (docs/recommended.md)",
)
def profile(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """1 / (60 + rank by similarity) + 1 / (60 + rank by length of the source's examples in words).

    Long examples (passages with questions, stories with endings, premises with hypotheses) are those that ask for
    reading, and what they teach carries over to more targets than what short ones do.
    """
    near = similarity(target, sources)
    words = np.array([np.nan if source.words is None else source.words for source in sources], np.float64)
    joined = reciprocal_rank_fusion([near, words])
    return np.where(np.isnan(near) | np.isnan(words), np.nan, joined)


def similarity(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """−mean rank over :data:`SIMILARITIES`, [len(sources)]; NaN where one of them is undefined."""
    if not sources:
        return np.zeros(0)
    return -np.mean([defined_ranks(measure(target, sources)) for measure in SIMILARITIES], axis=0)
