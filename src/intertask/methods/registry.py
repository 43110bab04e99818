"""The registry of ranking methods: each is one function of a target and its sources, with a declaration of its needs.

A module of this package registers a method by decorating its function (docs/adding-a-method.md)::

    @method("same-length", needs=("texts",), paper="none: an example")
    def same_length(target: Facts, sources: Sequence[Facts]) -> np.ndarray:
        return np.array([-abs(np.log(source.words / target.words)) for source in sources])

The workflow and the tests then find it by its name:

    >>> size = get_method("size")
    >>> target = Facts("target", "classification", rows=50)
    >>> size(target, [Facts("small", "tagging", rows=100), Facts("large", "tagging", rows=9000)])
    array([ 100., 9000.])
    >>> get_method("logme").reads
    ('rows', 'features')
"""

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

#: What a method may need beyond the number of rows, for the table of costs.
NEEDS = ("texts", "adapters", "labels", "heads", "history", "training")
#: Names of the artifacts that a method may read. The workflow makes an artifact only if some method reads it.
READS = tuple(ARTIFACTS)
#: Names that other columns of the tables have, where each method is a column.
RESERVED = (
    *("rank", "source", "target", "model", "fused", "none", "ceiling"),
    *("expected_gain", "expected_low", "expected_high", "helps"),
)


@dataclass(frozen=True)
class Method:
    """A ranking method: a scoring function and what it declares.

    Attributes:
        name: Name in the configuration, and column in the tables.
        score: Function that computes the scores.
        needs: Words of :data:`NEEDS`.
        reads: Words of :data:`READS`.
        undefined_for: Types of target for which it has no score.
        paper: Source of the formula.
        needs_many_rows: Whether it can prefer noise to signal if the target has fewer rows than features.
        tolerates_gaps: Whether it may score a source although some evidence is missing, by the evidence that is left.
    """

    name: str
    score: Score
    needs: tuple[str, ...]
    reads: tuple[str, ...]
    undefined_for: tuple[str, ...]
    paper: str
    needs_many_rows: bool = False
    tolerates_gaps: bool = False

    def __call__(self, target: Facts, sources: Sequence[Facts]) -> np.ndarray:
        """Score every source for the target.

        Args:
            target: Facts of the target.
            sources: Facts of each source.

        Returns:
            [len(sources)] float64, higher = better, NaN = undefined.

        Raises:
            ValueError: The function does not return one number per source.
        """
        if target.type in self.undefined_for:
            return np.full(len(sources), np.nan)
        scores = np.asarray(self.score(target, sources), np.float64)
        if scores.shape != (len(sources),):
            raise ValueError(f"method {self.name}: expected {len(sources)} scores, got shape {scores.shape}")
        return scores

    @property
    def reads_rows(self) -> bool:
        """Whether the method reads features of the target's rows, with their labels."""
        return not {"rows", "features", "maps"}.isdisjoint(self.reads)


_METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    needs: Sequence[str] = (),
    reads: Sequence[str] = (),
    undefined_for: Sequence[str] = (),
    paper: str,
    needs_many_rows: bool = False,
    tolerates_gaps: bool = False,
) -> Callable[[Score], Score]:
    """Register the decorated function ``f(target, sources) -> [len(sources)]`` as a method.

    The name, ``needs`` and ``reads`` must be literals, because a dry run reads them from the source text.

    Args:
        name: Name in the configuration, and column in the tables: lower-case letters, digits, "-" and "_".
        needs: Words of :data:`NEEDS`: what must exist before the method can rank.
        reads: Words of :data:`READS`: the artifacts that the workflow makes for the method.
        undefined_for: Types of target for which the method has no score.
        paper: Source of the formula.
        needs_many_rows: Whether the method can prefer noise to signal if the target has fewer rows than features.
        tolerates_gaps: Whether the method may score a source although some evidence is missing.

    Returns:
        A decorator that returns the function unchanged.

    Raises:
        ValueError: The name is taken, reserved, or not a valid column name; a need is not one of :data:`NEEDS`; or
            an artifact is not one of :data:`READS`.
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
        words = tuple(needs), tuple(reads), tuple(undefined_for)
        _METHODS[name] = Method(name, score, *words, paper, needs_many_rows, tolerates_gaps)
        return score

    return register


def all_methods() -> dict[str, Method]:
    """Import every module of this package, which registers its methods.

    Returns:
        The methods by name, sorted.
    """
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__):
        import_module(f"{package}.{module.name}")
    return dict(sorted(_METHODS.items()))


def get_method(name: str) -> Method:
    """Return the method of that name.

    Args:
        name: The method's name.

    Returns:
        The method.

    Raises:
        IntertaskError: There is no such method.
    """
    methods = all_methods()
    return methods[name] if name in methods else methods[get_declaration(name).name]
