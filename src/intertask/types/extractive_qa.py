"""Answers to questions, as spans of a context.

The functions are described at :class:`intertask.types.TaskType`.
"""

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from ..errors import IntertaskError
from ..seeded_order import shuffled
from . import Batch, Collator, Encoding, Info, Logits, LossAndLogits, Row, Tokenization, Tokenizer, squad_metrics
from .encoding import cut, offsets, room
from .units import Units, units_of_tokens

LABEL = "extractive QA"
ROW_COLUMNS = {"id": str, "context": str, "question": str, "answer_texts": list[str], "answer_starts": list[int]}
OPTIONAL_INPUTS: dict[str, Any] = {}
PRE_SPLIT = False
USES_STRIDE = True
STANDARDIZES_LABELS = False
COMPARES_CHOICES = False
POSITIVE_CLASS_METRICS = ()
LOSS_UNIT = "nats"
HEAD_LAYERS = 1
HEAD_TYPE = "question_answering"
PROBABILITY_HEADS = ("tagging",)
EXTRA_KEYS = ("row", "cls", "context_begin", "context_spans")

#: Maximum number of tokens of a predicted answer.
MAX_ANSWER_LENGTH = 30


def default_metric(labels: Sequence[str] | None) -> str:
    """Return ``f1``, SQuAD's F1."""
    return "f1"


def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Check that at least one training question has an answer."""
    if split == "train" and not any(row["answer_texts"] for row in rows):
        raise IntertaskError(
            "No question of the training data has an answer.",
            location,
            "check 'columns: answers:' and the data's version",
        )


def input_texts(row: Row) -> list[str]:
    """Return the context and the question."""
    return [row["context"], row["question"]]


def passage(row: Row) -> str | None:
    """Return the context."""
    return row["context"]


def outline(row: Row) -> Row:
    """Return one empty text if the question has an answer."""
    return {"answer_texts": ("",) if row["answer_texts"] else ()}


def strata(rows: Sequence[Row]) -> list[Hashable] | None:
    """Return whether each question has an answer."""
    return [bool(row["answer_texts"]) for row in rows]


def classes(row: Row) -> Iterable[int]:
    """Return no classes."""
    return ()


def completed_info(info: Info, train: Sequence[Row]) -> dict[str, Any]:
    """Return ``info`` with ``unanswerable``: whether a question may have no answer."""
    return dict(info) | {"unanswerable": any(not row["answer_texts"] for row in train)}


def text_pairs(rows: Sequence[Row]) -> list[list[tuple[str, str | None]]]:
    """Return one pair per row: (question, context)."""
    return [[(row["question"], row["context"])] for row in rows]


def add_head(model: Any, name: str, info: Info, layers: int = HEAD_LAYERS) -> None:
    """Add a linear layer with one logit for the start and one for the end of the answer at every position."""
    model.add_qa_head(name, layers=layers, overwrite_ok=True)


def head_outputs(info: Info) -> int:
    """Return two outputs: start and end."""
    return 2


def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
    """Encode windows over the context, each after the question; at least one per row.

    The gold span is the first answer that lies wholly inside the window, else the position of the CLS token. A question
    gets at most half of the room. If it leaves little room for the context, the stride is at most half of that room.

    ``predict`` reads ``cls`` (the position of the CLS token), ``context_begin`` (the position of the first token of the
    context) and ``context_spans``, int32 [n, 2], the characters that each of the context's n tokens in this window
    covers.

    Raises:
        IntertaskError: ``max_length`` leaves no room, or the tokenizer has no CLS token.
    """
    tokenizer = tokenization.tokenizer
    if tokenizer.cls_token_id is None:
        raise IntertaskError(
            "The tokenizer has no CLS token, which marks 'no answer'.", "config: models", "choose another model"
        )
    available = room(tokenization, pair=True)
    questions = [row["question"] for row in rows]
    spans = offsets(questions, tokenizer)
    questions = [cut(text, in_text, available // 2) for text, in_text in zip(questions, spans, strict=True)]
    by_stride: dict[int, list[int]] = {}
    for i, in_text in enumerate(offsets(questions, tokenizer)):
        # windows must move on: the tokenizer wants a stride shorter than the context's part
        by_stride.setdefault(min(tokenization.stride, (available - len(in_text)) // 2), []).append(i)
    encodings: list[Encoding] = []
    for rows_stride, chosen in by_stride.items():
        batch = tokenizer(
            [questions[i] for i in chosen],
            [rows[i]["context"] for i in chosen],
            truncation="only_second",
            max_length=tokenization.max_length,
            stride=rows_stride,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        all_offsets = batch.pop("offset_mapping")
        samples = batch.pop("overflow_to_sample_mapping")
        for n, sample in enumerate(samples):
            encoding = {key: values[n] for key, values in batch.items()}
            in_context = np.array([sequence == 1 for sequence in batch.sequence_ids(n)])
            encoding["row"] = chosen[sample]
            encoding["cls"] = encoding["input_ids"].index(tokenizer.cls_token_id)
            encoding["context_begin"] = int(in_context.argmax())
            encoding["context_spans"] = np.array(all_offsets[n], dtype=np.int32)[in_context]
            encodings.append(encoding)
    encodings.sort(key=lambda encoding: encoding["row"])  # stable: a row's windows stay in order
    if labeled:
        for encoding in encodings:
            span = _gold_span(encoding, rows[encoding["row"]])
            encoding["start_positions"], encoding["end_positions"] = span
    return encodings


def _gold_span(encoding: Encoding, row: Row) -> tuple[int, int]:
    """First and last position of the first answer that lies inside the window, else twice the CLS token's."""
    return next(_gold_spans(encoding, row), (encoding["cls"], encoding["cls"]))


def _gold_spans(encoding: Encoding, row: Row) -> Iterator[tuple[int, int]]:
    """First and last position of every answer that lies inside the window."""
    starts, ends = encoding["context_spans"].T.tolist()
    for answer, begin in zip(row["answer_texts"], row["answer_starts"], strict=True):
        end = begin + len(answer.rstrip())
        begin += len(answer) - len(answer.lstrip())
        first, last = bisect_right(ends, begin), bisect_left(starts, end) - 1
        if starts and starts[0] <= begin and end <= ends[-1] and first <= last:
            yield encoding["context_begin"] + first, encoding["context_begin"] + last


def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> Units:
    """Return units of single tokens in two views: starts of answers (class 1) against other tokens (0), and ends.

    Each window gives the starts and ends of the answers in it, or CLS if it has none, and ``negatives`` other tokens of
    its context (fewer if it has fewer), drawn at random, which both views share. If some window has CLS as its answer,
    CLS is also a negative of the windows that have another answer. Otherwise the token alone would tell the class.

    If there are more than ``max_rows`` units, every row gives one window, with an answer if it has one, before any row
    gives a second. Groups are the passages.
    """
    encodings = encode(rows, tokenization, info)
    answers = [sorted(set(_gold_spans(encoding, rows[encoding["row"]]))) for encoding in encodings]
    random_order = shuffled(len(encodings), settings["seed"])
    turns: Counter[int] = Counter()
    turn: dict[int, int] = {}
    for i in sorted(random_order, key=lambda i: not answers[i]):
        turn[i] = turns[encodings[i]["row"]]
        turns[encodings[i]["row"]] += 1
    generator = random.Random(settings["seed"])
    chosen: dict[int, dict[int, tuple[int | None, int | None]]] = {}
    count = 0
    for i in sorted(random_order, key=turn.get):
        labels = _window_labels(encodings[i], answers[i], settings["negatives"], generator, not all(answers))
        count += len(labels)
        if chosen and count > settings["max_rows"]:
            break
        chosen[i] = labels
    places = [(i, position) for i in sorted(chosen) for position in sorted(chosen[i])]
    passages = {" ".join(row["context"].split()): n for n, row in enumerate(rows)}
    groups = [passages[" ".join(rows[encodings[i]["row"]]["context"].split())] for i, _ in places]
    views: list[list[tuple[int, int]]] = [[], []]
    for n, (i, position) in enumerate(places):
        for view, label in zip(views, chosen[i][position], strict=True):
            if label is not None:
                view.append((n, label))
    return units_of_tokens(encodings, places, groups, views)


def _window_labels(
    encoding: Encoding,
    spans: Sequence[tuple[int, int]],
    negatives: int,
    generator: random.Random,
    cls_is_negative: bool,
) -> dict[int, tuple[int | None, int | None]]:
    """Position -> its class as start and as end of an answer; None if it is not in that view."""
    cls = encoding["cls"]
    starts, ends = (set(side) for side in zip(*(spans or [(cls, cls)]), strict=True))
    begin = encoding["context_begin"]
    others = sorted(set(range(begin, begin + len(encoding["context_spans"]))) - starts - ends)
    keys = {position: generator.random() for position in others}
    drawn = sorted(others, key=keys.get)[:negatives]
    if spans and cls_is_negative:
        drawn.append(cls)
    labels: dict[int, tuple[int | None, int | None]] = {
        position: (1 if position in starts else None, 1 if position in ends else None) for position in starts | ends
    }
    return labels | {position: (0, 0) for position in drawn}


def collator(tokenizer: Tokenizer) -> Collator:
    """Return a function that makes batches: inputs int64 [B, L], start_positions and end_positions int64 [B]."""
    from .batches import pad_with_labels

    return partial(pad_with_labels, tokenizer=tokenizer)


def loss(model: Any, batch: Batch) -> LossAndLogits:
    """Return the mean of the cross entropies of start and end over all positions but padding; logits [B, L] each."""
    from torch.nn.functional import cross_entropy

    from .batches import IMPOSSIBLE, forward

    output = forward(model, batch)
    length = batch["input_ids"].shape[1]
    # prompt tuning puts its own positions before those of the text
    start, end = (logits.float()[:, -length:] for logits in (output.start_logits, output.end_logits))
    if "start_positions" not in batch:
        return None, (start, end)
    padding = batch["attention_mask"] == 0
    losses = [
        cross_entropy(logits.masked_fill(padding, IMPOSSIBLE), batch[key])
        for logits, key in ((start, "start_positions"), (end, "end_positions"))
    ]
    return sum(losses) / 2, (start, end)


def predict(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[str]:
    """Return the answer text of each row, '' for no answer.

    The answer is the span with the highest sum of start and end logits over all windows, at most
    :data:`MAX_ANSWER_LENGTH` tokens long. It is '' if the sum at the CLS token, in the window where it is lowest, is
    higher than that. '' is possible only if ``info['unanswerable']`` is true; without the key, if any of ``rows`` has
    no answer.
    """
    return [answer for answer, _ in answers(logits, encodings, rows, info)]


def answers(
    logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info
) -> list[tuple[str, int | None]]:
    """Return each row's answer as :func:`predict` does, and its offset in the context (None for no answer)."""
    may_be_empty = info.get("unanswerable")
    if may_be_empty is None:
        may_be_empty = any(len(row["answer_texts"]) == 0 for row in rows)
    predictions: list[tuple[str, int | None]] = [("", None)] * len(rows)
    best = np.full(len(rows), -np.inf)
    null = np.full(len(rows), np.inf)
    for encoding, start, end in zip(encodings, *logits, strict=True):
        row, spans = encoding["row"], encoding["context_spans"]
        null[row] = min(null[row], start[encoding["cls"]] + end[encoding["cls"]])
        part = slice(encoding["context_begin"], encoding["context_begin"] + len(spans))
        value, first, last = _best_span(start[part], end[part], spans)
        if value > best[row]:
            best[row] = value
            # byte-level tokenizers count the space before a window's first word as part of it
            text = rows[row]["context"][spans[first, 0] : spans[last, 1]]
            answer = text.strip()
            predictions[row] = (answer, int(spans[first, 0]) + len(text) - len(text.lstrip()) if answer else None)
    if may_be_empty:
        predictions = [("", None) if null[i] > best[i] else answer for i, answer in enumerate(predictions)]
    return predictions


def _best_span(start: np.ndarray, end: np.ndarray, spans: np.ndarray) -> tuple[float, int, int]:
    """Highest start[i] + end[j] with i <= j < i + MAX_ANSWER_LENGTH, and its i and j."""
    covers = spans[:, 0] < spans[:, 1]  # some tokenizers mark a space by a token that covers no character
    start, end = np.where(covers, start, -np.inf), np.where(covers, end, -np.inf)
    best = (-np.inf, 0, 0)
    for length in range(min(MAX_ANSWER_LENGTH, len(spans))):
        sums = start[: len(start) - length] + end[length:]
        first = int(np.argmax(sums))
        best = max(best, (float(sums[first]), first, first + length), key=lambda span: span[0])
    return best


def score(predictions: Sequence[str], rows: Sequence[Row], info: Info) -> dict[str, float]:
    """Compute SQuAD's F1 and exact match: the best over a row's gold answers, averaged over rows."""
    return {
        name: 100
        * float(
            np.mean(
                [
                    squad_metrics.best_over_golds(metric, predicted, row["answer_texts"])
                    for predicted, row in zip(predictions, rows, strict=True)
                ]
            )
        )
        for name, metric in (("f1", squad_metrics.f1), ("exact_match", squad_metrics.exact_match))
    }


def class_pairs(prediction: str, row: Row) -> list[tuple[int, int]]:
    """Return no pairs."""
    return []


def for_user(prediction: str, labels: Sequence[str] | None, label_scale: Mapping[str, float] | None) -> str:
    """Return the answer; '' for none."""
    return prediction
