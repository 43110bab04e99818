"""docs/configuration.md: every key of the configuration and of a task's YAML, from the models that check them.

``python -m intertask.config.settings_page docs/configuration.md`` writes it anew.
"""

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..files import write_text
from . import Alternative, Config, Task, TaskOverride

START = """\
# Every setting

Made from the code by `python -m intertask.config.settings_page docs/configuration.md`; a test keeps it in step.
Unknown keys are errors. The same for editors: [`schemas/`](../schemas/).

The configuration is `config.yaml`, or what `--configfile` names; a file given there stands alone, several are merged.
Only `sources` and `targets` are needed. To start one from your own file: [your-own-data.md](your-own-data.md).
"""


def settings_page() -> str:
    """The page as Markdown: a table of keys for each level of both files."""
    parts = [START]
    shown: set[type[BaseModel]] = set()
    for title, model in (("The configuration", Config), ("A task's YAML", Task)):
        parts.append(f"## {title}\n\n{_table(model)}")
        keys: dict[type[BaseModel], list[str]] = {}
        for key, nested in _sections(model):
            if nested not in shown:
                keys.setdefault(nested, []).append(key)
        shown.update(keys)
        for nested, names in keys.items():
            parts.append(f"### {', '.join(f'`{key}`' for key in names)}\n\n{_about(nested)}\n\n{_table(nested)}")
    return "\n".join(parts)


def _sections(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """(dotted key, model) of every level below, in reading order; a task's data stand under the task's YAML."""
    if model is TaskOverride:
        return
    for name, field in model.model_fields.items():
        for nested in _models(field.annotation):
            key = f"{above}{name}{'.<name>' if get_origin(field.annotation) is dict else ''}"
            yield key, nested
            yield from _sections(nested, f"{key}.")


def _models(annotation: Any) -> list[type[BaseModel]]:
    """Models in an annotation, whatever lists, dictionaries and alternatives they stand in."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return list(dict.fromkeys(model for part in get_args(annotation) for model in _models(part)))


def _about(model: type[BaseModel]) -> str:
    return _linked(re.sub(r"``(.+?)``", r"`\1`", " ".join((model.__doc__ or "").split())))


def _linked(text: str) -> str:
    return re.sub(r"docs/([\w-]+\.md)", r"[\1](\1)", text)


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | default | is |", "| --- | --- | --- |"]
    base = model.__base__.model_fields if model is Alternative else {}
    for name, field in model.model_fields.items():
        if name not in base:
            rows.append(f"| `{name}` | {_default(field)} | {_words(field, model)} |")
    if base:
        rows.insert(2, "| all of `data` above | | but for `alternatives` and `validation_fraction` |")
    return "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "" if (field.description or "").startswith("Default") else "needed"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ("", [], {}) or _models(field.annotation):
        return ""
    return f"`{value}`" if isinstance(value, str) and not value.isspace() else f"`{json.dumps(value)}`"


def _words(field: FieldInfo, model: type[BaseModel]) -> str:
    nested = _models(field.annotation)
    said = field.description or (_about(nested[0]) if nested else "")
    choices = [json.dumps(choice).strip('"') for choice in _choices(field.annotation)]
    if choices and model is not TaskOverride:
        said += ("; " if said else "") + "one of " + ", ".join(f"`{choice}`" for choice in choices)
    return (said if "](" in said else _linked(said)).replace("|", "\\|")


def _choices(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    parts = [] if get_origin(annotation) is dict else get_args(annotation)
    return [choice for part in parts for choice in _choices(part)]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the page of all settings.")
    parser.add_argument("page", type=Path)
    write_text(parser.parse_args().page, settings_page())
