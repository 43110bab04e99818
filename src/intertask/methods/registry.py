"""The registry of methods: each one function of a target and its sources, with what it needs."""

import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from ..artifacts import ARTIFACTS
from .declarations import get_declaration
from .facts import Facts

Score = Callable[[Facts, Sequence[Facts]], np.ndarray]

#: What a method may need beyond the count of rows.
NEEDS = ("texts", "adapters", "labels", "heads", "history", "training")
#: What a method may read: the workflow makes an artifact only where some method reads it.
READS = tuple(ARTIFACTS)
#: Words that have another meaning in the tables, where each method is a column.
RESERVED = ("rank", "source", "target", "model", "fused", "none", "ceiling")


@dataclass(frozen=True)
class Method:
    """A ranking method.

    Attributes:
        name: As in the configuration and the tables.
        score: The function that computes it.
        needs: Words of :data:`NEEDS`.
        reads: Words of :data:`READS`.
        undefined_for: Types of target for which it has no score.
        paper: Where it is from.
    """

    name: str
    score: Score
    needs: tuple[str, ...]
    reads: tuple[str, ...]
    undefined_for: tuple[str, ...]
    paper: str

    def __call__(self, target: Facts, sources: Sequence[Facts]) -> np.ndarray:
        """Score every source for the target.

        Returns:
            [len(sources)] float64, higher = better, NaN = undefined.
        """
        if target.type in self.undefined_for:
            return np.full(len(sources), np.nan)
        scores = np.asarray(self.score(target, sources), np.float64)
        if scores.shape != (len(sources),):
            raise ValueError(f"method {self.name}: expected {len(sources)} scores, got shape {scores.shape}")
        return scores


_METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    needs: Sequence[str] = (),
    reads: Sequence[str] = (),
    undefined_for: Sequence[str] = (),
    paper: str,
) -> Callable[[Score], Score]:
    """Register the decorated function ``f(target, sources) -> [len(sources)]`` as a method.

    Raises:
        ValueError: The name is taken, reserved, or cannot head a column; a need is not one of :data:`NEEDS` or
            an artifact not one of :data:`READS`.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or name in RESERVED or name.endswith("_rank"):
        raise ValueError(f"{name!r} cannot be the name of a method")
    for words, known in ((needs, NEEDS), (reads, READS)):
        unknown = sorted(set(words) - set(known))
        if unknown:
            raise ValueError(f"method {name}: {unknown} is not among {known}")

    def register(score: Score) -> Score:
        if name in _METHODS:
            raise ValueError(f"two methods are named {name!r}")
        _METHODS[name] = Method(name, score, tuple(needs), tuple(reads), tuple(undefined_for), paper)
        return score

    return register


def all_methods() -> dict[str, Method]:
    """Every method by name, sorted: each module of this package registers its own when imported."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return dict(sorted(_METHODS.items()))


def get_method(name: str) -> Method:
    """Return the method of that name.

    Args:
        name: The method's name.

    Raises:
        IntertaskError: There is no such method.
    """
    methods = all_methods()
    return methods[name] if name in methods else methods[get_declaration(name).name]
