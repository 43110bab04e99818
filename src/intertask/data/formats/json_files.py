"""JSON: one object per line, a list of objects, columns, or nested SQuAD."""

import json
from collections.abc import Iterator
from typing import Any

from ...errors import IntertaskError
from .table import RawRow, numbered_lines


def read_jsonl(text: str, path: str) -> list[RawRow]:
    """Read one JSON object per line; blank lines are skipped.

    Args:
        text: Content of the file.
        path: Name of the file, for messages.

    Returns:
        One row per object.

    Raises:
        IntertaskError: A line is not a JSON object.
    """
    rows = []
    for number, line in numbered_lines(text):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError as error:
            raise IntertaskError(f"Broken JSON: {error}.", f"{path}, line {number}", "fix the line") from None
        _check_object(values, f"{path}, line {number}")
        rows.append(RawRow(values, path, number))
    return rows


def read_json(text: str, path: str, records: str | None = None) -> list[RawRow]:
    """Read a list of objects, an object of columns, the list under the key ``records``, or nested SQuAD.

    A file that holds one object per line is read as jsonl.

    Args:
        text: Content of the file.
        path: Name of the file, for messages.
        records: Dotted key of the list of rows; None for the whole file.

    Returns:
        One row per object, index or question.

    Raises:
        IntertaskError: The file is not JSON, or has none of these layouts.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        first = text.lstrip().partition("\n")[0]
        if error.msg == "Extra data" and first.startswith("{") and records is None:
            return read_jsonl(text, path)
        raise IntertaskError(f"Broken JSON: {error.msg}.", f"{path}, line {error.lineno}", "fix the file") from None
    articles = value.get("data") if isinstance(value, dict) else value
    if records is not None:
        value = articles = _under_key(value, records, path)
    if isinstance(articles, list) and articles and isinstance(articles[0], dict) and "paragraphs" in articles[0]:
        try:
            return list(_squad_rows(articles, path))
        except (AttributeError, TypeError):
            raise IntertaskError(
                "Not SQuAD's layout: data, each with paragraphs, each with a context and qas.", path, "fix the file"
            ) from None
    if isinstance(value, dict):
        value = _rows_of_columns(value, path)
    rows = []
    for number, values in enumerate(value, 1):
        _check_object(values, f"{path}, row {number}")
        rows.append(RawRow(values, path, number, "row"))
    return rows


def _check_object(value: Any, location: str) -> None:
    """Check that a row is an object."""
    if not isinstance(value, dict):
        raise IntertaskError(f"Expected an object, found {_json_type(value)}.", location, 'write {"column": value, …}')


def _under_key(value: Any, records: str, path: str) -> list:
    """The list under a dotted key."""
    for part in records.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise IntertaskError(f"There is no list under the key {records!r}.", path, "correct 'data: records:'")
    return value


def _rows_of_columns(value: dict, path: str) -> list[dict]:
    """Rows of ``{column: [values]}``, or of pandas' ``{column: {index: value}}``."""
    columns = list(value.values())
    if columns and all(isinstance(column, dict) for column in columns):
        index = list(columns[0])
        if all(list(column) == index for column in columns):
            return [{name: column[key] for name, column in value.items()} for key in index]
    elif columns and all(isinstance(column, list) and len(column) == len(columns[0]) for column in columns):
        return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
    lists = [key for key, column in value.items() if isinstance(column, list)]
    raise IntertaskError(
        "The file is one object, and its values are not columns of one length.",
        f"{path}, keys: {', '.join(map(str, list(value)[:10]))}",
        f"name the key of the list of rows, e.g. 'data: records: {lists[0] if lists else 'data'}'",
    )


def _squad_rows(articles: list, path: str) -> Iterator[RawRow]:
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


def _json_type(value: Any) -> str:
    """The JSON type of a value, for messages."""
    return {list: "a list", str: "a text", type(None): "null", bool: "true/false"}.get(type(value), "a number")
