"""textemb: cosine similarity of mean embeddings by the base model."""

from collections.abc import Sequence

import numpy as np

from .cosine import centered_cosines, cosines
from .facts import Facts
from .registry import method


@method("textemb", needs=("texts",), reads=("base",), paper="Vu et al. 2020, https://arxiv.org/abs/2005.00770")
def textemb(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the base model's mean text embeddings of source and target by their cosine.

    cos(v_s, v_t), where v is the mean over examples of the mean token vector of the base model's last layer.
    """
    return cosines(target.text_mean, [source.text_mean for source in sources])


@method(
    "textemb-centred",
    needs=("texts",),
    reads=("base",),
    paper="Vu et al. 2020, https://arxiv.org/abs/2005.00770, centered",
)
def textemb_centered(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Compare the mean text embeddings of source and target as textemb does, after subtracting their mean over tasks.

    cos(v_s − m, v_t − m), where m is the mean of v over the target and its sources; NaN for fewer than 3 tasks.
    """
    return centered_cosines(target.text_mean, [source.text_mean for source in sources])
