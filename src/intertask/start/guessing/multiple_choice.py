"""Guess whether the columns make a multiple choice task: several choices in each row, and which one is right."""

import re
from collections.abc import Sequence
from typing import Any

from ...data.columns import Column
from ...data.labels import choice_letter
from ..column_profile import ColumnProfile, as_number
from .guess import CONTEXT_WORDS, LABEL_WORDS, MIN_SHARE, QUESTION_WORDS, Guess, is_named, share

#: What the columns must hold, for the message if they do not.
NEEDS = "a question, a list of choices or numbered columns (choice1, choice2, …), and a column that names the right one"
#: Names of numbered columns of choices: ``choice1``, ``ending_b``, ``option 2``, ``opa``.
CHOICE_NAME = re.compile(
    r"(?i)(.*(?:choice|ending|option|opt|op|answer|alternative|candidate|sol|solution)s?[ _-]?)([0-9]+|[a-h])"
)


def guess_multiple_choice(
    profiles: Sequence[ColumnProfile], label: ColumnProfile | None, _type_name: str | None = None
) -> Guess | None:
    """Guess the columns of a multiple choice task.

    Args:
        profiles: Profiles of all columns, in file order.
        label: The column that names the right choice, if the user chose it.
        _type_name: Not used; all types are called alike.

    Returns:
        The guess, or None if the columns do not fit.
    """
    for column, choices in [*find_choices(profiles), *_choices_without_names(profiles)]:
        used = set(column) if isinstance(column, list) else {column}
        rest = [profile for profile in profiles if profile.name not in used]
        names = [str(name) for name in column] if isinstance(column, list) else []
        fits = {profile.name: _names_a_choice(profile, choices, names) for profile in ([label] if label else rest)}
        right = max(fits, key=fits.get, default=None)
        if right is None or fits[right] < MIN_SHARE:
            continue
        context, question = _context_and_question([profile for profile in rest if profile.name != right])
        columns: dict[str, Column] = {"choices": column, "label": right}
        columns |= {"context": context.name if context else None} if context or not question else {}
        columns |= {"question": question.name} if question else {}
        reasons = {
            "type": "each row has several choices, and one column names the right one",
            "choices": "numbered columns" if isinstance(column, list) else "a list in each row",
            "label": "each value names one of the choices",
        }
        return Guess(
            "multiple_choice", columns, reasons, next(profile for profile in profiles if profile.name == right)
        )
    return None


def _context_and_question(
    profiles: Sequence[ColumnProfile],
) -> tuple[ColumnProfile | None, ColumnProfile | None]:
    """Find the context and the question among the remaining columns, by their names and else by their length."""
    texts = [p for p in profiles if p.column_kind in ("text", "class") and p.mean_words >= 2]
    context = next((profile for profile in texts if is_named(profile, CONTEXT_WORDS)), None)
    question = next((profile for profile in texts if is_named(profile, QUESTION_WORDS)), None)
    left = [profile for profile in texts if profile not in (context, question)]
    if question is None and left:
        two_texts = context is None and len(left) > 1
        question = min(left, key=lambda profile: profile.mean_words) if two_texts else left[0]
        left.remove(question)
    if context is None and left:
        context = max(left, key=lambda profile: profile.mean_words)
    return context, question


def find_choices(profiles: Sequence[ColumnProfile]) -> list[tuple[Column, list[list[str]]]]:
    """Find the columns that look like choices, by their names or because they hold lists.

    Args:
        profiles: Profiles of all columns.

    Returns:
        Each column, or list of columns, with the choices of every row.
    """
    found: list[tuple[Column, list[list[str]]]] = []
    for profile in profiles:
        rows = [_choices_in(value) for value in profile.values]
        is_list = profile.column_kind in ("list", "object")
        if is_list and share([2 <= len(row) <= 10 for row in rows]) >= MIN_SHARE:
            found.append((profile.name, rows))
    groups: dict[str, list[ColumnProfile]] = {}
    for profile in profiles:
        match = CHOICE_NAME.fullmatch(str(profile.name))
        prefix = match[1].lower() if match else "" if re.fullmatch(r"[A-H]", str(profile.name)) else None
        if prefix is not None and profile.column_kind not in ("empty", "list", "object"):
            groups.setdefault(prefix, []).append(profile)
    for group in groups.values():
        if len(group) > 1:
            found.append(_side_by_side(group))
    return found


def _choices_without_names(profiles: Sequence[ColumnProfile]) -> list[tuple[Column, list[list[str]]]]:
    """Find choices in a file without a header: as many columns before a column of letters as there are letters."""
    for place, profile in enumerate(profiles):
        letters = {choice_letter(str(value)) for value in profile.present}
        count = len(letters)
        is_label = count >= 3 and letters == {chr(ord("A") + number) for number in range(count)}
        before = profiles[max(place - count, 0) : place]
        if is_label and len(before) == count and all(re.fullmatch(r"column\d+", str(p.name)) for p in before):
            return [_side_by_side(before)]
    return []


def _side_by_side(group: Sequence[ColumnProfile]) -> tuple[Column, list[list[str]]]:
    """The names of columns of choices, and the choices of every row."""
    rows = [[str(value) for value in values] for values in zip(*(profile.values for profile in group), strict=True)]
    return [profile.name for profile in group], rows


def _choices_in(value: Any) -> list[str]:
    """Return the choices in one cell; none if it holds no list."""
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, list):
        return [str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in value]
    return []


def _names_a_choice(profile: ColumnProfile, choices: list[list[str]], names: list[str]) -> float:
    """Compute the share of rows whose value is an index (from 0 or 1), a letter, a column or the text of a choice."""
    tests: dict[str, list[bool]] = {"from 0": [], "from 1": [], "letter": [], "column": [], "text": []}
    for value, row in zip(profile.values, choices, strict=True):
        number, text = as_number(value), str(value).strip()
        tests["from 0"].append(number is not None and 0 <= number < len(row))
        tests["from 1"].append(number is not None and 1 <= number <= len(row))
        letter = choice_letter(text)
        tests["letter"].append(letter is not None and letter < chr(ord("A") + len(row)))
        tests["column"].append(text in names)
        tests["text"].append(text in [choice.strip() for choice in row])
    best = max(map(share, tests.values()))
    # A constant column names a choice too, so it counts half. A name that suggests labels decides between equals.
    return best * (1 if profile.column_kind != "constant" else 0.5) + (0.01 if is_named(profile, LABEL_WORDS) else 0)
