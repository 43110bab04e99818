"""esm-logme: LogME of the base model's features, transformed by the source's embedding space map."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .feature_rows import centered_within
from .logme import Moments, intercepts, label_columns, log_evidence_from_moments, moments
from .registry import method


@method(
    "esm-logme",
    needs=("adapters", "labels"),
    reads=("rows", "maps"),
    paper="Schulte et al. 2024, https://arxiv.org/abs/2410.15148",
)
def esm_logme(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Apply logme to the base model's features of the target's rows, mapped to the features of the source.

    LogME of F₀ W_s + b_s, where F₀ [N, D] are the target's rows under the base model and (W_s, b_s) is the map.

    The map of a source, W_s [D, D] and b_s [D], approximates its features from those of the base model. LogME has an
    intercept, so b_s cancels, and centering F₀ also centers F₀ W_s. All sources therefore share the Gram matrix
    G₀ = F₀'F₀ and the cross-products F₀'Y of the target. The evidence of a source follows from W_s'G₀W_s and W_s'F₀'Y,
    at a cost of order D³ that does not depend on the number of rows.

    Schulte, Hamborg and Akbik 2024, "Less is More: Parameter-Efficient Selection of Intermediate Tasks for Transfer
    Learning", https://arxiv.org/abs/2410.15148.
    """
    rows, features = target.target_rows, target.features
    if rows is None or features is None or not np.isfinite(features).all():
        return np.full(len(sources), np.nan)
    views: list[Moments] = []
    for view in rows.views:
        if not len(view.index):
            return np.full(len(sources), np.nan)
        F, share = features[view.index].astype(np.float64), intercepts(target, rows.groups[view.index])
        Y = centered_within(label_columns(view.labels), share)
        views.append(moments(centered_within(F, share), Y, len(F) - len(np.unique(share))))
    return np.array([_score(source.map, views) for source in sources], np.float64)


def _score(space_map: tuple[np.ndarray, np.ndarray] | None, views: list[Moments]) -> float:
    """Mean score of one source over the target's views."""
    if not views or space_map is None or not all(np.isfinite(part).all() for part in space_map):
        return float("nan")
    return float(np.mean([log_evidence_from_moments(mapped(view, space_map[0])) for view in views]))


def mapped(base: Moments, weight: np.ndarray) -> Moments:
    """Compute the moments of F W [N, D'] and Y from those of F [N, D] and Y.

    Args:
        base: Moments of F and Y.
        weight: [D, D'] The matrix W.

    Returns:
        Moments of F W and Y.
    """
    W = np.asarray(weight, np.float64)
    gram = W.T @ base.gram @ W
    return base._replace(gram=(gram + gram.T) / 2, cross=W.T @ base.cross)
