"""roe: retrieval of experts, by the similarity of single examples."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method

#: Number of examples of the target, and of each source, that are compared.
OF_TARGET, OF_SOURCE = 32, 100


@method(
    "roe",
    needs=("texts",),
    reads=("sentence",),
    paper="Kim et al. 2023, https://arxiv.org/abs/2305.13256, after Jang et al. 2023",
)
def roe(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how close the nearest examples of the source are to the examples of the target.

    Mean over 32 examples of the target of the largest cosine with 100 examples of the source.

    The cosines are between sentence embeddings. The examples are a random choice of the sampled examples, or all of
    them if there are fewer. The score is NaN without examples, or if an embedding is not finite.

    Kim et al. 2023, https://arxiv.org/abs/2305.13256, after Jang et al. 2023, "Exploring the Benefits of Training
    Expert Language Models over Instruction Tuning", https://arxiv.org/abs/2302.03202.
    """
    chosen = _unit(target.sentence_embeddings, OF_TARGET)
    of_sources = [_unit(source.sentence_embeddings, OF_SOURCE) for source in sources]
    return np.array([np.nan if chosen is None or of is None else (chosen @ of.T).max(1).mean() for of in of_sources])


def _unit(embeddings: np.ndarray | None, count: int) -> np.ndarray | None:
    """Choose at most ``count`` examples, depending only on their number, and scale them to length 1."""
    if embeddings is None or not len(embeddings) or not np.isfinite(embeddings).all():
        return None
    order = np.random.default_rng(0).permutation(len(embeddings))
    chosen = embeddings[order[:count]].astype(np.float64)
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True)
    return chosen / np.where(lengths > 0, lengths, 1)
