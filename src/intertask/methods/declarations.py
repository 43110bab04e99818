"""What every method declares in its ``@method(...)``, read from the source text.

A dry run must know which artifacts the methods of a configuration read, and it runs where only Snakemake is installed.
Importing the methods would import numpy, so their declarations are parsed instead. They are literals for this reason.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ..errors import IntertaskError, did_you_mean

FOLDER = Path(__file__).parent


class Declaration(NamedTuple):
    """The literal arguments of one ``@method(...)``, and what the docstring of its function says.

    Attributes:
        name: The method's name in the configuration and in tables.
        needs: Words of :data:`intertask.methods.registry.NEEDS`.
        reads: Names of :data:`intertask.artifacts.ARTIFACTS`.
        about: First sentence of the docstring, which explains the method on pages; empty if there is none.
    """

    name: str
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    about: str = ""


@cache
def all_declarations() -> dict[str, Declaration]:
    """Read the declarations of every module in this package.

    Returns:
        The declarations by name, sorted.

    Raises:
        ValueError: An argument of a ``@method(...)`` is not a literal.
    """
    declared = [found for path in FOLDER.glob("*.py") for found in _declarations(path)]
    return {declaration.name: declaration for declaration in sorted(declared)}


def get_declaration(name: str) -> Declaration:
    """Return the declaration of one method.

    Args:
        name: The method's name.

    Raises:
        IntertaskError: There is no such method.
    """
    known = all_declarations()
    if name not in known:
        raise IntertaskError(
            f"There is no method {name!r}; {did_you_mean(name, known)}", "config: methods", "correct the name"
        )
    return known[name]


def _declarations(path: Path) -> Iterator[Declaration]:
    """Declarations of one module."""
    for function in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in function.decorator_list:
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "method":
                yield _declaration(call, path)._replace(about=first_sentence(ast.get_docstring(function) or ""))


def _declaration(call: ast.Call, path: Path) -> Declaration:
    """Evaluate the arguments of one decorator."""
    try:
        (name,) = (ast.literal_eval(argument) for argument in call.args)
        options = {key.arg: ast.literal_eval(key.value) for key in call.keywords if key.arg in ("needs", "reads")}
    except ValueError:
        raise ValueError(
            f"{path}, line {call.lineno}: arguments of @method must be literals, because a dry run reads them "
            "without importing the module"
        ) from None
    return Declaration(name, **{key: tuple(words) for key, words in options.items()})


def first_sentence(docstring: str) -> str:
    """Return the first sentence of a docstring on one line.

    Args:
        docstring: The docstring, with one or several paragraphs.

    Examples:
        >>> first_sentence("Compare 1.5 means. The rest\\nis left out.")
        'Compare 1.5 means.'
    """
    paragraph = " ".join(docstring.strip().partition("\n\n")[0].split())
    end = re.search(r"[.!?](?= |$)", paragraph)
    return paragraph[: end.end()] if end else paragraph
