"""Classification of a text, or of a text pair; also of texts that are scored by groups."""

from collections import defaultdict
from functools import partial
from typing import NamedTuple

import numpy as np

from . import squad_metrics
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


class Judged(NamedTuple):
    """Prediction for a row that stands for a candidate among others."""

    label: int
    log_odds: float
    """Of the positive class against all others."""


def predict(logits, features, rows, info):
    """Class index per row; for rows with a candidate a :class:`Judged`, by which candidates can be compared."""
    positive = positive_index(info)
    compared = positive is not None and bool(rows) and "candidate" in rows[0]
    predictions = [0] * len(rows)
    for feature, index, values in zip(features, np.argmax(logits[0], axis=-1), logits[0], strict=True):
        predictions[feature["row"]] = Judged(int(index), _log_odds(values, positive)) if compared else int(index)
    return predictions


def _log_odds(logits, positive):
    others = np.delete(np.asarray(logits, np.float64), positive)
    return float(logits[positive] - np.logaddexp.reduce(others))


def score(predictions, rows, info):
    """Accuracy, F1 (micro, macro), Matthews correlation x 100; ``f1`` of the positive class where there is one.

    Rows with a group also have ``group_exact_match``, those with a candidate too ``group_f1``, each x 100.
    """
    gold = [row["label"] for row in rows]
    labels = [getattr(prediction, "label", prediction) for prediction in predictions]
    scores = class_scores(gold, labels)
    positive = positive_index(info)
    if positive is not None:
        scores["f1"] = f_beta(gold, labels, positive, beta=1)
    if rows and "group" in rows[0]:
        groups = defaultdict(list)
        for i, row in enumerate(rows):
            groups[row["group"]].append(i)
        scores["group_exact_match"] = _group_exact_match(groups.values(), gold, labels)
        if positive is not None and "candidate" in rows[0]:
            scores["group_f1"] = _group_f1(groups.values(), predictions, rows, positive)
    return scores


def _group_exact_match(groups, gold, labels):
    """Share of the groups whose rows are all predicted right, x 100.

    Source: exact match of MultiRC, Khashabi et al. 2018, https://aclanthology.org/N18-1023.
    """
    return 100 * float(np.mean([all(gold[i] == labels[i] for i in group) for group in groups]))


def _group_f1(groups, predictions, rows, positive):
    """Mean over groups, x 100, of the F1 in words of the likeliest candidate, against the best of the right ones.

    Of equally likely candidates the first counts. A group without a right candidate scores 0: none can be chosen there.
    Source: F1 of ReCoRD, Zhang et al. 2018, https://arxiv.org/abs/1810.12885.
    """
    values = []
    for group in groups:
        chosen = max(group, key=lambda i: predictions[i].log_odds)
        right = [rows[i]["candidate"] for i in group if rows[i]["label"] == positive]
        values.append(
            squad_metrics.best_over_golds(squad_metrics.f1, rows[chosen]["candidate"], right) if right else 0.0
        )
    return 100 * float(np.mean(values))
