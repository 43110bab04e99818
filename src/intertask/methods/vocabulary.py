"""vocabulary: overlap of the tokens of source and target."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method

#: Maximum number of tokens per task.
MAX_TOKENS = 10_000


@method("vocabulary", needs=("texts",), reads=("base",), paper="Schulte et al. 2024, https://arxiv.org/abs/2410.15148")
def vocabulary(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure which share of the tokens in the texts of source and target occurs in both.

    Jaccard index |V_s ∩ V_t| / |V_s ∪ V_t|, where V is the set of token ids in a sample of a task's texts.

    Deviation from the paper: it compares whole datasets, so that the score depends on the size of the source. Here each
    sample has the same number of tokens m, the smallest of the target and the pool and at most :data:`MAX_TOKENS`. A
    task without tokens is undefined and does not influence m.

    Schulte et al. 2024, "Less is More: Parameter-Efficient Selection of Intermediate Tasks for Transfer Learning",
    https://arxiv.org/abs/2410.15148.
    """
    texts = [() if fact.token_ids is None else fact.token_ids for fact in (target, *sources)]
    m = min((len(ids) for ids in texts if len(ids)), default=0)
    of_target, *of_sources = (set(np.asarray(ids[: min(m, MAX_TOKENS)]).tolist()) for ids in texts)
    return np.array([_jaccard(of_source, of_target) for of_source in of_sources], np.float64)


def _jaccard(a: set[int], b: set[int]) -> float:
    """Jaccard index of two sets; NaN if one is empty."""
    return len(a & b) / len(a | b) if a and b else float("nan")
