"""Describe a new task for the user: what was read, each guess with its reason, and two example rows."""

import shutil
from collections.abc import Sequence
from typing import Any

from ..config import Task
from ..data.canonical import Canonical
from ..data.formats import columns_of
from ..types import get_type
from ..words import count
from .column_profile import ColumnProfile, list_columns
from .guessing import Guess
from .locate import RawData
from .writing import comment

#: Number of problems of rows that are listed for each split.
MAX_REASONS = 5
#: Longest value, in characters, that an example row shows.
MAX_SHOWN = 160


def describe_task(raw: RawData, task: Task, found: Guess, profiles: Sequence[ColumnProfile], rows: Canonical) -> str:
    """Describe a task that was just guessed.

    Args:
        raw: The raw data.
        task: The task.
        found: Guessed type and columns.
        profiles: Profiles of all columns.
        rows: The rows as the workflow converts them.

    Returns:
        Several lines for the terminal.
    """
    counts = {split: len(table.rows) for split, table in raw.tables.items()}
    names = {"train": "training", "validation": "validation"}
    shown = ", ".join(f"{count:,} {names[split]} rows" for split, count in counts.items())
    columns = len(columns_of(raw.tables["train"].rows))
    lines = [f"\n{task.name}: {shown}, {count(columns, 'column')}", *(f"  {note}" for note in raw.notes), ""]
    lines += _guesses(task, found)
    used = {part for column in found.columns.values() for part in (column if isinstance(column, list) else [column])}
    if unused := list_columns([profile for profile in profiles if profile.name not in used], "{} ({})"):
        lines.append(f"  not used: {comment('; '.join(unused))}")
    if (others := columns - len(profiles)) > 0:
        lines.append(f"  not used: {count(others, 'other column')}")
    lines += [f"  note: {comment(note)}" for note in found.notes]
    for split, kinds in rows.reasons.items():
        if any("left out" in warning for warning in rows.warnings):
            break  # it states the problems
        lines += [f"  left out of the {names[split]} rows: {kind.described()}" for kind in kinds[:MAX_REASONS]]
        if len(kinds) > MAX_REASONS:
            lines.append(f"  left out of the {names[split]} rows: {count(len(kinds) - MAX_REASONS, 'more problem')}")
    lines += [f"\n  WARNING: {warning}" for warning in rows.warnings]
    return "\n".join([*lines, "", "  Two rows as the workflow reads them:", *_examples(rows), ""])


def _guesses(task: Task, found: Guess) -> list[str]:
    """Write a table of what was guessed: role, the user's column, reason."""
    table = [("type", get_type(found.type).LABEL, found.reasons["type"])]
    for name, column in found.columns.items():
        yours = " + ".join(map(str, column)) if isinstance(column, list) else "–" if column is None else str(column)
        table.append((name, yours, found.reasons.get(name, "")))
    table.append(("metric", task.metric, ""))
    widths = [max(len(row[i]) for row in table) for i in (0, 1)]
    return [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {f'({c})' if c else ''}".rstrip() for a, b, c in table]


def _examples(rows: Canonical) -> list[str]:
    """Show the first row and, if there is one, a row with another label, cut to the width of the terminal."""
    width = max(40, shutil.get_terminal_size().columns - 6)
    train = rows.rows["train"]
    other = next((row for row in train if row.get("label") != train[0].get("label")), train[-1])
    lines = []
    for row in (train[0], other):
        label_first = sorted(row.items(), key=lambda item: item[0] != "label")  # a long text would hide the label
        values = [(key, value) for key, value in label_first if value not in (None, "")]
        text = comment("; ".join(f"{key}: {_shown(key, value, rows.labels)}" for key, value in values))
        lines.append(f"    {text[: width - 1]}…" if len(text) > width else f"    {text}")
    return lines


def _shown(key: str, value: Any, labels: list[str] | None) -> str:
    """Show one value of a row; labels and tags by their names."""
    if labels and key == "label":
        return labels[value]
    if labels and key == "tags":
        return " ".join(labels[tag] for tag in value)
    if key == "tokens":
        return " ".join(value)
    return str(value)[:MAX_SHOWN] + "…" if len(str(value)) > MAX_SHOWN else str(value)
