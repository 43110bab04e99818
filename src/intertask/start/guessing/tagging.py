"""Guess whether the columns make a tagging task: a list of tokens and a list of as many tags in each row."""

import re
from collections.abc import Sequence
from typing import Any

from ..column_profile import ColumnProfile
from .guess import MIN_SHARE, Guess, is_named, share

#: What the columns must hold, for the message if they do not.
NEEDS = "a list of tokens and a list of as many tags in each row, or one token per line"
#: Words in the names of columns that hold tokens and tags.
TOKEN_WORDS = {"tokens", "words", "token", "word", "form", "text", "sentence"}
TAG_WORDS = {"tags", "tag", "labels", "label", "ner", "pos", "upos", "chunk"}


def guess_tagging(
    profiles: Sequence[ColumnProfile], label: ColumnProfile | None, type_name: str | None = None
) -> Guess | None:
    """Guess the columns of a tagging task.

    Args:
        profiles: Profiles of all columns, in file order.
        label: The column of the tags, if the user chose it.
        type_name: Task type, if the user chose it. If not, sentences of one short length are taken for choices.

    Returns:
        The guess, or None if the columns do not fit.
    """
    lists = [
        profile
        for profile in profiles
        if profile.column_kind == "list" and share([_is_flat(value) for value in profile.present]) >= MIN_SHARE
    ]
    tokens = [profile for profile in lists if share([_holds_texts(value) for value in profile.present]) >= MIN_SHARE]
    tokens.sort(key=lambda profile: (not is_named(profile, TOKEN_WORDS), -_variety(profile)))
    for first in tokens:
        fitting = [
            profile
            for profile in lists
            if profile is not first and _are_parallel(first, profile, type_name is not None)
        ]
        if label is not None:
            fitting = [profile for profile in fitting if profile is label]
        if not fitting or _variety(first) < max(map(_variety, fitting)):
            continue
        # In conll files it is the last column with span tags, or the last column. Elsewhere its name decides.
        spans = [profile for profile in fitting if _holds_spans(profile)]
        named = [profile for profile in fitting if is_named(profile, TAG_WORDS)]
        tags = (spans or named or fitting)[-1]
        why = "the tags look like B-… and O" if tags in spans else "by its name" if tags in named else "the last column"
        reasons = {
            "type": f"each row has a list of tokens ({first.name}) and a list of as many tags ({tags.name})",
            "tokens": "lists of many different texts",
            "tags": why,
        }
        return Guess("tagging", {"tokens": first.name, "tags": tags.name}, reasons, tags)
    return None


def _is_flat(value: Any) -> bool:
    """Tell whether a value is a list of texts or integers."""
    return isinstance(value, list) and all(isinstance(part, str | int) and not isinstance(part, bool) for part in value)


def _holds_texts(value: Any) -> bool:
    """Tell whether a value is a list of texts."""
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _variety(profile: ColumnProfile) -> int:
    """Count the different entries of all lists in a column."""
    return len({part for value in profile.present for part in value})


def _are_parallel(a: ColumnProfile, b: ColumnProfile, is_chosen: bool) -> bool:
    """Tell whether the lists of two columns have the same length in each row, as tokens and tags have."""
    pairs = [(x, y) for x, y in zip(a.values, b.values, strict=True) if x is not None and y is not None]
    if not pairs or share([len(x) == len(y) for x, y in pairs]) < MIN_SHARE:
        return False
    # Lists that all have the same short length are choices rather than sentences, except in conll files, whose columns
    # have numbers.
    varied = len({len(x) for x, _ in pairs}) > 1 and max(len(x) for x, _ in pairs) > 5
    return is_chosen or isinstance(a.name, int) or varied


def _holds_spans(profile: ColumnProfile) -> bool:
    """Tell whether the tags of a column mark spans, as B-PER, I-PER and O do."""
    tags = {part for value in profile.present for part in value if isinstance(part, str)}
    return "O" in tags and any(re.match(r"[BI]-", tag) for tag in tags)
