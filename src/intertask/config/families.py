"""Families of tasks that the configuration does not list, but that a table of earlier transfers may contain."""

import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import IntertaskError
from ..yaml_files import read_yaml


def read_families(folders: Iterable[str | os.PathLike]) -> dict[str, set[str]]:
    """Read the family of every task file in some folders.

    Two folders may have a task of one name in different families. All of them count, so that a doubtful transfer is
    left out rather than used.

    Args:
        folders: Folders with task files. Those that do not exist, and files that are no task files, are passed over.

    Returns:
        Name of a task -> its families; tasks without a family are left out.
    """
    families: dict[str, set[str]] = {}
    for path in (path for folder in folders for path in sorted(Path(folder).glob("*.y*ml"))):
        try:
            content = read_yaml(path)
        except IntertaskError:
            continue
        if isinstance(content, dict) and isinstance(family := content.get("family"), str):
            families.setdefault(str(content.get("name") or path.stem), set()).add(family)
    return families


def relatives_of(target: str, family: str | None, families: dict[str, set[str]]) -> list[str]:
    """List the target and the tasks of its families, transfers to which must not influence its ranking.

    Args:
        target: Name of the target.
        family: Its family in the configuration.
        families: Name of a task -> its families.

    Returns:
        Names, sorted.
    """
    own = {family, *families.get(target, ())} - {None}
    return sorted({target, *(name for name, theirs in families.items() if own & theirs)})
