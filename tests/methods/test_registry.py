import doctest
import subprocess
import sys

import numpy as np
import pytest

from intertask.errors import IntertaskError
from intertask.methods import registry
from intertask.methods.facts import Facts


@pytest.fixture
def own_methods(monkeypatch):
    """A copy of the registry, so that a test's methods are removed when it ends."""
    monkeypatch.setattr(registry, "_METHODS", dict(registry.all_methods()))


def test_unknown_method_names_the_nearest():
    with pytest.raises(IntertaskError, match="no method 'textmb'; did you mean 'textemb'"):
        registry.get_method("textmb")


@pytest.mark.parametrize("name", ["rank", "source", "fused", "none", "model", "size_rank", "Size", "a b", ""])
def test_names_that_would_break_the_tables_are_refused(name, own_methods):
    with pytest.raises(ValueError, match="cannot be the name"):
        registry.method(name, paper="p")


def test_a_name_is_taken_once(own_methods):
    with pytest.raises(ValueError, match="two methods"):
        registry.method("size", paper="p")(lambda target, sources: np.zeros(len(sources)))


def test_unknown_need_or_artifact_is_refused(own_methods):
    with pytest.raises(ValueError, match="not among"):
        registry.method("mine", needs=("money",), paper="p")
    with pytest.raises(ValueError, match="not among"):
        registry.method("mine", reads=("minds",), paper="p")


def test_undefined_type_gives_nan_and_the_function_is_not_called(own_methods):
    def explode(target, sources):
        raise AssertionError("called")

    registry.method("mine", needs=("labels",), undefined_for=("regression",), paper="p")(explode)
    scores = registry.get_method("mine")(Facts("t", "regression", 5), [Facts("s", "tagging", 5)] * 3)
    assert scores.shape == (3,)
    assert np.isnan(scores).all()


def test_wrong_number_of_scores_is_an_error(own_methods):
    registry.method("mine", paper="p")(lambda target, sources: np.zeros(1))
    with pytest.raises(ValueError, match="expected 2 scores"):
        registry.get_method("mine")(Facts("t", "tagging", 5), [Facts("s", "tagging", 5)] * 2)


def test_the_registry_loads_without_heavy_libraries():
    code = (
        "import sys; from intertask.methods.registry import all_methods; all_methods();"
        "print([m for m in ('torch', 'transformers', 'pandas', 'sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_examples_of_the_docstring_are_true():
    assert doctest.testmod(registry) == (0, 4)
