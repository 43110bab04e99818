"""Build a section from plain values, and say in plain English which of its keys are wrong."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from ..errors import IntertaskError, did_you_mean
from ..words import in_words, plural
from ..yaml_files import line_of

Section = TypeVar("Section", bound=BaseModel)

#: Maximum number of wrong keys in one message.
MAX_LISTED = 10

#: The key at the beginning of a message.
_OWN_KEY = re.compile(r"Value error, ([\w.-]+): ")

#: A text that looks like a number.
_DIGITS = re.compile(r"[-+]?[0-9][0-9._]*([eE][-+]?[0-9]+)?")

#: What pydantic adds to the location of a problem for each type that a key may have.
_TYPE_TAG = re.compile(r"str|int|float|bool|none|constrained-\w+|.*\[.*\]")

#: Beginning of the names of pydantic's errors -> what the key takes.
_EXPECTED = {
    "string": "text",
    "int": "an integer",
    "float": "a number",
    "finite": "a finite number",
    "bool": "true or false",
    "list": "a list",
    "dict": "keys and values",
    "model": "keys and values",
    "none": "null",
}


def validate(
    model: type[Section],
    values: Mapping[str, Any],
    location: str,
    files: Sequence[Path] = (),
    elsewhere: Collection[str] = (),
) -> Section:
    """Build a section from plain values.

    Args:
        model: The class of the section.
        values: Its keys and values, as read from YAML.
        location: The file or the key that the values come from, for messages.
        files: The files that the values come from, to name the line of each wrong key. Later files override earlier
            ones.
        elsewhere: Keys whose values come from elsewhere, although a file may have them too.

    Returns:
        The section.

    Raises:
        IntertaskError: A key is unknown or missing, or a value does not fit. The message lists the first
            :data:`MAX_LISTED` of such keys.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        words = "; ".join(problems_in_words(error, model))
        sentence = words if words.endswith("?") else f"{words}."
        raise IntertaskError(
            sentence, _lines(error, files, elsewhere) or location, "correct the file and run again"
        ) from None


def problems_in_words(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Describe each wrong key of a section.

    Args:
        error: What pydantic found.
        model: The class of the section.

    Returns:
        One text per key, which begins with the key. Of many keys, the last text says how many more there are.
    """
    by_key: dict[str, list[dict[str, Any]]] = {}
    for problem in error.errors(include_url=False):
        by_key.setdefault(".".join(_keys(problem)), []).append(problem)
    texts = []
    for key, problems in list(by_key.items())[:MAX_LISTED]:
        text = _types_in_words(problems) or _problem_in_words(problems[0], model)
        texts.append(f"{key}: {text}" if key else text)
    return texts + ([f"and {len(by_key) - MAX_LISTED:,} more"] if len(by_key) > MAX_LISTED else [])


def _keys(problem: Mapping[str, Any]) -> list[str]:
    """Return the keys that lead to a problem, without the types that pydantic tried."""
    return [str(part) for part in problem["loc"] if not _TYPE_TAG.fullmatch(str(part))]


def _lines(error: ValidationError, files: Sequence[Path], elsewhere: Collection[str]) -> str:
    """Name the lines of the wrong keys: ``config.yaml, lines 3 and 7``. Empty if a key is not in the files."""
    lines: dict[Path, set[int]] = {}
    for problem in error.errors(include_url=False)[: MAX_LISTED if files else 0]:
        keys = _keys(problem)
        if own := _OWN_KEY.match(problem["msg"]):  # a check of several keys begins with the key
            keys += own[1].split(".")
        if keys and keys[0] in elsewhere:
            return ""
        found = ((file, line_of(file, keys)) for file in reversed(files))
        file, line = next((pair for pair in found if pair[1]), (None, None))
        if file is not None:
            lines.setdefault(file, set()).add(line)
    return "; ".join(
        f"{file}, {plural(len(numbers), 'line')} {in_words(sorted(numbers), MAX_LISTED)}"
        for file, numbers in lines.items()
    )


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
    elif expected == ["text"] and isinstance(value, int | float):
        hint = "; put it in quotation marks"
    elif isinstance(value, str) and _DIGITS.fullmatch(value) and set(expected) <= {"an integer", "a number"}:
        hint = "; write it as a plain number, without quotation marks"
    return f"expected {' or '.join(dict.fromkeys(expected))}, but it is {_shown(value)}{hint}"


def _shown(value: Any) -> str:
    """Write a value as in YAML, shortened."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return f"the text {value!r:.60}"
    return {"True": "true", "False": "false", "None": "null"}.get(repr(value), f"{value!r:.60}")


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
        return f"{message.replace('Input should', 'must', 1)}, but it is {_shown(problem['input'])}"
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
