"""What feature methods say of the sources' adapters on a target's rows, as evidence for ``recommended``."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..artifacts import NO_SOURCE
from .facts import Facts
from .knn import knn
from .logme import logme
from .ridge import ridge

#: The methods, by name.
MEASURES = {"logme": logme, "knn": knn, "ridge": ridge}


def measure_adapters(target: Facts, sources: Sequence[Facts]) -> dict[str, dict[str, float]]:
    """Score the features of the target's rows under each source's adapter, and under the base model alone.

    Args:
        target: Facts of the target, with its rows and their features under the base model.
        sources: Facts of the sources, with the features of the target's rows under their adapters.

    Returns:
        Method of :data:`MEASURES` -> source -> score. The source ``none`` is the base model. Undefined scores are left
        out.
    """
    measured = [*sources, replace(target, task=NO_SOURCE)]
    scores = {name: measure(target, measured) for name, measure in MEASURES.items()}
    return {
        name: {fact.task: float(value) for fact, value in zip(measured, values, strict=True) if np.isfinite(value)}
        for name, values in scores.items()
    }
