"""Guess the task type and the role of each column, and give the reasons."""

from collections.abc import Sequence

from ...errors import IntertaskError, did_you_mean
from ...types import get_type
from ..column_profile import ColumnProfile
from .classification_and_regression import guess_texts_and_label
from .extractive_qa import guess_extractive_qa
from .guess import Guess
from .multiple_choice import guess_multiple_choice
from .tagging import guess_tagging


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
            return found
    raise _nothing_fits(profiles, type_name, texts, label)


def _nothing_fits(
    profiles: Sequence[ColumnProfile], type_name: str | None, texts: Sequence[str], label: str | None
) -> IntertaskError:
    """Describe the columns and say which options decide."""
    columns = "\n".join(f"    {profile.name}: {profile.described()}" for profile in profiles)
    what = "No task type fits these columns"
    if type_name:
        what = f"The columns do not fit the task type {get_type(type_name).LABEL}"
    missing = []
    if not texts and not any(profile.column_kind == "text" for profile in profiles):
        missing.append("no column holds texts")
    if label is None and not any(profile.column_kind in ("class", "number") for profile in profiles):
        missing.append("no column looks like a label (a few different values, or numbers)")
    return IntertaskError(
        f"{what}{': ' + ' and '.join(missing) if missing else ''}.\n{columns}",
        "the columns of the file",
        "choose them yourself: --text COLUMN (two for pairs), --label COLUMN, --type "
        + (type_name or "classification"),
    )
