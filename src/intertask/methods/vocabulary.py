"""Overlap of the sub-words of source and target."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method

#: Sub-words looked at per task, at most.
MAX_TOKENS = 10_000


@method("vocabulary", needs=("texts",), reads=("base",), paper="Schulte et al. 2024, https://arxiv.org/abs/2410.15148")
def vocabulary(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Jaccard |V_s ∩ V_t| / |V_s ∪ V_t| of the sub-word id sets of equal-size samples.

    The paper compares whole datasets, where the score follows the size of the source. Here each set is made of the
    task's first m sub-words, m = the shortest sample of the target and the pool, at most :data:`MAX_TOKENS`.
    A task without sub-words is undefined and does not enter m.
    """
    texts = [() if fact.token_ids is None else fact.token_ids for fact in (target, *sources)]
    m = min((len(ids) for ids in texts if len(ids)), default=0)
    of_target, *of_sources = (set(np.asarray(ids[: min(m, MAX_TOKENS)]).tolist()) for ids in texts)
    return np.array([_jaccard(of_source, of_target) for of_source in of_sources], np.float64)


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a and b else float("nan")
