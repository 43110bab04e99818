"""Guess whether the columns make a classification or regression task: one or two texts and a label."""

import re
from collections import Counter
from collections.abc import Sequence

from ...data.columns import Column
from ...words import count
from ..column_profile import ColumnProfile, as_number
from .guess import ANSWER_WORDS, CONTEXT_WORDS, LABEL_WORDS, QUESTION_WORDS, Guess, is_named

#: What the columns must hold, for the message if they do not.
NEEDS = {
    "classification": "one or two columns of texts, and a column with a few different values",
    "regression": "one or two columns of texts, and a column of numbers",
}
#: Words in the names of columns that hold a term about which the text is asked.
TERM_WORDS = {"word", "term", "keyword", "lemma", "aspect", "entity"}
#: Names of two columns that together make a pair, the first and the second text.
PAIR_NAMES = (
    ("premise", "hypothesis"),
    ("sentence1", "sentence2"),
    ("sentence_a", "sentence_b"),
    ("sentence_1", "sentence_2"),
    ("question1", "question2"),
    ("text_a", "text_b"),
    ("text1", "text2"),
    ("passage", "question"),
    ("question", "passage"),
    ("question", "sentence"),
    ("query", "document"),
)
#: A label must beat the most frequent value by this accuracy to be preferred for what the texts tell about it.
MIN_GAIN = 0.02
#: A number with one sign, which could separate thousands or decimals.
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
#: A number whose point could separate thousands.
_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
#: Reason of a guess that the user made.
CHOSEN = "chosen by you"


def guess_texts_and_label(
    profiles: Sequence[ColumnProfile],
    texts: Sequence[ColumnProfile],
    label: ColumnProfile | None,
    type_name: str | None = None,
) -> Guess | None:
    """Guess the columns of a classification or regression task.

    Args:
        profiles: Profiles of all columns, in file order.
        texts: The columns of the texts, if the user chose them.
        label: The column of the label, if the user chose it.
        type_name: Task type, if the user chose it.

    Returns:
        The guess, or None if the columns do not fit.
    """
    if texts:
        sides, why_texts = [[profile] for profile in texts], CHOSEN
        if len(sides) > 2:
            sides = [list(texts[:-1]), [texts[-1]]]
    else:
        sides, why_texts = _find_texts(profiles, label)
    if not sides:
        return None
    used = [profile for side in sides for profile in side]
    why_label = CHOSEN
    if label is None:
        candidates = _label_candidates([profile for profile in profiles if profile not in used], type_name)
        if not candidates:
            return None
        label, why_label = _find_label(candidates, used)
    numbers = all(as_number(value, label.signs) is not None for value in label.present)
    is_regression = type_name == "regression" or (type_name is None and numbers and label.column_kind == "number")
    columns: dict[str, Column] = {
        name: side[0].name if len(side) == 1 else [profile.name for profile in side]
        for name, side in zip(("text_a", "text_b"), sides, strict=False)
    }
    why_type = "the labels are numbers on a scale" if is_regression else "each text has one of a few labels"
    reasons = {
        "type": CHOSEN if type_name else why_type,
        **dict.fromkeys(columns, why_texts),
        "label": why_label,
    }
    columns["label"] = label.name
    if not is_regression:
        notes = []
        if (with_units := label.with_units()) and "minus" not in with_units:  # '(1)' may be the name of a class
            notes.append(
                f"The labels are {with_units}. They are used as names of classes. To predict the numbers, write them "
                "without the sign and use --type regression."
            )
        return Guess("classification", columns, reasons, label, notes=notes)
    decimal, thousands = label.signs
    data = ({"decimal": decimal} if decimal != "." else {}) | ({"thousands": thousands} if thousands else {})
    if data:
        largest = max(label.present, key=lambda value: len(str(value)))
        reasons["label"] += f"; {largest!r} is read as {as_number(largest, label.signs):.10g}"
    notes = []
    groups = [value for value in label.present if isinstance(value, str) and thousands and thousands in value]
    if groups and all(_ONE_GROUP.fullmatch(value.strip()) for value in groups):
        notes.append(
            f"{thousands!r} separates thousands in {count(len(groups), 'label')}, the first {groups[0]!r}. If it is a "
            f"decimal sign, remove 'thousands:' and set 'decimal: \"{thousands}\"' under data."
        )
    with_point = [value for value in label.present if isinstance(value, str) and "." in value]
    if not data and with_point and all(_GROUPS.fullmatch(value.strip()) for value in with_point):
        notes.append(
            f"{with_point[0]!r} is read as {float(with_point[0]):g}. If the point separates thousands, set 'thousands: "
            '"."\' and \'decimal: ","\' under data.'
        )
    return Guess("regression", columns, reasons, label, data, notes)


def _label_candidates(profiles: Sequence[ColumnProfile], type_name: str | None) -> list[ColumnProfile]:
    """Keep the columns that can hold the labels of the task type."""
    candidates = [profile for profile in profiles if profile.column_kind in ("class", "number")]
    if type_name == "regression":
        return [p for p in candidates if all(as_number(value, p.signs) is not None for value in p.present)]
    if type_name == "classification":
        return [profile for profile in candidates if profile.column_kind == "class"] or candidates
    return candidates


def _find_texts(
    profiles: Sequence[ColumnProfile], label: ColumnProfile | None
) -> tuple[list[list[ColumnProfile]], str]:
    """Find the columns of the first and, for pairs, of the second text, with the reason; none if there are no texts."""
    texts = [profile for profile in profiles if profile.column_kind == "text" and profile is not label]
    # One side of a pair may have only a few different values, for example topics.
    by_name = {
        str(profile.name).lower(): profile
        for profile in profiles
        if profile.column_kind in ("text", "class") and profile is not label
    }
    for pair in (*PAIR_NAMES, *_question_and_context(by_name)):
        if set(pair) <= set(by_name) and any(by_name[name] in texts for name in pair):
            first, second = ([by_name[name]] for name in pair)
            left = [profile for profile in profiles if profile not in first + second and profile is not label]
            first = [profile for profile in left if profile in texts and is_named(profile, CONTEXT_WORDS)] + first
            terms = [p for p in left if is_named(p, TERM_WORDS) and p.column_kind in ("text", "class", "id")]
            first = [profile for profile in terms if profile.mean_words < 3] + first
            second += [p for p in left if p in texts and is_named(p, ANSWER_WORDS) and p not in first]
            return [first, second], "the names suggest a pair of texts"
    long = [profile for profile in texts if profile.mean_words >= 3] or texts
    if len(long) < 3:
        why = "the only column of texts" if len(long) == 1 else "the two columns of texts, in the order of the file"
        return [[profile] for profile in long], why
    return [long[:-1], long[-1:]], "the columns of texts, in the order of the file"


def _question_and_context(by_name: dict[str, ColumnProfile]) -> list[tuple[str, str]]:
    """Pair each column that is named like a passage with each one that is named like a question."""
    contexts, questions = (
        [name for name, profile in by_name.items() if is_named(profile, words)]
        for words in (CONTEXT_WORDS, QUESTION_WORDS)
    )
    return [(context, question) for context in contexts for question in questions if context != question]


def _find_label(candidates: list[ColumnProfile], texts: list[ColumnProfile]) -> tuple[ColumnProfile, str]:
    """Choose the label among several columns, with the reason."""
    named = [profile for profile in candidates if is_named(profile, LABEL_WORDS)]
    if len(candidates) == 1:
        is_class = candidates[0].column_kind == "class"
        return candidates[
            0
        ], "the only column with a few different values" if is_class else "the only column of numbers"
    if len(named) == 1:
        return named[0], "by its name"
    pool = named or [profile for profile in candidates if profile.column_kind == "class"] or candidates
    classes = [profile for profile in pool if profile.column_kind == "class"]
    if len(classes) > 1:
        gains = {profile.name: _accuracy_gain(texts, profile) for profile in classes}
        best = max(classes, key=lambda profile: gains[profile.name])
        if gains[best.name] > MIN_GAIN:
            return best, "of the columns with few values, the one that the texts predict best"
    return pool[-1], "by its name" if named else "the last column that can be a label"


def _accuracy_gain(texts: list[ColumnProfile], label: ColumnProfile, rows: int = 1000) -> float:
    """Compute how far naive Bayes on the words beats the most frequent label, in accuracy over three folds."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.model_selection import cross_val_score
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    pairs = [
        (" ".join(str(part) for part in parts if part is not None), str(value))
        for *parts, value in zip(*(profile.values for profile in texts), label.values, strict=True)
        if value is not None
    ]
    counts = Counter(value for _, value in pairs)
    pairs = [(text, value) for text, value in pairs if counts[value] >= 3][:rows]
    if len({value for _, value in pairs}) < 2:
        return 0.0
    words, values = zip(*pairs, strict=True)
    try:
        accuracy = cross_val_score(make_pipeline(CountVectorizer(), MultinomialNB()), words, values, cv=3).mean()
    except ValueError:  # There are no words, or a class is too small for three folds.
        return 0.0
    return float(accuracy) - max(Counter(values).values()) / len(values)
