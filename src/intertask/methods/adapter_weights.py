"""Similarity of the trained weights of two adapters."""

from collections.abc import Mapping, Sequence

import numpy as np

from .facts import Facts
from .registry import method

Weights = Mapping[str, tuple[np.ndarray, np.ndarray]]


@method(
    "adapter-weights",
    needs=("adapters", "labels"),
    reads=("weights",),
    paper="after TuPaTE, Zhou et al. 2022, https://arxiv.org/abs/2210.11705, in a form that no permutation changes",
)
def adapter_weights(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """cos(θ_s, θ_t), θ = the products up · down of all sites of the adapter, as one vector.

    Hidden units of an adapter have no order: a cosine of the flat weights means nothing, the products stay the same
    whatever permutation or rotation of the units. For LoRA they are what the adapter does; for a bottleneck, whose
    non-linearity stands between the two, and whose biases are left out, an approximation.

    NaN without weights (full fine-tuning, prefix tuning), and where they are zero or not finite.
    """
    square = _square(target.weights)
    return np.array([_cosine(target.weights, square, source.weights) for source in sources], np.float64)


def inner_product(a: Weights, b: Weights) -> float:
    """Σ over sites ⟨U₁D₁, U₂D₂⟩ = Σ tr((U₁ᵀU₂)(D₂D₁ᵀ)), without a [D, D] product.

    A site that one of the two lacks counts as zero there.

    Args:
        a: site -> (down D₁ [r, D], up U₁ [D', r])
        b: the same; r may differ
    """
    total = 0.0
    for site in sorted(a.keys() & b.keys()):
        (down_a, up_a), (down_b, up_b) = ([np.asarray(half, np.float64) for half in w[site]] for w in (a, b))
        total += float(((up_a.T @ up_b) * (down_a @ down_b.T)).sum())
    return total


def _square(weights: Weights | None) -> float:
    """Squared norm of the products; NaN without weights, or with such as are not finite."""
    if not weights or not all(np.isfinite(half).all() for halves in weights.values() for half in halves):
        return np.nan
    return inner_product(weights, weights)


def _cosine(target: Weights | None, square: float, source: Weights | None) -> float:
    norms = square * _square(source)
    if not norms > 0:  # zero, or NaN
        return np.nan
    return float(
        np.clip(inner_product(target, source) / np.sqrt(norms), -1.0, 1.0)
    )  # rounding leaves 1.0000000000000002
