"""nce: conditional entropy of the target's labels given the predictions of the source's head."""

from collections.abc import Sequence

import numpy as np

from .facts import Facts
from .leep import score_probabilities
from .registry import method


@method(
    "nce",
    needs=("adapters", "labels", "heads"),
    reads=("rows", "features"),
    undefined_for=("regression",),
    paper="Tran et al. 2019, https://arxiv.org/abs/1908.08142",
)
def nce(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Measure how well the most probable class of the source's head predicts the target's labels.

    -H(Y | Z) = Σ_{y,z} P(y, z) log P(y | z), where Z is the most probable class of the source's head.

    P(y, z) are the shares of the target's rows. The score is the mean over the target's views. It is NaN for sources
    whose head has no class probabilities, and if the target has only one class. It equals LEEP of one-hot
    probabilities.

    Tran et al. 2019, "Transferability and Hardness of Supervised Classification Tasks",
    https://arxiv.org/abs/1908.08142.
    """
    return score_probabilities(target, sources, lambda P, labels: negative_conditional_entropy(P.argmax(1), labels))


def negative_conditional_entropy(z: np.ndarray, y: np.ndarray) -> float:
    """Compute -H(Y | Z).

    Args:
        z: [N] Predicted class ids.
        y: [N] Class ids of the target.

    Returns:
        At most 0, in nats; NaN if y has only one class.
    """
    classes, y = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        return float("nan")
    _, z = np.unique(z, return_inverse=True)
    counts = np.zeros((len(classes), z.max() + 1))
    np.add.at(counts, (y, z), 1)
    share = (counts / counts.sum(0))[y, z]  # P(y_i | z_i) of each row, never 0
    return float(np.log(share).mean())
