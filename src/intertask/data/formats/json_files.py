"""JSON: one object per line, a list of objects, columns, or nested SQuAD."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ...errors import IntertaskError
from ...words import count
from .json_values import JsonValues, json_type, parse
from .streams import Text, TooLargeError
from .table import RawRow

#: Bytes of memory that the values of one character of JSON need.
_VALUE_BYTES = 8
#: Number of keys that a message names.
_SHOWN = 10
#: A list of rows is searched through so many levels of objects.
_MAX_LEVELS = 5


def read_jsonl(text: Text, notes: list[str]) -> Iterator[RawRow]:
    """Read one JSON object per line; blank lines are skipped. A file that is one JSON list is read as such.

    Args:
        text: Content of the file.
        notes: Gets a sentence if the file has another layout.

    Yields:
        One row per object.

    Raises:
        IntertaskError: A line is not a JSON object.
    """
    lines = ((number, line) for number, line in text.numbered_lines() if line.strip())
    first = next(lines, None)
    if first is None:
        return
    number, line = first
    if line.lstrip()[0] in "[{" and not _is_json(line):
        # The first value goes on in the next line: a list of objects, or objects that span lines.
        values = JsonValues(text, chain([f"{line}\n"], (f"{other}\n" for _, other in lines)), number)
        if values.begins_with("["):
            notes.append("The file is one JSON list, not one object per line.")
            yield from _rows_of_list(values.items(), text.path)
        else:
            yield from _objects(values, text.path)
        return
    second = next(lines, None)
    if line.lstrip()[0] == "[" and second is None:
        value = parse(line, f"{text.path}, line {number}")
        if value and all(isinstance(item, dict) for item in value):
            notes.append("The file is one JSON list, not one object per line.")
            yield from _rows_of_list(value, text.path)
            return
    for number, line in chain([first], [] if second is None else [second], lines):
        values = parse(line, f"{text.path}, line {number}")
        _check_object(values, f"{text.path}, line {number}")
        yield RawRow(values, text.path, number)


def read_json(text: Text, records: str | None, notes: list[str]) -> Iterator[RawRow]:
    """Read a list of objects, an object of columns, the list under the key ``records``, or nested SQuAD.

    Without ``records``, an object that has one list of objects is read as this list. A file that holds one object after
    the other is read as jsonl.

    Args:
        text: Content of the file.
        records: Dotted key of the list of rows; None for the whole file.
        notes: Gets a sentence if a list was taken from an object.

    Yields:
        One row per object, index or question.

    Raises:
        IntertaskError: The file is not JSON, or has none of these layouts.
    """
    values = JsonValues(text, text.blocks(), 1)
    if values.begins_with("[") and records is None:
        yield from _rows_of_list(values.items(), text.path)
        return
    if values.begins_with(""):
        raise IntertaskError("The file is empty.", text.path, "name a file that has rows")
    if (found := values.value(factor=_VALUE_BYTES)) is None:
        raise TooLargeError(text.path)
    value, line = found
    if not values.begins_with(""):
        if isinstance(value, dict) and records is None and values.begins_with("{"):
            yield from _objects(values, text.path, (value, line))
            return
        values.refuse_more()
    if records is not None:
        yield from _rows_of_list(_under_key(value, records, text.path), text.path)
    elif isinstance(value, dict):
        yield from _rows_of_list(_rows_of_object(value, text.path, notes), text.path)
    else:
        fix = "the file must be a list of objects, or one object per line"
        raise IntertaskError(f"Expected a list of objects, found {json_type(value)}.", text.path, fix)


def _is_json(line: str) -> bool:
    """Whether a line is complete, or wrong in another way than by its end."""
    try:
        parse(line, "")
    except IntertaskError as error:
        return not error.what.startswith("Broken JSON")
    return True


def _objects(values: JsonValues, path: str, *read: tuple[Any, int]) -> Iterator[RawRow]:
    """Rows of objects that follow one another."""
    for value, line in chain(read, values):
        _check_object(value, f"{path}, line {line}")
        yield RawRow(value, path, line)


def _rows_of_list(items: Iterable[Any], path: str) -> Iterator[RawRow]:
    """Rows of a list of objects, or the questions of SQuAD's articles."""
    items = iter(items)
    first = next(items, None)
    if first is None:
        return
    items = chain([first], items)
    if isinstance(first, dict) and "paragraphs" in first:
        try:
            yield from _squad_rows(items, path)
        except (AttributeError, TypeError):
            raise IntertaskError(
                "Not SQuAD's layout: data, each with paragraphs, each with a context and qas.", path, "fix the file"
            ) from None
        return
    for number, values in enumerate(items, 1):
        _check_object(values, f"{path}, row {number}")
        yield RawRow(values, path, number, "row")


def _check_object(value: Any, location: str) -> None:
    """Check that a row is an object."""
    if not isinstance(value, dict):
        raise IntertaskError(f"Expected an object, found {json_type(value)}.", location, 'write {"column": value, …}')


def _under_key(value: Any, records: str, path: str) -> list:
    """The list under a dotted key."""
    found = value
    if isinstance(value, dict) and records in value:
        found = value[records]
    else:
        for part in records.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    if isinstance(found, dict):
        return _rows_of_object(found, path, [])
    if not isinstance(found, list):
        known = ", ".join(list(_lists(value))[:_SHOWN])
        raise IntertaskError(
            f"There is no list under the key {records!r}." + (f" Lists of objects: {known}." if known else ""),
            path,
            "correct 'data: records:'",
        )
    return found


def _rows_of_object(value: dict, path: str, notes: list[str]) -> list:
    """Rows of an object: its columns, or its only list of objects."""
    columns = list(value.values())
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list) and len(value) <= 3:  # noqa: SIM102
        if all(isinstance(cells, list) and len(cells) == len(value["columns"]) for cells in value["data"]):
            return [dict(zip(value["columns"], cells, strict=True)) for cells in value["data"]]  # pandas' "split"
    if columns and all(isinstance(column, dict) for column in columns):
        index = list(columns[0])
        if all(list(column) == index for column in columns):
            if all(key.isdigit() for key in value) and not all(key.isdigit() for key in index):
                return columns  # {index: {column: value}}
            return [{name: column[key] for name, column in value.items()} for key in index]
    elif columns and all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):  # noqa: SIM102
        if not all(_is_list_of_objects(column) for column in columns):
            return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    lists = _lists(value)
    top = {key: found for key, found in lists.items() if found is value.get(key)}
    chosen = top if len(top) == 1 else lists
    if len(chosen) == 1:
        (key,) = chosen
        if not (key == "data" and "paragraphs" in chosen[key][0]):
            notes.append(f"The rows are the list under the key {key!r}.")
        return chosen[key]
    if lists:
        shown = ", ".join(f"{key} ({count(len(found), 'object')})" for key, found in list(lists.items())[:_SHOWN])
        raise IntertaskError(
            f"The file has several lists of objects: {shown}.",
            path,
            f"name one with 'data: records:' (--records of intertask.start), e.g. {next(iter(lists))}",
        )
    keys = [key for key, column in value.items() if isinstance(column, list)]
    raise IntertaskError(
        "The file is one object, and its values are not columns of one length.",
        f"{path}, keys: {', '.join(map(str, list(value)[:_SHOWN]))}",
        f"name the key of the list of rows, e.g. 'data: records: {keys[0] if keys else 'data'}'",
    )


def _is_list_of_objects(value: Any) -> bool:
    """Whether a value is a list of objects that is not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _lists(value: Any, prefix: str = "", levels: int = _MAX_LEVELS) -> dict[str, list]:
    """Each list of objects under the keys of an object, by its dotted key."""
    found = {}
    for key, inner in value.items() if isinstance(value, dict) and levels else ():
        if _is_list_of_objects(inner):
            found[prefix + key] = inner
        elif isinstance(inner, dict):
            found |= _lists(inner, f"{prefix}{key}.", levels - 1)
    return found


def _squad_rows(articles: Iterable[Any], path: str) -> Iterator[RawRow]:
    """Questions of nested SQuAD JSON (versions 1.1 and 2.0); ``is_impossible`` gives empty answers."""
    number = 0
    for article in articles:
        for paragraph in article.get("paragraphs", []):
            for question in paragraph.get("qas", []):
                number += 1
                values = {
                    "id": question.get("id"),
                    "context": paragraph.get("context"),
                    "question": question.get("question"),
                }
                if question.get("is_impossible"):
                    values["answers"] = []
                elif "answers" in question:
                    values["answers"] = question["answers"]
                if "is_impossible" in question:
                    values["is_impossible"] = bool(question["is_impossible"])
                yield RawRow(values, path, number, "question")
