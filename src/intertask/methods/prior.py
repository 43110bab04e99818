"""What a source has done for other targets."""

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
    """−mean over other targets t' of rank(s, t') / n(t'), the rank of s among the n sources observed on t'.

    The setting's own transfers count; those of other settings only where it has none. Leave-one-target-out: the
    transfers to the target itself, and to its family, are never in the history. Cold start: a source without a past
    gets the mean of the others; without any past at all, everything is NaN.
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
    # A source that exists without any history field is undefined, one that has a row of gaps is merely new.
    listed = np.array([source.history is not None and not np.isnan(source.history).all() for source in sources])
    return np.where(known | ~listed, scores, np.mean(scores[known]))


def past_scores(sources: Sequence[Facts], count: int) -> np.ndarray:
    """[sources, past] observed scores, NaN = not observed."""
    gap = np.full(count, np.nan)
    return np.stack([gap if source.history is None else np.asarray(source.history, np.float64) for source in sources])
