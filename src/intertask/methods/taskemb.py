"""TaskEmb: similarity of what the examples of two tasks pull at, by Fisher embeddings."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..ranks import reciprocal_rank_fusion
from .cosine import cosines
from .facts import Facts
from .registry import method

Components = Mapping[str, np.ndarray] | None


@method(
    "taskemb",
    needs=("labels", "adapters"),
    reads=("gradients",),
    paper="Vu et al. 2020, https://arxiv.org/abs/2005.00770",
)
def taskemb(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Σ_c 1 / (60 + rank_c(s)), rank_c by cos(F_c(s), F_c(t)), F the Fisher embedding of each task's trained adapter.

    Components c are the tensors of the adapter and the outputs of the layers. Ranks are within the pool; ties have
    their average rank.
    """
    return fused_cosines(target.gradients, [source.gradients for source in sources])


@method(
    "taskemb-fewshot",
    needs=("labels", "training"),
    reads=("fewshot_gradients",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def taskemb_fewshot(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """TaskEmb of adapters that were trained for a few steps on a few examples of each task."""
    return fused_cosines(target.fewshot_gradients, [source.fewshot_gradients for source in sources])


def fused_cosines(target: Components, sources: Sequence[Components]) -> np.ndarray:
    """Cosine per component, fused by reciprocal rank (Cormack et al. 2009).

    A source has a rank in the components that it shares with the target, where neither is zero or not finite; the
    ranks there count no other sources. Components of different length (an adapter of another width) are not shared.

    Args:
        target: component -> [d_c]
        sources: the same each

    Returns:
        [len(sources)]; NaN where no component is shared.
    """
    similarities = [
        cosines(vector, [_component(source, component, len(vector)) for source in sources])
        for component, vector in (target or {}).items()
    ]
    return reciprocal_rank_fusion(similarities) if similarities else np.full(len(sources), np.nan)


def _component(source: Components, name: str, length: int) -> np.ndarray | None:
    vector = None if source is None else source.get(name)
    return vector if vector is not None and len(vector) == length else None
