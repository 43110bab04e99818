"""Read YAML and JSON files that users write: nothing is read differently from how it looks, and each fault has a line.

YAML 1.1 reads ``1_000``, ``010`` and ``1:30`` as the numbers 1000, 8 and 90, keeps the last of two equal keys, and lets
a file of a few lines refer to itself or grow without bound. Such files are refused here.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from .errors import IntertaskError

#: Largest file, in bytes.
MAX_BYTES = 100_000_000
#: Largest depth of lists and mappings inside each other.
MAX_DEPTH = 40
#: Largest number of keys and values of a file, where an alias counts as often as it is used.
MAX_VALUES = 2_000_000
#: Largest number of digits of an integer.
MAX_DIGITS = 18
#: Maximum number of characters of a value in a message.
MAX_SHOWN = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
#: What YAML makes of some texts without quotation marks.
_SPECIAL = {"timestamp": "a date", "value": "a special value", "merge": "a merge key"}
_TEXT_TAGS = (f"{_TAG}str", f"{_TAG}merge")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_ESCAPED_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML or JSON file that holds a mapping.

    Args:
        path: The file, in UTF-8, with or without a byte order mark.

    Returns:
        Its keys and values.

    Raises:
        IntertaskError: The file is missing, cannot be read, is not UTF-8 text, is not YAML, holds something else than
            keys, names a key twice, has a number in another notation than the decimal one, or exceeds a limit.
    """
    return parse_yaml(_read_text(path), path)


def parse_yaml(text: str, path: str | Path) -> dict[str, Any]:
    """Read the text of a YAML or JSON file that holds a mapping.

    Args:
        text: The text.
        path: The file that it comes from, for messages.

    Returns:
        Its keys and values.

    Raises:
        IntertaskError: As in :func:`read_yaml`.
    """
    node = _compose(text, path)
    if not isinstance(node, yaml.MappingNode):
        raise IntertaskError("The file does not consist of 'key: value' lines.", path, "add the keys that are needed")
    _check(node, path)
    try:
        return json.loads(text)  # numbers such as 1e5 are text in YAML 1.1
    except ValueError:
        pass
    try:
        return yaml.constructor.SafeConstructor().construct_document(node)
    except yaml.YAMLError as error:  # a merge key that merges no mapping
        raise IntertaskError(*_fault(error, text, path)) from None


def line_of(path: str | Path, keys: Sequence[str | int]) -> int | None:
    """Find the line of a value.

    Args:
        path: A file that :func:`read_yaml` accepts.
        keys: Keys and positions in lists that lead to the value. Words that are no key there are skipped.

    Returns:
        Number of the line, from 1, of the value or of the nearest key above it. None if the first key is not in the
        file.
    """
    try:
        node, line = _compose(_read_text(path), path), None
    except IntertaskError:
        return None
    for key in keys:
        child = next((pair for name, *pair in _children(node) if name == str(key)), None)
        if child is not None:
            node, line = child[0], child[1]
        elif line is None:
            return None
    return line


def _read_text(path: str | Path) -> str:
    """Read a file as UTF-8 text."""
    path = Path(path)
    try:
        if path.exists() and not path.is_file():
            raise IntertaskError(f"{path} is not a file.", path, "correct the path")
        if path.stat().st_size > MAX_BYTES:
            raise IntertaskError(
                f"The file has more than {MAX_BYTES / 1e6:.0f} MB.", path, "name a file with settings, not with data"
            )
        content = path.read_bytes()
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise IntertaskError(f"There is no file {path}.", path, "correct the path") from None
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise IntertaskError(
            f"The file is not UTF-8 text: {error.reason}.", f"{path}, line {line}", "save the file as UTF-8"
        ) from None
    except OSError as error:
        raise IntertaskError(f"The file cannot be read: {error.strerror}.", path, "make the file readable") from None


def _compose(text: str, path: str | Path) -> yaml.Node | None:
    """Parse a text. Its depth is checked first, because the parser calls itself for each level."""
    if text.lstrip()[:1] == "{":  # JSON may have tabs between its values, and escapes a character in two halves
        text = _ESCAPED_PAIR.sub("?", text.replace("\t", " "))
    try:
        depth = 0
        for event in yaml.parse(text, _LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise IntertaskError(
                    f"More than {MAX_DEPTH} lists and mappings are inside each other.",
                    f"{path}, line {event.start_mark.line + 1}",
                    "close the brackets, or remove levels",
                )
        return yaml.compose(text, _LOADER)
    except yaml.YAMLError as error:
        raise IntertaskError(*_fault(error, text, path)) from None


def _fault(error: yaml.YAMLError, text: str, path: str | Path) -> tuple[str, str, str]:
    """Say what is wrong, where, and what to do, for a text that is not YAML."""
    mark, problem = getattr(error, "problem_mark", None), str(getattr(error, "problem", None) or error)
    context, begin = str(getattr(error, "context", None) or ""), getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else None
    if isinstance(error, yaml.reader.ReaderError):
        if isinstance(error.position, int):
            line = text[: error.position].count("\n") + 1
        return (
            "The file is not valid YAML: it contains a control character.",
            f"{path}, line {line}" if line else str(path),
            "remove the character, or save the file as plain UTF-8 text",
        )
    if "quoted scalar" in context and begin and "end of stream" in problem:
        return (
            "The file is not valid YAML: a quotation mark is not closed.",
            f"{path}, line {begin.line + 1}",
            "close the quotation mark",
        )
    if "single document" in context:
        return "The file holds more than one YAML document.", f"{path}, line {line}", "remove the line '---'"
    lines = text.splitlines()
    if line and line <= len(lines) and "\t" in lines[line - 1]:
        return (
            f"The file is not valid YAML: the line contains a tab ({problem}).",
            f"{path}, line {line}",
            "indent with spaces instead of tabs",
        )
    if begin and begin.line + 1 != line and context:
        problem = f"{problem} ({context} that begins in line {begin.line + 1})"
    return f"The file is not valid YAML: {problem}.", f"{path}, line {line}" if line else str(path), "correct the line"


def _check(root: yaml.Node, path: str | Path) -> None:
    """Check each value once, and the number of values with all aliases written out."""
    sizes: dict[int, int] = {}  # of the nodes that are finished
    open_nodes: set[int] = set()
    todo = [(root, "", False)]
    while todo:
        node, name, finished = todo.pop()
        if finished:
            open_nodes.discard(id(node))
            sizes[id(node)] = 1 + sum(sizes[id(part)] for _, part in _parts(node))
            if sizes[id(node)] > MAX_VALUES:
                what = f"With its aliases, the file has more than {MAX_VALUES:,} values"
                raise _wrong(node, path, what, "shorten the file")
        elif id(node) in open_nodes:
            raise _wrong(node, path, f"{name}: the value contains an alias of itself", "write the value out")
        elif id(node) in sizes:
            continue
        elif isinstance(node, yaml.ScalarNode):
            _check_scalar(node, name, path)
            sizes[id(node)] = 1
        else:
            if node.tag not in (f"{_TAG}map", f"{_TAG}seq"):
                raise _tag_problem(node, name, path)
            if isinstance(node, yaml.MappingNode):
                sizes |= dict.fromkeys(_check_keys(node, name, path), 1)
            open_nodes.add(id(node))
            todo.append((node, name, True))
            prefix = f"{name}." if name else ""
            todo += [(part, f"{prefix}{key}", False) for key, part in reversed(list(_parts(node)))]


def _check_keys(node: yaml.MappingNode, parent: str, path: str | Path) -> list[int]:
    """Check that a mapping has each key once; returns the identities of the keys."""
    lines: dict[Any, int] = {}
    name = f"a key of {parent}" if parent else "a key"
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _wrong(key, path, f"{name} is a list or a mapping", "use a text as the key")
        _check_scalar(key, name, path, is_key=True)
        value = key.value if key.tag in _TEXT_TAGS else yaml.constructor.SafeConstructor().construct_object(key)
        if value in lines:
            what = f"The key {_shown(key)} is listed twice, first in line {lines[value]}"
            raise _wrong(key, path, what, "remove one of the two lines")
        lines[value] = key.start_mark.line + 1
    return [id(key) for key, _ in node.value]


def _check_scalar(node: yaml.ScalarNode, name: str, path: str | Path, is_key: bool = False) -> None:
    """Check that a value is read as it looks."""
    kind, text = node.tag.removeprefix(_TAG), node.value
    quote = f'write "{text}" in quotation marks if it is a text' if len(text) <= MAX_SHOWN else "use quotation marks"
    if kind == "int":
        if not _INTEGER.fullmatch(text):
            what = f"{name}: YAML reads {_shown(node)} as another number"
            raise _wrong(node, path, what, f"write a decimal number, or {quote}")
        if len(text) > MAX_DIGITS:
            what = f"{name}: the number {_shown(node)} has {len(text):,} digits"
            raise _wrong(node, path, what, f"shorten it, or {quote}")
    elif kind == "float":
        if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
            what = f"{name}: {_shown(node)} is not a finite decimal number"
            raise _wrong(node, path, what, f"write a number such as 0.001, or {quote}")
    elif kind in _SPECIAL and not (is_key and kind == "merge"):
        what = f"{name}: YAML reads {_shown(node)} as {_SPECIAL[kind]}, not as a text"
        raise _wrong(node, path, what, quote)
    elif kind not in ("str", "bool", "null", "merge"):
        raise _tag_problem(node, name, path)


def _tag_problem(node: yaml.Node, name: str, path: str | Path) -> IntertaskError:
    what = f"{name}: the tag {node.tag.removeprefix(_TAG):.60} is not supported"
    return _wrong(node, path, what, "remove the tag")


def _wrong(node: yaml.Node, path: str | Path, what: str, fix: str) -> IntertaskError:
    return IntertaskError(f"{what}.", f"{path}, line {node.start_mark.line + 1}", fix)


def _shown(node: yaml.ScalarNode) -> str:
    text = node.value
    return repr(text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…")


def _parts(node: yaml.CollectionNode) -> Iterator[tuple[str, yaml.Node]]:
    """Name and node of each item of a list, or of each key and each value of a mapping."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, key
            yield key.value, value
    else:
        yield from ((str(position), item) for position, item in enumerate(node.value))


def _children(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node, int]]:
    """Key or position, value and line of each part of a mapping or list; merged mappings last."""
    if isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            yield str(position), item, item.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, value, key.start_mark.line + 1
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _children(merged)
