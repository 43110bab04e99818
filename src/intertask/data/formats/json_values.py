"""Parse JSON values, one after the other, from parts of a text."""

import json
from collections.abc import Iterator
from typing import Any

from ...errors import IntertaskError
from .streams import MAX_RECORD, Text

#: Deepest nesting of lists and objects. Rows have a few levels; Python's own functions fail at 1,000.
MAX_DEPTH = 100
_SPACE = " \t\r\n"
#: The text may end within a literal such as 'false', so that an error this near to its end may be no error.
_LITERAL = 20


class _RepeatedKeyError(Exception):
    """An object has a key twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys differ."""
    values = dict(pairs)
    if len(values) < len(pairs):
        seen = set()
        raise _RepeatedKeyError(next(key for key, _ in pairs if key in seen or seen.add(key)))
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def parse(text: str, location: str) -> Any:
    """Parse a text that is one JSON value.

    Args:
        text: The text.
        location: File and line, for messages.

    Returns:
        The value. NaN and Infinity, which Python and pandas write, are numbers.

    Raises:
        IntertaskError: The text is not valid JSON, is nested too deeply, or has a key twice in one object.
    """
    try:
        value, end = _decode(text, 0, location)
        if text[end:].strip(_SPACE):
            raise json.JSONDecodeError("Extra data", text, end)
        return value
    except json.JSONDecodeError as error:
        raise IntertaskError(f"Broken JSON: {error}.", location, "fix the line") from None


def _decode(text: str, start: int, location: str) -> tuple[Any, int]:
    """The value that begins at a position, and its end. Raises JSONDecodeError, or an IntertaskError."""
    try:
        while start < len(text) and text[start] in _SPACE:
            start += 1
        value, end = _DECODER.raw_decode(text, start)
    except _RepeatedKeyError as error:
        what, fix = f"An object has the key {str(error)!r:.60} twice.", "remove one of the two, or rename it"
    except RecursionError:
        what, fix = f"The lists and objects are nested more than {MAX_DEPTH} levels deep.", "flatten the values"
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python limits the length of an integer, since reading a long one takes long
        what, fix = "A number has more than 4,300 digits.", "write it as text, or shorten it"
    else:
        if text.count("[", start, end) + text.count("{", start, end) <= MAX_DEPTH or _depth(value) <= MAX_DEPTH:
            return value, end
        what, fix = f"The lists and objects are nested more than {MAX_DEPTH} levels deep.", "flatten the values"
    raise IntertaskError(what, location, fix)


def _depth(value: Any) -> int:
    """Number of levels of lists and objects, as far as MAX_DEPTH."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return depth


class JsonValues:
    """The values of a text that is read in parts, so that a list of any length can be read.

    Args:
        text: The text, for its name and for whether it was cut.
        parts: Its parts.
        line: Number of its first line.
    """

    def __init__(self, text: Text, parts: Iterator[str], line: int):
        self._text, self._parts, self._buffer, self._position, self._line = text, parts, "", 0, line

    def __iter__(self) -> Iterator[tuple[Any, int]]:
        """Yield each value with the number of its first line."""
        while not self.begins_with(""):
            found = self.value()
            if found is None:
                return
            yield found

    def begins_with(self, sign: str) -> bool:
        """Tell whether the next value begins with a sign; with '', whether there is no more value."""
        return self._next_sign() == sign

    def items(self) -> Iterator[Any]:
        """Yield the items of the list that comes next.

        Raises:
            IntertaskError: The list is not valid JSON.
        """
        self._skip(1)
        if self._next_sign() == "]":
            self._skip(1)
        else:
            while (found := self.value()) is not None:
                yield found[0]
                sign = self._next_sign()
                if sign == "" and self._text.is_cut:
                    return
                if sign not in (",", "]"):
                    raise self._broken("Expecting ',' delimiter")
                self._skip(1)
                if sign == "]":
                    break
            else:
                return
        self.refuse_more()

    def value(self, factor: int = 0) -> tuple[Any, int] | None:
        """Parse the next value.

        Args:
            factor: If not 0, the value may have any length, and each character needs so many bytes of memory.

        Returns:
            The value and the number of its first line; None if the text was cut within it.

        Raises:
            IntertaskError: It is not valid JSON, or it is too long.
        """
        self._next_sign()
        line = self._line
        while True:
            try:
                value, end = _decode(self._buffer, self._position, f"{self._text.path}, line {line}")
                # A number at the end of a part may go on in the next one.
                if end < len(self._buffer) or not self._more(factor):
                    self._skip(end - self._position)
                    return value, line
            except json.JSONDecodeError as error:
                wrong = line + self._buffer.count("\n", self._position, error.pos)
                near_end = error.pos > len(self._buffer) - _LITERAL or error.msg.startswith("Unterminated")
                if near_end and self._more(factor):
                    continue
                if near_end and self._text.is_cut:
                    return None
                raise self._broken(error.msg, wrong) from None

    def refuse_more(self) -> None:
        """Raise an IntertaskError if there is more text."""
        if not self.begins_with(""):
            raise self._broken("Extra data")

    def _broken(self, what: str, line: int | None = None) -> IntertaskError:
        where = f"{self._text.path}, line {line or self._line}"
        return IntertaskError(f"Broken JSON: {what}.", where, "fix the file")

    def _next_sign(self) -> str:
        """The first character that is no white space; '' at the end."""
        while True:
            start = self._position
            while start < len(self._buffer) and self._buffer[start] in _SPACE:
                start += 1
            self._skip(start - self._position)
            if start < len(self._buffer):
                return self._buffer[start]
            if not self._more():
                return ""

    def _skip(self, length: int) -> None:
        """Go on behind some characters."""
        self._line += self._buffer.count("\n", self._position, self._position + length)
        self._position += length

    def _more(self, factor: int = 0) -> bool:
        """Read on; returns whether there was more. What is read doubles, so that a long value is parsed a few times."""
        rest = self._buffer[self._position :]
        if not factor and len(rest) > MAX_RECORD:
            raise IntertaskError(
                f"The value has more than {MAX_RECORD:,} characters.",
                f"{self._text.path}, line {self._line}",
                "shorten the texts of this row",
            )
        parts, length = [rest], len(rest)
        for part in self._parts:
            parts.append(part)
            length += len(part)
            if factor:
                self._text.budget.spend(factor * len(part))
            if length >= 2 * len(rest) + 1:
                break
        self._buffer, self._position = "".join(parts), 0
        return length > len(rest)


def json_type(value: Any) -> str:
    """Name the JSON type of a value, for messages.

    Args:
        value: The value.
    """
    names = {list: "a list", dict: "an object", str: "a text", type(None): "null", bool: "true/false"}
    return names.get(type(value), "a number")
