"""semb: cosine similarity of mean embeddings by the sentence encoder."""

from collections.abc import Sequence

import numpy as np

from .cosine import centered_cosines, cosines
from .facts import Facts
from .registry import method


@method("semb", needs=("texts",), reads=("sentence",), paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247")
def semb(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the mean sentence embeddings of source and target by their cosine.

    cos(v_s, v_t), where v is the mean sentence embedding of a task's examples.
    """
    return cosines(target.sentence_mean, [source.sentence_mean for source in sources])


@method(
    "semb-centred",
    needs=("texts",),
    reads=("sentence",),
    paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247, centered",
)
def semb_centered(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the mean sentence embeddings of source and target as semb does, after subtracting their mean over tasks.

    cos(v_s − m, v_t − m), where m is the mean of v over the target and its sources; NaN for fewer than 3 tasks.
    """
    return centered_cosines(target.sentence_mean, [source.sentence_mean for source in sources])
