"""Named transformations of raw rows, for data whose columns no mapping can express (``data: shape:`` of a task).

A shape takes the values of one raw row and gives the rows to use in its place: one, several (ReCoRD's entities), or
none, which leaves the row out; ``info.json`` counts those. It sees one row at a time, so it keeps nothing.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from typing import Any

from ...errors import IntertaskError, did_you_mean

Values = dict[str | int, Any]
Shape = Callable[[Values], Iterable[Values]]

_SHAPES: dict[str, Shape] = {}


def shape(name: str) -> Callable[[Shape], Shape]:
    """Register a transformation under ``name``; its docstring's first line is its description."""

    def register(function: Shape) -> Shape:
        if name in _SHAPES:
            raise ValueError(f"two shapes are called {name!r}")
        _SHAPES[name] = function
        return function

    return register


def shapes() -> dict[str, Shape]:
    """All shapes by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_SHAPES.items()))


def get_shape(name: str) -> Shape:
    """The transformation called ``name``.

    Raises:
        IntertaskError: There is none.
    """
    known = shapes()
    if name not in known:
        raise IntertaskError(
            f"There is no shape {name!r}; {did_you_mean(name, known)}", "a task's YAML, data: shape", "correct the name"
        )
    return known[name]
