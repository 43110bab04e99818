"""Shapes of extractive question answering.

All give ``id``, ``context``, ``question`` and ``answers`` (``text`` and ``answer_start``, as in SQuAD). The text of an
answer is what stands in the context at its offset, so its case and white space are the context's. A text that occurs
several times is one answer, where it comes first: training looks for one place, and the metric loses nothing. A
question whose answers do not stand in the context gives no row: it is not unanswerable, and would be taught as if it
were.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from . import Values, shape

#: Begin and end (exclusive) of an answer, in characters of the context.
Span = tuple[int, int]


@shape("mrqa")
def mrqa(values: Values) -> Iterator[Values]:
    """MRQA 2019: answers from ``labels``, which holds begins and ends (inclusive) of each answer's occurrences.

    The column ``answers`` has more than these: accepted answers that the context does not have. The context's marks
    ``[TLE]``, ``[DOC]`` and ``[PAR]`` stay where they are.
    """
    context = values["context"]
    spans = [
        (start, end + 1)
        for label in values["labels"]
        for start, end in zip(label["start"], label["end"], strict=True)
        if 0 <= start <= end < len(context)
    ]
    return _rows(values.get("key"), context, values["question"], spans)


@shape("drop")
def drop(values: Values) -> Iterator[Values]:
    """DROP: answers of the type 'span' that are found in the passage; without one, the row is left out.

    Numbers and dates are results of counting and comparing: that one stands in the passage is chance. The spans of an
    answer of several spans count as several answers, since validation has the answers of all annotators in one list.
    """
    answers, passage = values["answers_spans"], values["passage"]
    texts = [text for text, kind in zip(answers["spans"], answers["types"], strict=True) if kind == "span"]
    return _rows(values["query_id"], passage, values["question"], _found(texts, passage))


@shape("duorc")
def duorc(values: Values) -> Iterator[Values]:
    """DuoRC: answers that are found in the plot; ``no_answer`` is unanswerable; what was written freely is left out."""
    plot, texts = values["plot"], [] if values["no_answer"] else values["answers"]
    return _rows(values["question_id"], plot, values["question"], _found(texts, plot), values["no_answer"])


@shape("wikihop")
def wikihop(values: Values) -> Iterator[Values]:
    """WikiHop: ``supports`` as the lines of one context, the relation's underscores as blanks; answer found in it.

    The answers are in small letters, the supports are not. The candidates are not used.
    """
    context = "\n".join(values["supports"])
    relation, blank, subject = values["query"].partition(" ")
    question = relation.replace("_", " ") + blank + subject
    return _rows(values.get("id"), context, question, _found([values["answer"]], context))


@shape("multiqa")
def multiqa(values: Values) -> Iterator[Values]:
    """MultiQA's files in SQuAD 2.0's layout: answers moved to where they stand, questions without any left out.

    MultiQA finds answers without regard to case, articles and punctuation, and writes the answer as asked for, not as
    it stands there. A question for which it found none has no answers, and is not marked ``is_impossible``: only those
    marked are unanswerable.
    """
    context = values["context"]
    spans = [find_answer(answer["text"], context, answer["answer_start"]) for answer in values["answers"]]
    found = [span for span in spans if span is not None]
    return _rows(values["id"], context, values["question"], found, values.get("is_impossible", False))


def find_answer(answer: str, context: str, near: int = 0) -> Span | None:
    """Where the context has ``answer`` as whole words: written the same, else in other case; ``None``: nowhere.

    White space between the words may be any. Of several places, the nearest to ``near``, by default the first.
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
    return [span for text in texts if (span := find_answer(text, context)) is not None]


def _rows(
    identity: Any, context: str, question: str, spans: Iterable[Span], unanswerable: bool = False
) -> Iterator[Values]:
    """The row with the texts of these spans as its answers; none, where there is neither a span nor a reason for it."""
    starts: dict[str, int] = {}
    for start, end in spans:
        starts.setdefault(context[start:end], start)
    if starts or unanswerable:
        answers = {"text": list(starts), "answer_start": list(starts.values())}
        yield {"id": identity, "context": context, "question": question, "answers": answers}
