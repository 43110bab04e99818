"""Classification of a text, or of a text pair."""

from functools import partial

import numpy as np

from .encoding import encode_pairs
from .metrics import class_scores, f_beta, positive_index
from .units import whole_texts

HEAD_LAYERS = 2
EXTRA_KEYS = ("row",)


def texts(rows):
    """One pair per row: (text_a, text_b)."""
    return [[(row["text_a"], row["text_b"])] for row in rows]


def add_head(model, name, info, layers=HEAD_LAYERS):
    """Linear layers with tanh between them, on the first position."""
    model.add_classification_head(
        name,
        num_labels=len(info["labels"]),
        layers=layers,
        overwrite_ok=True,
        id2label=dict(enumerate(info["labels"])),
    )


def encode(rows, tokenizer, max_length, stride, info, labelled=True):
    """One feature per row; both texts jointly, the longer one cut first."""
    features = encode_pairs([pair for (pair,) in texts(rows)], tokenizer, max_length)
    for i, (feature, row) in enumerate(zip(features, rows, strict=True)):
        feature["row"] = i
        if labelled:
            feature["labels"] = int(row["label"])
    return features


def units(rows, tokenizer, max_length, stride, info, settings):
    """One row per example: the mean of its text, or of both texts jointly; its class."""
    features = encode(rows, tokenizer, max_length, stride, info)
    return whole_texts(features, range(len(rows)), np.array([f["labels"] for f in features], np.int64))


def collator(tokenizer):
    """Inputs [B, L], labels int64 [B]."""
    from .batches import pad_with_labels

    return partial(pad_with_labels, tokenizer=tokenizer)


def loss(model, batch):
    """Cross entropy; logits [B, C]."""
    from torch.nn.functional import cross_entropy

    from .batches import forward

    logits = forward(model, batch).logits.float()
    return cross_entropy(logits, batch["labels"]) if "labels" in batch else None, (logits,)


def predict(logits, features, rows, info):
    """Class index per row."""
    predictions = [0] * len(rows)
    for feature, index in zip(features, np.argmax(logits[0], axis=-1), strict=True):
        predictions[feature["row"]] = int(index)
    return predictions


def score(predictions, rows, info):
    """Accuracy, F1 (micro, macro), Matthews correlation x 100; ``f1`` of the positive class where there is one."""
    gold = [row["label"] for row in rows]
    scores = class_scores(gold, predictions)
    positive = positive_index(info)
    if positive is not None:
        scores["f1"] = f_beta(gold, predictions, positive, beta=1)
    return scores
