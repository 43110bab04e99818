"""What kind of task the columns make, and which column is what: a guess, with its reasons."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..config import TaskTypeName
from ..data.columns import Column
from ..errors import IntertaskError, did_you_mean
from .column_profile import Look, as_number

#: Words of names that say what a column is for.
LABEL = {"label", "labels", "class", "category", "target", "gold", "sentiment", "rating", "stars", "score", "grade"}
LABEL |= {"answer", "topic", "tag", "intent", "emotion", "polarity", "similarity", "verdict", "stance", "type", "y"}
CONTEXT = {"context", "passage", "article", "paragraph", "story", "ctx", "premise", "document", "body"}
ANSWERS = {"answer", "answers", "span"}
TERMS = {"word", "term", "keyword", "lemma", "aspect", "entity"}
QUESTION = {"question", "query", "q", "ask"}
#: Names of two texts that belong together, first and second.
PAIRS = (
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
TOKENS = {"tokens", "words", "token", "word", "form", "text", "sentence"}
TAGS = {"tags", "tag", "labels", "label", "ner", "pos", "upos", "chunk"}
CHOICE = re.compile(r"(?i)(.*(?:choice|ending|option|answer|alternative|candidate|sol|solution)s?[ _-]?)([0-9]+|[a-h])")
#: Rows that a column has to fit, of those that were looked at.
MOST = 0.95


@dataclass(frozen=True)
class Guess:
    """A task as the columns suggest it.

    Attributes:
        type: Task type.
        columns: The workflow's names -> the data's.
        reasons: Why, by what was guessed (``type`` or a name of ``columns``), for a person.
        label: The column of the labels; tagging and extractive QA: of tags, of answers.
    """

    type: TaskTypeName
    columns: dict[str, Column]
    reasons: dict[str, str] = field(default_factory=dict)
    label: Look | None = None


def guess(looks: Sequence[Look], kind: str | None = None, texts: Sequence[str] = (), label: str | None = None) -> Guess:
    """The task that the columns make.

    Args:
        looks: Of every column, in file order.
        kind: Task type, where the user says it.
        texts: Columns of the texts, where the user says them.
        label: The label's column, where the user says it.

    Raises:
        IntertaskError: There is no such column, or none that could be the text or the label; says what the columns
            look like, and which option decides.
    """
    named = {str(look.name): look for look in looks}
    for name in (*texts, *([label] if label else [])):
        if name not in named:
            raise IntertaskError(f"There is no column {name!r}; {did_you_mean(name, named)}", "--text, --label")
    chosen_label = named[label] if label else None
    tries = {
        "tagging": _tagging,
        "extractive_qa": _extractive_qa,
        "multiple_choice": _multiple_choice,
        "classification": _texts_and_label,
        "regression": _texts_and_label,
    }
    for name, attempt in tries.items():
        if kind not in (None, name) or (texts and name not in ("classification", "regression")):
            continue
        if found := attempt(looks, [named[text] for text in texts], chosen_label, kind):
            return found
    raise _nothing_fits(looks, kind, texts, label)


def _nothing_fits(looks: Sequence[Look], kind: str | None, texts: Sequence[str], label: str | None) -> IntertaskError:
    shown = "\n".join(f"    {look.name}: {look.described()}" for look in looks)
    what = f"The columns do not look like {kind.replace('_', ' ')}" if kind else "No kind of task fits the columns"
    missing = []
    if not texts and not any(look.kind == "text" for look in looks):
        missing.append("none holds texts")
    if label is None and not any(look.kind in ("class", "number") for look in looks):
        missing.append("none looks like a label (a few different values, or numbers)")
    return IntertaskError(
        f"{what}{': ' + ' and '.join(missing) if missing else ''}.\n{shown}",
        "the file's columns",
        "say it: --text COLUMN (two for pairs), --label COLUMN, --type " + (kind or "classification"),
    )


def _hinted(look: Look, words: set[str]) -> bool:
    return bool(words & set(look.name_words()))


def _share(tests: Sequence[bool]) -> float:
    return sum(tests) / len(tests) if tests else 0.0


# tagging


def _tagging(looks: Sequence[Look], texts: Sequence[Look], label: Look | None, kind: str | None) -> Guess | None:
    lists = [look for look in looks if look.kind == "list" and _share([_flat(value) for value in look.there]) >= MOST]
    tokens = [look for look in lists if _share([_of_texts(value) for value in look.there]) >= MOST]
    tokens.sort(key=lambda look: (not _hinted(look, TOKENS), -_variety(look)))
    for first in tokens:
        fitting = [look for look in lists if look is not first and _parallel(first, look)]
        if label is not None:
            fitting = [look for look in fitting if look is label]
        if not fitting or _variety(first) < max(map(_variety, fitting)):
            continue
        # conll: the last column that looks like spans, else the last; otherwise what is called so
        spans = [look for look in fitting if _spans(look)]
        named = [look for look in fitting if _hinted(look, TAGS)]
        tags = (spans or named or fitting)[-1]
        why = "tags like B-… and O" if tags in spans else "its name" if tags in named else "the last column"
        reasons = {
            "type": f"each row is a list of tokens ({first.name}) and a list of as many tags ({tags.name})",
            "tokens": "lists of many different texts",
            "tags": why,
        }
        return Guess("tagging", {"tokens": first.name, "tags": tags.name}, reasons, tags)
    return None


def _flat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str | int) and not isinstance(part, bool) for part in value)


def _of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(part, str) for part in value)


def _variety(look: Look) -> int:
    return len({part for value in look.there for part in value})


def _parallel(a: Look, b: Look) -> bool:
    pairs = [(x, y) for x, y in zip(a.values, b.values, strict=True) if x is not None and y is not None]
    # lists that all have one length, like choices, are no sentences
    return (
        len(pairs) > 0
        and _share([len(x) == len(y) for x, y in pairs]) >= MOST
        and len({len(x) for x, _ in pairs}) > 1
        and max(len(x) for x, _ in pairs) > 5
    )


def _spans(look: Look) -> bool:
    tags = {part for value in look.there for part in value if isinstance(part, str)}
    return "O" in tags and any(re.match(r"[BI]-", tag) for tag in tags)


# extractive question answering


def _extractive_qa(looks: Sequence[Look], texts: Sequence[Look], label: Look | None, kind: str | None) -> Guess | None:
    answers = label or next(
        (look for look in looks if _share([_is_answer(value) for value in look.there]) >= MOST), None
    )
    if answers is None:
        named = [look for look in looks if _hinted(look, ANSWERS) and look.kind in ("text", "class", "list", "id")]
        answers = next((look for look in named if kind or len(named) == 1 or look.kind == "list"), None)
    if answers is None or answers.kind in ("number", "empty"):
        return None
    first = [_first_answer(value) for value in answers.values]
    inside = {
        look.name: _share([t in c for c, t in zip(look.values, first, strict=True) if t and isinstance(c, str)])
        for look in looks
        if look.kind == "text" and look is not answers
    }
    context = max(inside, key=inside.get, default=None)
    questions = [look for look in looks if look.name in inside and look.name != context]
    questions.sort(key=lambda look: (not _hinted(look, QUESTION), -_asks(look)))
    if context is None or inside[context] < MOST or not questions:
        return None
    starts = [
        look for look in looks if {"start", "starts"} & set(look.name_words()) and look.kind in ("list", "number")
    ]
    columns: dict[str, Column] = {"context": context, "question": questions[0].name}
    columns["answers"] = [answers.name, starts[0].name] if starts and starts[0] is not answers else answers.name
    reasons = {
        "type": f"the answers in {answers.name} stand in {context}",
        "context": "the answers stand in it",
        "question": "its name" if _hinted(questions[0], QUESTION) else "the other text",
        "answers": "texts and their first characters"
        if starts or _is_answer(answers.there[0])
        else "texts of the context",
    }
    return Guess("extractive_qa", columns, reasons, answers)


def _is_answer(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(part, dict) and "text" in part and "answer_start" in part for part in value)
    return isinstance(value, dict) and {"text", "answer_start"} <= set(value)


def _first_answer(value: Any) -> str:
    part = value[0] if isinstance(value, list) and value else value
    text = part.get("text") if isinstance(part, dict) else part
    return str(text[0]) if isinstance(text, list) and text else text if isinstance(text, str) else ""


def _asks(look: Look) -> float:
    return _share([str(value).rstrip().endswith("?") for value in look.there])


# multiple choice


def _multiple_choice(
    looks: Sequence[Look], texts: Sequence[Look], label: Look | None, kind: str | None
) -> Guess | None:
    for column, choices in _choices(looks):
        used = set(column) if isinstance(column, list) else {column}
        rest = [look for look in looks if look.name not in used]
        fits = {look.name: _names_a_choice(look, choices) for look in ([label] if label else rest)}
        right = max(fits, key=fits.get, default=None)
        if right is None or fits[right] < MOST:
            continue
        texts = [look for look in rest if look.name != right and look.kind in ("text", "class") and look.words >= 2]
        context = next((look for look in texts if _hinted(look, CONTEXT)), None)
        question = next((look for look in texts if _hinted(look, QUESTION)), None)
        left = [look for look in texts if look not in (context, question)]
        if question is None and left:
            question = min(left, key=lambda look: look.words) if context is None and len(left) > 1 else left[0]
            left.remove(question)
        if context is None and left:
            context = max(left, key=lambda look: look.words)
        columns: dict[str, Column] = {"choices": column, "label": right}
        columns |= {"context": context.name if context else None} if context or not question else {}
        columns |= {"question": question.name} if question else {}
        reasons = {
            "type": "each row has several choices, and a column that names the right one",
            "choices": "columns that are numbered" if isinstance(column, list) else "a list in each row",
            "label": "its values name one of the choices",
        }
        return Guess("multiple_choice", columns, reasons, next(look for look in looks if look.name == right))
    return None


def _choices(looks: Sequence[Look]) -> list[tuple[Column, list[list[str]]]]:
    """Columns that could hold the choices, with each row's."""
    found: list[tuple[Column, list[list[str]]]] = []
    for look in looks:
        rows = [_listed(value) for value in look.values]
        if look.kind in ("list", "object") and _share([2 <= len(row) <= 10 for row in rows]) >= MOST:
            found.append((look.name, rows))
    groups: dict[str, list[Look]] = {}
    for look in looks:
        match = CHOICE.fullmatch(str(look.name))
        prefix = match[1].lower() if match else "" if re.fullmatch(r"[A-H]", str(look.name)) else None
        if prefix is not None and look.kind not in ("empty", "list", "object"):
            groups.setdefault(prefix, []).append(look)
    for group in groups.values():
        if len(group) > 1:
            rows = [[str(value) for value in values] for values in zip(*(look.values for look in group), strict=True)]
            found.append(([look.name for look in group], rows))
    return found


def _listed(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = value.get("text")
    if isinstance(value, list):
        return [str(part.get("text", "")) if isinstance(part, dict) else str(part) for part in value]
    return []


def _names_a_choice(look: Look, choices: list[list[str]]) -> float:
    """Share of the rows whose value is an index (from 0 or 1), a letter or the text of a choice."""
    tests: dict[str, list[bool]] = {"from 0": [], "from 1": [], "letter": [], "text": []}
    for value, row in zip(look.values, choices, strict=True):
        number, text = as_number(value), str(value).strip()
        tests["from 0"].append(number is not None and 0 <= number < len(row))
        tests["from 1"].append(number is not None and 1 <= number <= len(row))
        tests["letter"].append(len(text) == 1 and "A" <= text.upper() < chr(ord("A") + len(row)))
        tests["text"].append(text in [choice.strip() for choice in row])
    best = max(map(_share, tests.values()))
    # a constant column names choices too; one with the right name is the likelier
    return best * (1 if look.kind != "constant" else 0.5) + (0.01 if _hinted(look, LABEL) else 0)


# classification and regression


def _texts_and_label(
    looks: Sequence[Look], texts: Sequence[Look], label: Look | None, kind: str | None
) -> Guess | None:
    if texts:
        sides, why_texts = [[look] for look in texts], "as you said"
        if len(sides) > 2:
            sides = [list(texts[:-1]), [texts[-1]]]
    else:
        sides, why_texts = _texts(looks, label)
    if not sides:
        return None
    used = [look for side in sides for look in side]
    candidates = [look for look in looks if look not in used and look.kind in ("class", "number")]
    if kind == "regression":
        candidates = [look for look in candidates if all(as_number(value) is not None for value in look.there)]
    if kind == "classification":
        candidates = [look for look in candidates if look.kind == "class"] or candidates
    why_label = "as you said"
    if label is None:
        if not candidates:
            return None
        label, why_label = _label(candidates, used)
    numbers = all(as_number(value) is not None for value in label.there)
    is_amount = kind == "regression" or (kind is None and numbers and label.kind == "number")
    columns: dict[str, Column] = {
        name: side[0].name if len(side) == 1 else [look.name for look in side]
        for name, side in zip(("text_a", "text_b"), sides, strict=False)
    }
    why_type = "as you said" if kind else "the labels are amounts" if is_amount else "each text has one of a few labels"
    reasons = {"type": why_type, **dict.fromkeys(columns, why_texts), "label": why_label}
    return Guess("regression" if is_amount else "classification", columns | {"label": label.name}, reasons, label)


def _texts(looks: Sequence[Look], label: Look | None) -> tuple[list[list[Look]], str]:
    """The columns of the first and, for pairs, of the second text, and why; none if there are no texts."""
    texts = [look for look in looks if look.kind == "text" and look is not label]
    # one side of a pair may have few different values: topics, say
    by_name = {str(look.name).lower(): look for look in looks if look.kind in ("text", "class") and look is not label}
    for pair in PAIRS:
        if set(pair) <= set(by_name) and any(by_name[name] in texts for name in pair):
            first, second = ([by_name[name]] for name in pair)
            left = [look for look in looks if look not in first + second and look is not label]
            first = [look for look in left if look in texts and _hinted(look, CONTEXT)] + first
            terms = [look for look in left if _hinted(look, TERMS) and look.kind in ("text", "class", "id")]
            first = [look for look in terms if look.words < 3] + first
            second += [look for look in left if look in texts and _hinted(look, ANSWERS) and look not in first]
            return [first, second], "two texts whose names belong together"
    long = [look for look in texts if look.words >= 3] or texts
    if len(long) < 3:
        why = "the only column of texts" if len(long) == 1 else "two columns of texts, in the order of the file"
        return [[look] for look in long], why
    return [long[:-1], long[-1:]], "columns of texts, in the order of the file"


def _label(candidates: list[Look], texts: list[Look]) -> tuple[Look, str]:
    hinted = [look for look in candidates if _hinted(look, LABEL)]
    if len(candidates) == 1:
        return candidates[0], "the only column of few different values" if candidates[0].kind == "class" else "numbers"
    if len(hinted) == 1:
        return hinted[0], "its name"
    pool = hinted or [look for look in candidates if look.kind == "class"] or candidates
    classes = [look for look in pool if look.kind == "class"]
    if len(classes) > 1:
        gains = {look.name: _told_by(texts, look) for look in classes}
        best = max(classes, key=lambda look: gains[look.name])
        if gains[best.name] > 0.02:
            return best, "the texts tell it better than the other columns of few values"
    return pool[-1], "its name" if hinted else "the last column that could be it"


def _told_by(texts: list[Look], label: Look, rows: int = 1000) -> float:
    """By how much a Bayes classifier on words beats the commonest label, in accuracy; three folds."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.model_selection import cross_val_score
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    pairs = [
        (" ".join(str(part) for part in parts if part is not None), str(value))
        for *parts, value in zip(*(look.values for look in texts), label.values, strict=True)
        if value is not None
    ]
    counts = Counter(value for _, value in pairs)
    pairs = [(text, value) for text, value in pairs if counts[value] >= 3][:rows]
    if len({value for _, value in pairs}) < 2:
        return 0.0
    words, values = zip(*pairs, strict=True)
    try:
        accuracy = cross_val_score(make_pipeline(CountVectorizer(), MultinomialNB()), words, values, cv=3).mean()
    except ValueError:  # no word at all, or a class that is too small for a fold
        return 0.0
    return float(accuracy) - max(Counter(values).values()) / len(values)
