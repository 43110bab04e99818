"""Guess whether the columns make an extractive QA task: answers that occur in a context."""

from collections.abc import Sequence
from typing import Any

from ...data.columns import Column
from ...data.offsets import UNITS, to_characters
from ..column_profile import ColumnProfile
from .guess import ANSWER_WORDS, MIN_SHARE, QUESTION_WORDS, Guess, is_named, share

#: What the columns must hold, for the message if they do not.
NEEDS = "a context, a question, and answers that occur in the context"
#: Share of the answers that must be at their offsets, for offsets that count something else than characters.
MIN_SHARE_IN_PLACE = 0.99
#: What offsets count, for the user.
MEANINGS = {
    "lf": "each line end as one character",
    "crlf": "each line end as two characters",
    "utf-16": "UTF-16 units",
    "bytes": "bytes of UTF-8",
}
#: Answers that judge a question instead of quoting a text.
VERDICTS = {
    "yes",
    "no",
    "true",
    "false",
    "maybe",
    "unknown",
    "y",
    "n",
    "t",
    "f",
    "ja",
    "nein",
    "oui",
    "non",
    "sí",
    "si",
}


def guess_extractive_qa(
    profiles: Sequence[ColumnProfile], label: ColumnProfile | None, type_name: str | None = None
) -> Guess | None:
    """Guess the columns of an extractive QA task.

    Args:
        profiles: Profiles of all columns, in file order.
        label: The column of the answers, if the user chose it.
        type_name: Task type, if the user chose it. If not, a column whose name suggests answers must be the only such
            column, or hold lists.

    Returns:
        The guess, or None if the columns do not fit.
    """
    answers = label or _find_answers(profiles, type_name)
    if answers is None or answers.column_kind in ("number", "empty"):
        return None
    if type_name is None and {str(value).strip().lower() for value in answers.present} <= VERDICTS:
        return None  # a question with a verdict is classification, although texts may contain these words
    first = [_first_answer(value) for value in answers.values]
    inside = {
        profile.name: share([t in c for c, t in zip(profile.values, first, strict=True) if t and isinstance(c, str)])
        for profile in profiles
        if profile.column_kind == "text" and profile is not answers
    }
    context = max(inside, key=inside.get, default=None)
    questions = [profile for profile in profiles if profile.name in inside and profile.name != context]
    questions.sort(key=lambda profile: (not is_named(profile, QUESTION_WORDS), -_share_of_questions(profile)))
    if context is None or inside[context] < MIN_SHARE or not questions:
        return None
    starts = [
        profile
        for profile in profiles
        if {"start", "starts"} & set(profile.name_words()) and profile.column_kind in ("list", "number")
    ]
    columns: dict[str, Column] = {"context": context, "question": questions[0].name}
    columns["answers"] = [answers.name, starts[0].name] if starts and starts[0] is not answers else answers.name
    has_positions = starts or _is_squad_answer(answers.present[0])
    reasons = {
        "type": f"the answers in {answers.name} occur in {context}",
        "context": "the answers occur in it",
        "question": "by its name" if is_named(questions[0], QUESTION_WORDS) else "the other text",
        "answers": "texts with their positions in the context" if has_positions else "texts of the context",
    }
    data: dict[str, str] = {}
    if has_positions:
        by_name = {profile.name: profile for profile in profiles}
        offsets = by_name[starts[0].name].values if starts and starts[0] is not answers else answers.values
        unit = _unit(by_name[context].values, answers.values, offsets)
        if unit != "characters":
            data["offsets"] = unit
            reasons["answers"] += f", which count {MEANINGS[unit]}"
    return Guess("extractive_qa", columns, reasons, answers, data)


def _unit(contexts: Sequence[Any], answers: Sequence[Any], offsets: Sequence[Any]) -> str:
    """Find out what the offsets of the answers count: the first unit by which nearly all first answers are in place."""
    rows = [
        (context, text, start)
        for context, answer, offset in zip(contexts, answers, offsets, strict=True)
        if isinstance(context, str) and (text := _first_answer(answer)) and (start := _first_start(offset)) is not None
    ]
    for unit in UNITS:
        places = [(context, text, to_characters(context, start, unit)) for context, text, start in rows]
        fitting = share([place >= 0 and context.startswith(text, place) for context, text, place in places])
        if fitting >= MIN_SHARE_IN_PLACE:
            return unit
    return "characters"


def _first_start(value: Any) -> int | None:
    """Return the offset of a row's first answer; None if it has none."""
    part = value[0] if isinstance(value, list) and value else value
    start = part.get("answer_start") if isinstance(part, dict) else part
    start = start[0] if isinstance(start, list) and start else start
    return int(start) if isinstance(start, int | float) and start == start and start >= 0 else None


def _find_answers(profiles: Sequence[ColumnProfile], type_name: str | None) -> ColumnProfile | None:
    """Find the column of the answers by the form of its values, or else by its name."""
    for profile in profiles:
        if share([_is_squad_answer(value) for value in profile.present]) >= MIN_SHARE:
            return profile
    kinds = ("text", "class", "list", "id")
    named = [profile for profile in profiles if is_named(profile, ANSWER_WORDS) and profile.column_kind in kinds]
    return next((profile for profile in named if type_name or len(named) == 1 or profile.column_kind == "list"), None)


def _is_squad_answer(value: Any) -> bool:
    """Tell whether a value has the form of SQuAD's answers: texts and their positions."""
    if isinstance(value, list):
        return all(isinstance(part, dict) and "text" in part and "answer_start" in part for part in value)
    return isinstance(value, dict) and {"text", "answer_start"} <= set(value)


def _first_answer(value: Any) -> str:
    """Return the text of a row's first answer; an empty text if it has none."""
    part = value[0] if isinstance(value, list) and value else value
    text = part.get("text") if isinstance(part, dict) else part
    return str(text[0]) if isinstance(text, list) and text else text if isinstance(text, str) else ""


def _share_of_questions(profile: ColumnProfile) -> float:
    """Compute the share of the values that end with a question mark."""
    return share([str(value).rstrip().endswith("?") for value in profile.present])
