"""RoE, retrieval of examples: how near the source's nearest examples are."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method

#: Examples of the target, and of each source, that are compared.
OF_TARGET, OF_SOURCE = 32, 100


@method(
    "roe",
    needs=("texts",),
    reads=("sentence",),
    paper="Kim et al. 2023, https://arxiv.org/abs/2305.13256, after Jang et al. 2023",
)
def roe(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Mean over 32 examples of the target of the largest dot product with 100 of the source.

    Sentence embeddings of length 1; a seeded choice among the sampled examples, or all if there are fewer. NaN without
    examples, or if an embedding is not finite.
    """
    chosen = _unit(target.sentence_embeddings, OF_TARGET)
    of_sources = [_unit(source.sentence_embeddings, OF_SOURCE) for source in sources]
    return np.array([np.nan if chosen is None or of is None else (chosen @ of.T).max(1).mean() for of in of_sources])


def _unit(embeddings: np.ndarray | None, count: int) -> np.ndarray | None:
    """[at most count, S] float64, rows of length 1. The choice depends on the number of examples alone."""
    if embeddings is None or not len(embeddings) or not np.isfinite(embeddings).all():
        return None
    order = np.random.default_rng(0).permutation(len(embeddings))
    chosen = embeddings[order[:count]].astype(np.float64)
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True)
    return chosen / np.where(lengths > 0, lengths, 1)
