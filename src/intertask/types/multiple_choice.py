"""Selection of one of two or more choices, given a context or a question.

The functions are described at :class:`intertask.types.TaskType`.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from . import Batch, Collator, Encoding, Info, Logits, LossAndLogits, Row, Tokenization, Tokenizer, classification
from .encoding import cut, encode_pairs, offsets, room
from .units import Units, units_of_texts

LABEL = "multiple choice"
ROW_COLUMNS = {"context": str, "question": str, "choices": list[str], "label": int}
OPTIONAL_INPUTS = {"context": "", "question": ""}
PRE_SPLIT = False
USES_STRIDE = False
STANDARDIZES_LABELS = False
COMPARES_CHOICES = True
POSITIVE_CLASS_METRICS = ()
LOSS_UNIT = "nats"
HEAD_LAYERS = 2
HEAD_TYPE = "multiple_choice"
PROBABILITY_HEADS = ("classification", "tagging")
EXTRA_KEYS = ("row",)

default_metric = classification.default_metric


def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Accept any rows."""


def input_texts(row: Row) -> list[str]:
    """Return the context, the question and the choices."""
    return [row["context"], row["question"], *row["choices"]]


def passage(row: Row) -> str | None:
    """Return the context."""
    return row["context"]


def outline(row: Row) -> Row:
    """Return the index of the right choice."""
    return {"label": row["label"]}


def strata(rows: Sequence[Row]) -> list[Hashable] | None:
    """Return the indices of the right choices."""
    return [row["label"] for row in rows]


def classes(row: Row) -> Iterable[int]:
    """Return no classes: the first choice of one row has nothing in common with that of another."""
    return ()


def completed_info(info: Info, train: Sequence[Row]) -> dict[str, Any]:
    """Return ``info`` as it is."""
    return dict(info)


def text_pairs(rows: Sequence[Row]) -> list[list[tuple[str, str | None]]]:
    """Return one pair per choice: (context and question, choice)."""
    return [[(_join(row["context"], row["question"]), choice) for choice in row["choices"]] for row in rows]


def _join(context: str, question: str) -> str:
    """Context and question as one text."""
    return " ".join(text for text in (context, question) if text)


def add_head(model: Any, name: str, info: Info, layers: int = HEAD_LAYERS) -> None:
    """Add linear layers with tanh between them, on the first position, to one number per choice."""
    model.add_multiple_choice_head(name, num_choices=info["max_choices"], layers=layers, overwrite_ok=True)


def head_outputs(info: Info) -> int:
    """Return one output, which is computed for each choice."""
    return 1


def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
    """Encode one encoding per row: inputs [K, L_k], and ``choice_mask`` [K], 1 for real choices; K = ``max_choices``.

    Choices are kept whole, and the end of the context is cut by the same amount for all choices of a row. The question
    is cut only if nothing is left of the context. A choice is cut only if it is longer than half of the room.
    """
    pairs = []
    for row, first in zip(rows, _first_texts(rows, tokenization), strict=True):
        absent = info["max_choices"] - len(row["choices"])
        pairs += [(first, choice) for choice in row["choices"]] + [("", "")] * absent
    encoded = iter(encode_pairs(pairs, tokenization))
    encodings = []
    for i, row in enumerate(rows):
        choices = [next(encoded) for _ in range(info["max_choices"])]
        encoding = {key: [choice[key] for choice in choices] for key in choices[0]}
        encoding |= {"choice_mask": [int(k < len(row["choices"])) for k in range(len(choices))], "row": i}
        if labeled:
            encoding["labels"] = int(row["label"])
        encodings.append(encoding)
    return encodings


def _first_texts(rows: Sequence[Row], tokenization: Tokenization) -> list[str]:
    """Context and question of each row, cut so that the row's longest choice fits beside them."""
    tokenizer, available = tokenization.tokenizer, room(tokenization, pair=True)
    context_spans = offsets([row["context"] for row in rows], tokenizer)
    question_spans = offsets([row["question"] for row in rows], tokenizer)
    choice_lengths = iter([len(spans) for spans in offsets([c for row in rows for c in row["choices"]], tokenizer)])
    first_texts = []
    for row, in_context, in_question in zip(rows, context_spans, question_spans, strict=True):
        longest = max(next(choice_lengths) for _ in row["choices"])
        limit = max(available - longest, available // 2)
        question = cut(row["question"], in_question, limit)
        context = cut(row["context"], in_context, max(limit - len(in_question), 0))
        first_texts.append(_join(context, question))
    return first_texts


def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> Units:
    """Return one unit per row and choice: the mean over its tokens, labeled 1 if the choice is right, else 0.

    Groups are the rows.
    """
    inputs, groups, labels = [], [], []
    for encoding in encode(rows, tokenization, info):
        for k in range(sum(encoding["choice_mask"])):
            inputs.append(_choice(encoding, k))
            groups.append(encoding["row"])
            labels.append(int(k == encoding["labels"]))
    return units_of_texts(inputs, groups, np.array(labels, np.int64))


def collator(tokenizer: Tokenizer) -> Collator:
    """Return a function that makes batches: inputs int64 [B, K, L], choice_mask bool [B, K], labels int64 [B]."""
    return partial(_collate, tokenizer=tokenizer)


def _collate(encodings: Sequence[Encoding], tokenizer: Tokenizer) -> Batch:
    """Pad the choices of all encodings together."""
    import torch

    from .batches import pad_inputs

    count = len(encodings[0]["choice_mask"])
    choices = [_choice(encoding, k) for encoding in encodings for k in range(count)]
    batch = {key: values.unflatten(0, (-1, count)) for key, values in pad_inputs(choices, tokenizer).items()}
    batch["choice_mask"] = torch.tensor([encoding["choice_mask"] for encoding in encodings], dtype=torch.bool)
    if "labels" in encodings[0]:
        batch["labels"] = torch.tensor([encoding["labels"] for encoding in encodings])
    return batch


def _choice(encoding: Encoding, k: int) -> Encoding:
    """Inputs of a row's choice ``k``."""
    from .batches import INPUTS

    return {key: encoding[key][k] for key in INPUTS if key in encoding}


def loss(model: Any, batch: Batch) -> LossAndLogits:
    """Return the cross entropy over the real choices, and logits [B, K], which are -1e9 for absent choices."""
    from torch.nn.functional import cross_entropy

    from .batches import IMPOSSIBLE, INPUTS, forward

    mask = batch["choice_mask"]
    flat = {key: batch[key].flatten(0, 1) for key in INPUTS if key in batch}
    logits = forward(model, flat).logits.float().reshape(mask.shape).masked_fill(~mask, IMPOSSIBLE)
    return cross_entropy(logits, batch["labels"]) if "labels" in batch else None, (logits,)


def predict(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[int]:
    """Return the index of the best choice of each row."""
    predictions = [0] * len(rows)
    for encoding, values in zip(encodings, logits[0], strict=True):
        predictions[encoding["row"]] = int(np.argmax(values[: sum(encoding["choice_mask"])]))
    return predictions


def score(predictions: Sequence[int], rows: Sequence[Row], info: Info) -> dict[str, float]:
    """Return the accuracy, in percent."""
    hits = [row["label"] == predicted for row, predicted in zip(rows, predictions, strict=True)]
    return {"accuracy": 100 * float(np.mean(hits))}


def class_pairs(prediction: int, row: Row) -> list[tuple[int, int]]:
    """Return no pairs."""
    return []


def for_user(prediction: int, labels: Sequence[str] | None, label_scale: Mapping[str, float] | None) -> int:
    """Return the index of the choice."""
    return prediction
