"""profile: a ranking by the data alone, which prefers similar texts and long texts."""

from collections.abc import Sequence

import numpy as np

from ..ranks import defined_ranks, reciprocal_rank_fusion
from .facts import Facts
from .registry import method
from .semb import semb
from .textemb import textemb_centered
from .vocabulary import vocabulary

#: Three measures of text similarity: by the sentence encoder, by tokens, and by the base model.
SIMILARITIES = (semb, vocabulary, textemb_centered)


@method(
    "profile",
    needs=("texts",),
    reads=("base", "sentence"),
    paper="this project (docs/recommended.md)",
)
def profile(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Prefer sources whose texts are similar to those of the target, and sources with long examples.

    1 / (60 + rank by similarity) + 1 / (60 + rank by the mean length of the source's examples in words).

    Sources with long examples (passages with questions, stories with endings, premises with hypotheses) require reading
    comprehension, which helps more targets than what short examples teach.
    """
    near = similarity(target, sources)
    words = np.array([np.nan if source.words is None else source.words for source in sources], np.float64)
    joined = reciprocal_rank_fusion([near, words])
    return np.where(np.isnan(near) | np.isnan(words), np.nan, joined)


def similarity(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure text similarity by −mean rank over :data:`SIMILARITIES`.

    Args:
        target: Facts of the target.
        sources: Facts of each source.

    Returns:
        [len(sources)], higher = more similar; NaN if one of the measures is undefined.
    """
    if not sources:
        return np.zeros(0)
    return -np.mean([defined_ranks(measure(target, sources)) for measure in SIMILARITIES], axis=0)
