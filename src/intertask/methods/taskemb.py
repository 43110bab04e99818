"""taskemb: similarity of Fisher embeddings, the mean squared gradients of two tasks' examples."""

from collections.abc import Mapping, Sequence

import numpy as np

from ..ranks import reciprocal_rank_fusion
from .cosine import cosines
from .facts import Facts
from .registry import method

#: Component -> vector.
Components = Mapping[str, np.ndarray] | None


@method(
    "taskemb",
    needs=("labels", "adapters"),
    reads=("gradients",),
    paper="Vu et al. 2020, https://arxiv.org/abs/2005.00770",
)
def taskemb(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the mean squared gradients of the adapters of source and target (Fisher embeddings) by their cosine.

    Σ_c 1 / (60 + rank_c(s)), where rank_c ranks the sources by cos(F_c(s), F_c(t)).

    F is the Fisher embedding of a task's trained adapter. Its components c are the tensors of the adapter and the
    outputs of the layers. Ranks are within the pool, and ties have their average rank.

    Vu et al. 2020, "Exploring and Predicting Transferability across NLP Tasks", https://arxiv.org/abs/2005.00770, with
    adapters instead of full fine-tuning.
    """
    return fused_cosines(target.gradients, [source.gradients for source in sources])


@method(
    "taskemb-fewshot",
    needs=("labels", "training"),
    reads=("fewshot_gradients",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def taskemb_fewshot(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare Fisher embeddings as taskemb does, with adapters that were trained for only a few steps.

    The formula of :func:`taskemb`, for adapters that were trained for a few steps on a few examples of each task.
    """
    return fused_cosines(target.fewshot_gradients, [source.fewshot_gradients for source in sources])


def fused_cosines(target: Components, sources: Sequence[Components]) -> np.ndarray:
    """Compute the cosine per component, and fuse the components by reciprocal rank.

    A source is ranked in the components that it shares with the target, if both vectors are finite and not zero.
    Components of different length (adapters of another width) are not shared.

    Args:
        target: Component -> vector [d_c]; None if it is missing.
        sources: The same for each source.

    Returns:
        [len(sources)]; NaN if no component is shared.
    """
    similarities = [
        cosines(vector, [_component(source, component, len(vector)) for source in sources])
        for component, vector in (target or {}).items()
    ]
    return reciprocal_rank_fusion(similarities) if similarities else np.full(len(sources), np.nan)


def _component(source: Components, name: str, length: int) -> np.ndarray | None:
    """Vector of a component, if the source has one of this length."""
    vector = None if source is None else source.get(name)
    return vector if vector is not None and len(vector) == length else None
