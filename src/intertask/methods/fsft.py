"""fsft: the target's score after a few training steps from each source's adapter."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .registry import method


@method(
    "fsft",
    needs=("adapters", "labels", "training"),
    reads=("fewshot",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def fsft(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure the target's score after the last step of few-shot fine-tuning from the source's adapter.

    The score is in percentage points.

    The score is measured on a held-out part of the target's training examples, never on the evaluation split.
    """
    return np.array([source.fewshot[max(source.fewshot)] if source.fewshot else np.nan for source in sources])


@method(
    "fsft-5",
    needs=("adapters", "labels", "training"),
    reads=("fewshot",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def fsft_5(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure the target's score after 5 steps of few-shot fine-tuning from the source's adapter.

    NaN where that step was not scored.
    """
    return _after(5, sources)


@method(
    "fsft-10",
    needs=("adapters", "labels", "training"),
    reads=("fewshot",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def fsft_10(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure the target's score after 10 steps of few-shot fine-tuning from the source's adapter.

    NaN where that step was not scored.
    """
    return _after(10, sources)


@method(
    "fsft-25",
    needs=("adapters", "labels", "training"),
    reads=("fewshot",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247",
)
def fsft_25(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure the target's score after 25 steps of few-shot fine-tuning from the source's adapter.

    NaN where that step was not scored.
    """
    return _after(25, sources)


def _after(step: int, sources: Sequence[Facts]) -> np.ndarray:
    """Scores after a step of few-shot fine-tuning."""
    return np.array([(source.fewshot or {}).get(step, np.nan) for source in sources], np.float64)
