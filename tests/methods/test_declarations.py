"""What is read from the source text is what the decorators register."""

import pytest

from intertask.errors import IntertaskError
from intertask.methods import declarations
from intertask.methods.declarations import all_declarations, get_declaration
from intertask.methods.registry import all_methods


def test_declarations_are_those_of_the_registry():
    declared = {name: (found.needs, found.reads) for name, found in all_declarations().items()}
    assert declared == {name: (method.needs, method.reads) for name, method in all_methods().items()}


def test_unknown_method_gets_a_suggestion():
    with pytest.raises(IntertaskError, match="did you mean 'logme'"):
        get_declaration("logmee")


def test_computed_arguments_are_refused(tmp_path):
    path = tmp_path / "new.py"
    path.write_text("READS = ('rows',)\n\n@method('new', reads=READS, paper='p')\ndef new(target, sources): ...\n")
    with pytest.raises(ValueError, match=r"line 3: arguments of @method must be literals"):
        list(declarations._declarations(path))
