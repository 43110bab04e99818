"""adapter-weights: cosine similarity of the trained adapters of two tasks."""

from collections.abc import Mapping, Sequence

import numpy as np

from .facts import Facts
from .registry import method

#: Adapter site -> (down [r, D], up [D', r]).
Weights = Mapping[str, tuple[np.ndarray, np.ndarray]]


@method(
    "adapter-weights",
    needs=("adapters", "labels"),
    reads=("weights",),
    paper="after TuPaTE, Zhou et al. 2022, https://arxiv.org/abs/2210.11705, in a form that no permutation changes",
)
def adapter_weights(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the weights of the trained adapters of source and target by their cosine.

    cos(θ_s, θ_t), where θ is the vector of the products up · down of all sites of an adapter.

    The hidden units of an adapter have no order, so a cosine of the flat weights has no meaning. The products do not
    change if the units are permuted or rotated. For LoRA they are exactly the function of the adapter. For a bottleneck
    they are an approximation, because they leave out its non-linearity and its biases.

    The score is NaN for adapters without such weights (full fine-tuning, prefix tuning), and if the weights are zero or
    not finite.

    Zhou et al. 2022, "Efficiently Tuned Parameters are Task Embeddings", https://arxiv.org/abs/2210.11705, compare the
    tuned parameters themselves.
    """
    square = _square(target.weights)
    return np.array([_cosine(target.weights, square, source.weights) for source in sources], np.float64)


def inner_product(a: Weights, b: Weights) -> float:
    """Compute the inner product of the products up · down of two adapters.

    Σ over sites ⟨U₁D₁, U₂D₂⟩ = Σ tr((U₁ᵀU₂)(D₂D₁ᵀ)), which needs no [D, D] product. A site that one of the adapters
    lacks counts as zero.

    Args:
        a: Site -> (down D₁ [r, D], up U₁ [D', r]).
        b: The same for the other adapter; r may differ.

    Returns:
        The inner product in float64.
    """
    total = 0.0
    for site in sorted(a.keys() & b.keys()):
        (down_a, up_a), (down_b, up_b) = ([np.asarray(half, np.float64) for half in w[site]] for w in (a, b))
        total += float(((up_a.T @ up_b) * (down_a @ down_b.T)).sum())
    return total


def _square(weights: Weights | None) -> float:
    """Squared norm of the products; NaN if there are no weights or if they are not finite."""
    if not weights or not all(np.isfinite(half).all() for halves in weights.values() for half in halves):
        return np.nan
    return inner_product(weights, weights)


def _cosine(target: Weights | None, square: float, source: Weights | None) -> float:
    """Cosine of the products of two adapters; ``square`` is the squared norm of the target's."""
    norms = square * _square(source)
    if not norms > 0:  # zero, or NaN
        return np.nan
    return float(
        np.clip(inner_product(target, source) / np.sqrt(norms), -1.0, 1.0)
    )  # rounding leaves 1.0000000000000002
