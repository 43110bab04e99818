"""esm-logme: LogME of the base model's features, transformed by the source's embedding space map."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .logme import label_columns, log_evidence, without_intercepts
from .registry import method
from .spectrum import ReducedRows, centered_moments, moments, reduced, times


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
    intercept, so b_s cancels, and centering F₀ also centers F₀ W_s. All sources therefore share the centered F₀ = Q R,
    where R has at most D rows. The evidence of a source follows from R W_s and Q'Y, at a cost of order D³ that does not
    depend on the number of rows. Maps are read one after the other.

    Schulte, Hamborg and Akbik 2024, "Less is More: Parameter-Efficient Selection of Intermediate Tasks for Transfer
    Learning", https://arxiv.org/abs/2410.15148.
    """
    rows, features = target.target_rows, target.features
    if rows is None or features is None or not np.isfinite(features).all():
        return np.full(len(sources), np.nan)
    views: list[ReducedRows] = []
    for view in rows.views:
        if not len(view.index):
            return np.full(len(sources), np.nan)
        F, Y = features[view.index], label_columns(view.labels)
        if target.compares_choices:
            given = moments(*without_intercepts(target, F.astype(np.float64), Y, rows.groups[view.index]))
        else:
            given = centered_moments(F, Y)
        views.append(reduced(given))
    return np.array([_score(source.map, views) for source in sources], np.float64)


def _score(space_map: Sequence[np.ndarray] | None, views: list[ReducedRows]) -> float:
    """Mean score of one source over the target's views."""
    if not views or space_map is None:
        return float("nan")
    weight, bias = space_map
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        return float("nan")
    W = np.asarray(weight, np.float64)
    return float(np.mean([log_evidence(times(v.root, W), v.labels, v.freedom, v.squares) for v in views]))
