"""SEmb: similarity of mean embeddings by a sentence encoder."""

from collections.abc import Sequence

import numpy as np

from .cosine import cosines
from .facts import Facts
from .registry import method


@method("semb", needs=("texts",), reads=("sentence",), paper="Poth et al. 2021, https://arxiv.org/abs/2104.08247")
def semb(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """cos(v_s, v_t), v = mean over examples of the sentence embedding."""
    return cosines(target.sentence_mean, [source.sentence_mean for source in sources])
