"""The registry of shapes."""

import pytest

from intertask.data import shapes
from intertask.errors import IntertaskError


def test_unknown_shape_names_the_nearest():
    with pytest.raises(IntertaskError, match=r"no shape 'wikihopp'.*wikihop"):
        shapes.get_shape("wikihopp")


def test_every_shape_has_a_description():
    assert all((function.__doc__ or "").strip() for function in shapes.shapes().values())
    assert shapes.get_shape("drop") is shapes.shapes()["drop"]


def test_a_name_is_registered_once(monkeypatch):
    monkeypatch.setattr(shapes, "_SHAPES", dict(shapes.shapes()))
    with pytest.raises(ValueError, match="two shapes are called 'drop'"):
        shapes.shape("drop")(lambda values: [])
