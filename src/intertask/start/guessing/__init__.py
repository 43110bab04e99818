"""Guess the task type and the role of each column, and give the reasons."""

from collections.abc import Sequence
from dataclasses import replace

from ...data.columns import is_unread_list
from ...errors import IntertaskError, did_you_mean
from ...types import get_type
from ...words import in_words
from ..column_profile import ColumnProfile, list_columns
from . import classification_and_regression, extractive_qa, multiple_choice, tagging
from .classification_and_regression import guess_texts_and_label
from .extractive_qa import guess_extractive_qa
from .guess import LABEL_WORDS, Guess, is_named
from .multiple_choice import find_choices, guess_multiple_choice
from .tagging import guess_tagging

#: What the columns must hold, by task type.
NEEDS = {
    "tagging": tagging.NEEDS,
    "extractive_qa": extractive_qa.NEEDS,
    "multiple_choice": multiple_choice.NEEDS,
    **classification_and_regression.NEEDS,
}


def guess(
    profiles: Sequence[ColumnProfile],
    type_name: str | None = None,
    texts: Sequence[str] = (),
    label: str | None = None,
) -> Guess:
    """Guess which task the columns make.

    The types are tried from the most specific to the least specific one; the first that fits is taken.

    Args:
        profiles: Profiles of all columns, in file order.
        type_name: Task type, if the user chose it.
        texts: Names of the text columns, if the user chose them.
        label: Name of the label column, if the user chose it.

    Returns:
        The task type, the columns and the reasons.

    Raises:
        IntertaskError: A chosen column does not exist, or no column can hold the texts or the labels. The message
            describes every column and names the options that decide.
    """
    named = {str(profile.name): profile for profile in profiles}
    for name in (*texts, *([label] if label else [])):
        if name not in named:
            raise IntertaskError(f"There is no column {name!r}; {did_you_mean(name, named)}", "--text, --label")
    chosen_label = named[label] if label else None
    if not texts:
        attempts = {
            "tagging": guess_tagging,
            "extractive_qa": guess_extractive_qa,
            "multiple_choice": guess_multiple_choice,
        }
        for name, attempt in attempts.items():
            if type_name in (None, name) and (found := attempt(profiles, chosen_label, type_name)):
                return found
    if type_name in (None, "classification", "regression"):
        chosen_texts = [named[text] for text in texts]
        if found := guess_texts_and_label(profiles, chosen_texts, chosen_label, type_name):
            return replace(found, notes=[*found.notes, *_unused_choices(found, profiles), *_joined_labels(found)])
    raise _nothing_fits(profiles, type_name, texts, label)


def _unused_choices(found: Guess, profiles: Sequence[ColumnProfile]) -> list[str]:
    """Say that there are columns that look like choices."""
    used = {part for column in found.columns.values() for part in (column if isinstance(column, list) else [column])}
    for column, _ in find_choices(profiles):
        names = column if isinstance(column, list) else [column]
        if not used & set(names):
            return [
                f"{in_words([str(name) for name in names])} look like choices and are not used, because no column "
                "names the right one. If one does, use --type multiple_choice --label COLUMN."
            ]
    return []


def _joined_labels(found: Guess) -> list[str]:
    """Say that some labels look like several labels in one cell."""
    labels = {str(value) for value in found.label.present} if found.type == "classification" else set()
    for sign in (";", "|", ","):
        joined = {label for label in labels if sign in label}
        parts = {part.strip() for label in labels for part in label.split(sign)}
        if len(joined) > 1 and len(parts) < len(labels):
            return [
                f"Some labels look like several labels in one cell, for example {min(joined)!r}. A row has one label, "
                f"so each combination is a class. To predict one of the {len(parts)} labels, make a column for it."
            ]
    return []


def _nothing_fits(
    profiles: Sequence[ColumnProfile], type_name: str | None, texts: Sequence[str], label: str | None
) -> IntertaskError:
    """Describe the columns and say which options decide."""
    columns = "\n".join(f"    {line}" for line in list_columns(profiles))
    for profile in profiles:
        unread = [value for value in profile.present if is_unread_list(value)]
        if len(unread) > len(profile.present) / 2:
            return IntertaskError(
                f"The column {profile.name} holds lists that cannot be read, because commas are missing, as in the "
                f"text of a NumPy array: {unread[0]!r:.80}",
                "the columns of the file",
                "write the column with commas, as json.dumps(list(values)) does",
            )
    units = [p for p in profiles if p.with_units() and (p.column_kind in ("id", "text") or type_name == "regression")]
    if type_name in (None, "regression", "classification") and units:
        return IntertaskError(
            f"The column {units[0].name} holds {units[0].with_units()}. Such numbers are not read.\n{columns}",
            "the columns of the file",
            "write plain numbers, all in one unit; or, if they are names of classes, use --type "
            f"classification --label {units[0].name}",
        )
    lists = [p for p in profiles if p.column_kind == "list" and (str(p.name) == label or is_named(p, LABEL_WORDS))]
    if type_name in (None, "classification") and lists:
        return IntertaskError(
            f"The column {lists[0].name} holds a list of labels in each row, and several labels per row are not "
            f"supported.\n{columns}",
            "the columns of the file",
            "make a column with one label per row, for example one that says whether a row has a certain label",
        )
    what = "No task type fits these columns"
    if type_name:
        what = f"The columns do not fit the task type {get_type(type_name).LABEL}, which needs {NEEDS[type_name]}"
    missing = []
    if not texts and not any(profile.column_kind == "text" for profile in profiles):
        missing.append("no column holds texts")
    if label is None and not any(profile.column_kind in ("class", "number") for profile in profiles):
        missing.append("no column looks like a label (a few different values, or numbers)")
    if type_name not in (None, "classification", "regression"):
        missing = []
    return IntertaskError(
        f"{what}{': ' + ' and '.join(missing) if missing else ''}.\n{columns}",
        "the columns of the file",
        "choose them yourself: --text COLUMN (two for pairs), --label COLUMN, --type "
        + (type_name or "classification"),
    )
