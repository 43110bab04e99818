"""FSFT: how good the target gets in a few steps of training from each source's adapter."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from .facts import Facts
from .registry import method

_register = partial(
    method,
    needs=("adapters", "labels", "training"),
    reads=("fewshot",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)


@_register("fsft")
def fsft(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """The target's score, percent points, after the last step of few-shot fine-tuning.

    It is from a held-out slice of the target's training examples, never from the evaluation split.
    """
    return np.array([source.fewshot[max(source.fewshot)] if source.fewshot else np.nan for source in sources])


def _after(step: int):
    def score(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
        return np.array([(source.fewshot or {}).get(step, np.nan) for source in sources], np.float64)

    score.__doc__ = f"The same after step {step}; NaN where that step was not scored."
    return score


for _step in (5, 10, 25):
    _register(f"fsft-{_step}")(_after(_step))
