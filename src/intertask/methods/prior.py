"""prior: how well a source did on other targets."""

from collections.abc import Sequence

import numpy as np

from ..ranks import defined_ranks
from .facts import Facts
from .registry import method


@method(
    "prior",
    needs=("history",),
    reads=("history",),
    paper="target-free baseline; cf. Choshen et al. 2022, https://arxiv.org/abs/2211.00107",
    tolerates_gaps=True,
)
def prior(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Average the ranks that the source had on other targets in earlier transfers.

    −mean over other targets t' of rank(s, t') / n(t'), where rank(s, t') is among the n(t') sources observed on t'.

    Only transfers of the same setting count, unless it has none. The history never contains transfers to the target
    itself or to its family (leave-one-target-out). A source that was observed only in other settings gets the mean of
    the others. A source without past transfers is NaN.
    """
    scores = np.full(len(sources), np.nan)
    if not target.past or not sources:
        return scores
    own = np.array([past.same_setting for past in target.past])
    observed = past_scores(sources, len(own))
    if np.isfinite(observed[:, own]).any():
        observed = observed[:, own]
    shares = [defined_ranks(column) / np.isfinite(column).sum() for column in observed.T if np.isfinite(column).any()]
    if not shares:
        return scores
    shares = np.stack(shares)
    known = np.isfinite(shares).any(axis=0)
    scores[known] = -np.nanmean(shares[:, known], axis=0)
    # A source whose history is missing or empty is undefined; one that only lacks the chosen targets is new.
    listed = np.array([source.history is not None and not np.isnan(source.history).all() for source in sources])
    return np.where(known | ~listed, scores, np.mean(scores[known]))


def past_scores(sources: Sequence[Facts], count: int) -> np.ndarray:
    """Stack the histories of the sources.

    Args:
        sources: Facts of each source.
        count: Number of past targets.

    Returns:
        [sources, count] Observed scores, percentage points, NaN = not observed.
    """
    gap = np.full(count, np.nan)
    return np.stack([gap if source.history is None else np.asarray(source.history, np.float64) for source in sources])
