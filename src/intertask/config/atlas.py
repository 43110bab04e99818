"""``sources: atlas`` and ``history: atlas`` in a configuration, replaced by what the atlas folder holds."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import IntertaskError

#: The word in a configuration, and the folder of the atlas that is shipped with the workflow.
ATLAS = "atlas"
#: Task files of the shipped atlas.
ATLAS_TASKS = "tasks/atlas"


def with_atlas(values: Mapping[str, Any], workflow_folder: Path) -> dict[str, Any]:
    """Replace the word 'atlas' under ``sources`` and ``history``.

    Args:
        values: Keys and values of a configuration.
        workflow_folder: Folder of the workflow, in which an atlas is looked up that is not in the working folder.

    Returns:
        The values, with the names of the atlas's tasks as sources (without those that are targets), its table of
        transfers as history, its task files among the ``task_folders``, and the path of its folder as ``atlas``.

    Raises:
        IntertaskError: The word is used, but there is no atlas, or ``atlas`` is not a path.
    """
    values = dict(values)
    sources, history = (_listed(values.get(key)) for key in ("sources", "history"))
    stated = values.get(ATLAS)
    if not isinstance(stated, str | None):
        raise IntertaskError(
            f"The key 'atlas' must be the path of a folder, but it is {stated!r}.",
            "config: atlas",
            "name the folder of an atlas, or remove the key",
        )
    if ATLAS not in sources and ATLAS not in history and not stated:
        return values
    folder = Path(stated or ATLAS)
    if not os.path.isdir(folder):  # False for a path that cannot exist, where Path.is_dir may raise an error
        folder = workflow_folder / folder
    values[ATLAS] = os.path.relpath(folder)
    if ATLAS in sources:
        taken = [*_listed(values.get("targets")), *sources]
        names = [name for name in names_of(folder) if name not in taken]
        at = sources.index(ATLAS)
        values["sources"] = [*sources[:at], *names, *sources[at + 1 :]]
        values["task_folders"] = list(dict.fromkeys([*_listed(values.get("task_folders")), ATLAS_TASKS]))
    if ATLAS in history:
        tables = sorted(folder.glob("*/transfer.tsv"))
        own = [table for table in history if table != ATLAS]
        values["history"] = [*own, *(os.path.relpath(table) for table in tables)]
    return values


def names_of(folder: Path) -> list[str]:
    """List the tasks of an atlas.

    Args:
        folder: The atlas folder.

    Returns:
        Their names, in the order of the atlas.

    Raises:
        IntertaskError: The folder holds no atlas.
    """
    return list(facts_of(folder))


def facts_of(folder: Path) -> dict[str, dict[str, Any]]:
    """Read what an atlas says of its tasks, without a check of its files.

    Args:
        folder: The atlas folder.

    Returns:
        Task -> ``info``, ``license``, ``language``, ``family`` and more.

    Raises:
        IntertaskError: The folder holds no atlas.
    """
    try:
        return json.loads((folder / "tasks.json").read_text(encoding="utf-8"))["tasks"]
    except (OSError, ValueError, KeyError, TypeError):
        raise IntertaskError(
            f"There is no atlas in {os.path.relpath(folder)}.",
            "config: atlas",
            "name the folder of an atlas, or list sources and tables by name",
        ) from None


def _listed(value: Any) -> list[Any]:
    """The value as a list; a single text is one item."""
    if value is None:
        return []
    return [*value] if isinstance(value, list | tuple) else [value]
