"""Build a section from plain values, and say in plain English which of its keys are wrong."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from ..errors import IntertaskError, did_you_mean

Section = TypeVar("Section", bound=BaseModel)

#: What pydantic adds to the location of a problem for each type that a key may have.
_TYPE_TAG = re.compile(r"str|int|float|bool|none|constrained-\w+|.*\[.*\]")

#: Beginning of the names of pydantic's errors -> what the key takes.
_EXPECTED = {
    "string": "text",
    "int": "an integer",
    "float": "a number",
    "finite": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "none": "null",
}


def validate(model: type[Section], values: Mapping[str, Any], location: str) -> Section:
    """Build a section from plain values.

    Args:
        model: The class of the section.
        values: Its keys and values, as read from YAML.
        location: The file or the key that the values come from, for messages.

    Returns:
        The section.

    Raises:
        IntertaskError: A key is unknown or missing, or a value does not fit. The message lists all such keys.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        words = "; ".join(problems_in_words(error, model))
        sentence = words if words.endswith("?") else f"{words}."
        raise IntertaskError(sentence, location, "correct the file and run again") from None


def problems_in_words(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Describe each wrong key of a section.

    Args:
        error: What pydantic found.
        model: The class of the section.

    Returns:
        One text per key, which begins with the key.
    """
    by_key: dict[str, list[dict[str, Any]]] = {}
    for problem in error.errors():
        by_key.setdefault(_key(problem), []).append(problem)
    texts = []
    for key, problems in by_key.items():
        text = _types_in_words(problems) or _problem_in_words(problems[0], model)
        texts.append(f"{key}: {text}" if key else text)
    return texts


def _key(problem: Mapping[str, Any]) -> str:
    """Name the key of a problem, with dots between levels and without the types that pydantic tried."""
    return ".".join(str(part) for part in problem["loc"] if not _TYPE_TAG.fullmatch(str(part)))


def _types_in_words(problems: list[dict[str, Any]]) -> str | None:
    """Say which types a key takes, if its value has none of them."""
    expected = []
    for problem in problems:
        if problem["type"] == "literal_error":
            expected.append(problem["ctx"]["expected"])
        elif (start := problem["type"].split("_")[0]) in _EXPECTED and not problem["type"].endswith("_error"):
            expected.append(_EXPECTED[start])
        else:
            return None
    value = problems[0]["input"]
    hint = ""
    if isinstance(value, str) and len(problems) == 1 and problems[0]["type"] == "literal_error":
        guess = did_you_mean(value, re.findall(r"'([^']*)'", expected[0]))
        hint = f"; {guess}" if guess.startswith("did") else ""
    return f"expected {' or '.join(dict.fromkeys(expected))}, but it is {value!r:.60}{hint}"


def _problem_in_words(problem: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Describe one problem that is not the type of a value."""
    if problem["type"] == "extra_forbidden":
        return f"unknown key; {did_you_mean(problem['loc'][-1], _known_keys(model, problem['loc']))}"
    if problem["type"] == "missing":
        return "this key is missing"
    if problem["type"] == "too_short":
        return f"list at least {problem['ctx']['min_length']}"
    if problem["type"] == "too_long":
        return f"list at most {problem['ctx']['max_length']}"
    message = problem["msg"].removeprefix("Value error, ")
    if message.startswith("Input should be"):
        return f"{message.replace('Input should', 'must', 1)}, but it is {problem['input']!r:.60}"
    return message


def nested_models(annotation: Any) -> list[type[BaseModel]]:
    """Find the sections in the type of a key.

    Args:
        annotation: The type: a section, or lists, dictionaries and unions of sections and other types.

    Returns:
        The classes of the sections, each once.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return list(dict.fromkeys(model for part in get_args(annotation) for model in nested_models(part)))


def _known_keys(model: type[BaseModel], location: tuple) -> list[str]:
    """Names of the keys beside the key at ``location``."""
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        if field and (nested := nested_models(field.annotation)):
            model = nested[0]
    return list(model.model_fields)
