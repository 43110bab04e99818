"""Shapes of extractive question answering.

All give ``id``, ``context``, ``question`` and ``answers`` (``text`` and ``answer_start``, as in SQuAD). The text of an
answer is copied from the context at its offset, so its case and white space are those of the context. A text that
occurs several times is one answer with the offset of its first occurrence. Training uses one span, and the metric is
the same. A question whose answers are not in the context gives no row, since training would treat it as unanswerable.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from . import Values, shape

#: Begin and end (exclusive) of an answer, in characters of the context.
Span = tuple[int, int]


@shape("mrqa", lambda row: {**row, "labels": [{"start": [0], "end": [0]}]})
def mrqa(values: Values) -> Iterator[Values]:
    """MRQA 2019: answers from ``labels``, which holds the start and (inclusive) end of each occurrence.

    The column ``answers`` is not used: it also has accepted answers that are not in the context. The marks ``[TLE]``,
    ``[DOC]`` and ``[PAR]`` of the context are kept.
    """
    context = values["context"]
    spans = [
        (start, end + 1)
        for label in values["labels"]
        for start, end in zip(label["start"], label["end"], strict=True)
        if 0 <= start <= end < len(context)
    ]
    return _rows(values.get("key"), context, values["question"], spans)


@shape(
    "drop",
    lambda row: {"query_id": None, **row, "answers_spans": {"spans": _first_word(row["passage"]), "types": ["span"]}},
)
def drop(values: Values) -> Iterator[Values]:
    """DROP: answers of the type 'span' that are found in the passage; without one, the row is left out.

    Numbers and dates are results of counting and comparing, so they occur in the passage only by chance. The spans of
    one answer count as several answers, since validation has the answers of all annotators in one list.
    """
    answers, passage = values["answers_spans"], values["passage"]
    texts = [text for text, of_type in zip(answers["spans"], answers["types"], strict=True) if of_type == "span"]
    return _rows(values["query_id"], passage, values["question"], _found(texts, passage))


@shape("duorc", lambda row: {"question_id": None, **row, "no_answer": True})
def duorc(values: Values) -> Iterator[Values]:
    """DuoRC: answers that are found in the plot; ``no_answer`` is unanswerable; answers in other words are left out."""
    plot, texts = values["plot"], [] if values["no_answer"] else values["answers"]
    return _rows(values["question_id"], plot, values["question"], _found(texts, plot), values["no_answer"])


@shape("wikihop", lambda row: {**row, "answer": " ".join(_first_word(" ".join(row["supports"])))})
def wikihop(values: Values) -> Iterator[Values]:
    """WikiHop: ``supports`` are the lines of one context, underscores of the relation are spaces; the answer is found.

    The answers are in lower case, and the supports are not. The candidates are not used.
    """
    context = "\n".join(values["supports"])
    relation, space, subject = values["query"].partition(" ")
    question = relation.replace("_", " ") + space + subject
    return _rows(values.get("id"), context, question, _found([values["answer"]], context))


@shape("multiqa", lambda row: {"id": None, **row, "answers": [], "is_impossible": True})
def multiqa(values: Values) -> Iterator[Values]:
    """MultiQA's files in SQuAD 2.0's layout: answers are moved to their spans, questions without any are left out.

    MultiQA finds answers regardless of case, articles and punctuation, and stores the original answer instead of the
    text in the context. A question for which it found no answer has no answers and is not marked ``is_impossible``.
    Only questions with this mark are unanswerable.
    """
    context = values["context"]
    spans = [find_answer(answer["text"], context, answer["answer_start"]) for answer in values["answers"]]
    known = [span for span in spans if span is not None]
    return _rows(values["id"], context, values["question"], known, values.get("is_impossible", False))


def _first_word(text: str) -> list[str]:
    """The first word of a text, which is found in it, as a list; empty for a text without words."""
    return text.split()[:1]


def find_answer(answer: str, context: str, near: int = 0) -> Span | None:
    """Find an answer in a context as whole words, first with the same case, then with any case.

    White space between the words may differ.

    Args:
        answer: The answer.
        context: The context.
        near: Offset in characters; of several occurrences, the nearest to it is taken.

    Returns:
        Begin and end of the answer, in characters of the context; None if the context has no such words.
    """
    words = answer.split()
    if not words:
        return None
    pattern = r"\s+".join(map(re.escape, words))
    if re.match(r"\w", words[0]):  # '3' is not in '13', but '%' is in '5%'
        pattern = r"(?<!\w)" + pattern
    if re.search(r"\w$", words[-1]):
        pattern += r"(?!\w)"
    for flags in (0, re.IGNORECASE):
        if places := [match.span() for match in re.finditer(pattern, context, flags)]:
            return min(places, key=lambda span: abs(span[0] - near))
    return None


def _found(texts: Iterable[str], context: str) -> list[Span]:
    """Spans of the answers that the context has."""
    return [span for text in texts if (span := find_answer(text, context)) is not None]


def _rows(
    identity: Any, context: str, question: str, spans: Iterable[Span], unanswerable: bool = False
) -> Iterator[Values]:
    """The row with the texts of these spans as its answers; no row without spans, unless it is unanswerable."""
    starts: dict[str, int] = {}
    for start, end in spans:
        starts.setdefault(context[start:end], start)
    if starts or unanswerable:
        answers = {"text": list(starts), "answer_start": list(starts.values())}
        yield {"id": identity, "context": context, "question": question, "answers": answers}
