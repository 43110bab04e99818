"""Named transformations of raw rows, for data that no mapping of columns can express (``data: shape:`` of a task).

A shape takes the values of one raw row and yields the rows that replace it: one, several (ReCoRD's entities), or none,
which leaves the row out. ``info.json`` counts the rows that are left out.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

from ...errors import IntertaskError, did_you_mean

Values = dict[str | int, Any]
Shape = Callable[[Values], Iterable[Values]]

_SHAPES: dict[str, Shape] = {}
_UNLABELED: dict[str, Callable[[Values], Values]] = {}


def shape(name: str, unlabeled: Callable[[Values], Values] = dict) -> Callable[[Shape], Shape]:
    """Register a transformation. The first line of its docstring is its description.

    Args:
        name: Its name in ``data: shape:``.
        unlabeled: Function of the values of a raw row. It returns them with answers and ids for which the shape makes
            rows, whatever answers the row has or lacks.

    Returns:
        Decorator of the function.

    Raises:
        ValueError: Two shapes have this name.
    """

    def register(function: Shape) -> Shape:
        if name in _SHAPES:
            raise ValueError(f"two shapes are called {name!r}")
        _SHAPES[name], _UNLABELED[name] = function, unlabeled
        return function

    return register


def shapes() -> dict[str, Shape]:
    """Return all shapes by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_SHAPES.items()))


def get_shape(name: str) -> Shape:
    """Return the transformation of a name.

    Args:
        name: Name of the shape.

    Raises:
        IntertaskError: There is no such shape.
    """
    known = shapes()
    if name not in known:
        raise IntertaskError(
            f"There is no shape {name!r}; {did_you_mean(name, known)}", "a task's YAML, data: shape", "correct the name"
        )
    return known[name]


def unlabeled_shape(name: str) -> Shape:
    """Return the transformation of a name for rows to predict, whose answers are unknown.

    Args:
        name: Name of the shape.

    Returns:
        Function as from :func:`get_shape`. The answers of a raw row may be missing; those of the rows that it yields
        have no meaning.

    Raises:
        IntertaskError: There is no such shape.
    """
    make = get_shape(name)
    return lambda values: make(_UNLABELED[name](values))
