"""One of two or more choices, given a context or question."""

from functools import partial

import numpy as np

from .encoding import cut, encode_pairs, offsets, room
from .units import whole_texts

HEAD_LAYERS = 2
EXTRA_KEYS = ("row",)


def texts(rows):
    """One pair per choice: (context and question, choice)."""
    return [[(_join(row["context"], row["question"]), choice) for choice in row["choices"]] for row in rows]


def _join(context, question):
    return " ".join(text for text in (context, question) if text)


def add_head(model, name, info, layers=HEAD_LAYERS):
    """Linear layers with tanh between them, on the first position, to one number per choice."""
    model.add_multiple_choice_head(name, num_choices=info["max_choices"], layers=layers, overwrite_ok=True)


def encode(rows, tokenizer, max_length, stride, info, labelled=True):
    """One feature per row: inputs [K, L_k] with K = ``max_choices``, and ``choice_mask`` [K], 1 for real choices.

    Choices are kept whole and the end of the context is cut, by the same amount for all choices of a row; the
    question is cut only where nothing is left of the context, a choice only where it is longer than half of the room.
    """
    pairs = []
    for row, first in zip(rows, _first_texts(rows, tokenizer, max_length), strict=True):
        absent = info["max_choices"] - len(row["choices"])
        pairs += [(first, choice) for choice in row["choices"]] + [("", "")] * absent
    encoded = iter(encode_pairs(pairs, tokenizer, max_length))
    features = []
    for i, row in enumerate(rows):
        choices = [next(encoded) for _ in range(info["max_choices"])]
        feature = {key: [choice[key] for choice in choices] for key in choices[0]}
        feature |= {"choice_mask": [int(k < len(row["choices"])) for k in range(len(choices))], "row": i}
        if labelled:
            feature["labels"] = int(row["label"])
        features.append(feature)
    return features


def _first_texts(rows, tokenizer, max_length):
    """Context and question of each row, cut so that the row's longest choice fits beside them."""
    available = room(tokenizer, max_length, pair=True)
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


def units(rows, tokenizer, max_length, stride, info, settings):
    """One row per example and choice: the mean of context, question and choice; 1 for the correct one, else 0.

    Groups are the examples.
    """
    inputs, groups, labels = [], [], []
    for feature in encode(rows, tokenizer, max_length, stride, info):
        for k in range(sum(feature["choice_mask"])):
            inputs.append(_choice(feature, k))
            groups.append(feature["row"])
            labels.append(int(k == feature["labels"]))
    return whole_texts(inputs, groups, np.array(labels, np.int64))


def collator(tokenizer):
    """Inputs [B, K, L], choice_mask bool [B, K], labels int64 [B]."""
    return partial(_collate, tokenizer=tokenizer)


def _collate(features, tokenizer):
    import torch

    from .batches import pad_inputs

    count = len(features[0]["choice_mask"])
    choices = [_choice(feature, k) for feature in features for k in range(count)]
    batch = {key: values.unflatten(0, (-1, count)) for key, values in pad_inputs(choices, tokenizer).items()}
    batch["choice_mask"] = torch.tensor([feature["choice_mask"] for feature in features], dtype=torch.bool)
    if "labels" in features[0]:
        batch["labels"] = torch.tensor([feature["labels"] for feature in features])
    return batch


def _choice(feature, k):
    """Inputs of a row's choice ``k``."""
    from .batches import INPUTS

    return {key: feature[key][k] for key in INPUTS if key in feature}


def loss(model, batch):
    """Cross entropy over the real choices; logits [B, K], those of absent choices -1e9."""
    from torch.nn.functional import cross_entropy

    from .batches import IMPOSSIBLE, INPUTS, forward

    mask = batch["choice_mask"]
    flat = {key: batch[key].flatten(0, 1) for key in INPUTS if key in batch}
    logits = forward(model, flat).logits.float().reshape(mask.shape).masked_fill(~mask, IMPOSSIBLE)
    return cross_entropy(logits, batch["labels"]) if "labels" in batch else None, (logits,)


def predict(logits, features, rows, info):
    """Index of the best choice per row."""
    predictions = [0] * len(rows)
    for feature, values in zip(features, logits[0], strict=True):
        predictions[feature["row"]] = int(np.argmax(values[: sum(feature["choice_mask"])]))
    return predictions


def score(predictions, rows, info):
    """Accuracy."""
    hits = [row["label"] == predicted for row, predicted in zip(rows, predictions, strict=True)]
    return {"accuracy": 100 * float(np.mean(hits))}
