"""Classification of a text or a text pair, also of texts that are scored by groups.

The functions are described at :class:`intertask.types.TaskType`.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from . import Batch, Collator, Encoding, Info, Logits, LossAndLogits, Row, Tokenization, Tokenizer, squad_metrics
from .encoding import encode_pairs
from .label_names import check_several_classes, named_outputs
from .metrics import class_scores, f_beta, positive_index
from .units import Units, units_of_texts

LABEL = "classification"
ROW_COLUMNS = {"text_a": str, "text_b": str, "label": int, "group": str, "candidate": str}
OPTIONAL_INPUTS = {"text_b": None}
PRE_SPLIT = False
USES_STRIDE = False
STANDARDIZES_LABELS = False
COMPARES_CHOICES = False
POSITIVE_CLASS_METRICS = ("f1", "group_f1")
LOSS_UNIT = "nats"
HEAD_LAYERS = 2
HEAD_TYPE = "classification"
PROBABILITY_HEADS = ("classification", "tagging")
EXTRA_KEYS = ("row",)


def default_metric(labels: Sequence[str] | None) -> str:
    """Return ``accuracy``."""
    return "accuracy"


def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Check that the training rows have at least two classes."""
    check_several_classes((row["label"] for row in rows), split, labels, location)


def input_texts(row: Row) -> list[str]:
    """Return text_a and text_b."""
    return [row["text_a"], row["text_b"] or ""]


def passage(row: Row) -> str | None:
    """Return None, because rows share no text."""
    return None


def outline(row: Row) -> Row:
    """Return the label."""
    return {"label": row["label"]}


def strata(rows: Sequence[Row]) -> list[Hashable] | None:
    """Return the labels."""
    return [row["label"] for row in rows]


def classes(row: Row) -> Iterable[int]:
    """Return the row's label."""
    return (row["label"],)


def completed_info(info: Info, train: Sequence[Row]) -> dict[str, Any]:
    """Return ``info`` as it is."""
    return dict(info)


def text_pairs(rows: Sequence[Row]) -> list[list[tuple[str, str | None]]]:
    """Return one pair per row: (text_a, text_b)."""
    return [[(row["text_a"], row["text_b"])] for row in rows]


def add_head(model: Any, name: str, info: Info, layers: int = HEAD_LAYERS) -> None:
    """Add linear layers with tanh between them, on the first position."""
    model.add_classification_head(name, layers=layers, **named_outputs(info))


def head_outputs(info: Info) -> int:
    """Return one output per label."""
    return len(info["labels"])


def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
    """Encode one encoding per row: both texts jointly; tokens that do not fit are cut from the longer text first."""
    encodings = encode_pairs([pair for (pair,) in text_pairs(rows)], tokenization)
    for i, (encoding, row) in enumerate(zip(encodings, rows, strict=True)):
        encoding["row"] = i
        if labeled:
            encoding["labels"] = int(row["label"])
    return encodings


def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> Units:
    """Return one unit per row: the mean over the tokens of its text or texts, labeled with its class."""
    encodings = encode(rows, tokenization, info)
    return units_of_texts(encodings, range(len(rows)), np.array([f["labels"] for f in encodings], np.int64))


def collator(tokenizer: Tokenizer) -> Collator:
    """Return a function that makes batches: inputs int64 [B, L] and labels int64 [B]."""
    from .batches import pad_with_labels

    return partial(pad_with_labels, tokenizer=tokenizer)


def loss(model: Any, batch: Batch) -> LossAndLogits:
    """Return the cross entropy, and logits [B, C]."""
    from torch.nn.functional import cross_entropy

    from .batches import forward

    logits = forward(model, batch).logits.float()
    return cross_entropy(logits, batch["labels"]) if "labels" in batch else None, (logits,)


class CandidatePrediction(NamedTuple):
    """Prediction for a row that is about one of several candidates.

    Attributes:
        label: Index of the predicted class.
        log_odds: Log odds of the positive class against all others, by which candidates are compared.
    """

    label: int
    log_odds: float


def predict(
    logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info
) -> list[int | CandidatePrediction]:
    """Return the class index of each row; for rows with a candidate a :class:`CandidatePrediction`."""
    positive = positive_index(info)
    compared = positive is not None and bool(rows) and "candidate" in rows[0]
    predictions: list[int | CandidatePrediction] = [0] * len(rows)
    for encoding, index, values in zip(encodings, np.argmax(logits[0], axis=-1), logits[0], strict=True):
        label = int(index)
        predictions[encoding["row"]] = CandidatePrediction(label, _log_odds(values, positive)) if compared else label
    return predictions


def _log_odds(logits: np.ndarray, positive: int) -> float:
    """Log odds of the positive class, from the logits [C] of one row."""
    others = np.delete(np.asarray(logits, np.float64), positive)
    return float(logits[positive] - np.logaddexp.reduce(others))


def score(predictions: Sequence[int | CandidatePrediction], rows: Sequence[Row], info: Info) -> dict[str, float]:
    """Compute accuracy, F1 (micro, macro, weighted), Matthews correlation, and ``f1`` of the positive class, if any.

    Rows with a group also give ``group_exact_match``. If they have candidates too, they also give ``group_f1``.
    """
    # A stored prediction is a list.
    predictions = [CandidatePrediction(*p) if isinstance(p, list) else p for p in predictions]
    gold = [row["label"] for row in rows]
    labels = [getattr(prediction, "label", prediction) for prediction in predictions]
    scores = class_scores(gold, labels)
    positive = positive_index(info)
    if positive is not None:
        scores["f1"] = f_beta(gold, labels, positive, beta=1)
    if rows and "group" in rows[0]:
        groups: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(rows):
            groups[row["group"]].append(i)
        scores["group_exact_match"] = _group_exact_match(groups.values(), gold, labels)
        if positive is not None and "candidate" in rows[0]:
            scores["group_f1"] = _group_f1(groups.values(), predictions, rows, positive)
    return scores


def class_pairs(prediction: int | CandidatePrediction | list, row: Row) -> list[tuple[int, int]]:
    """Return one pair: the row's label and the predicted one."""
    predicted = prediction[0] if isinstance(prediction, tuple | list) else prediction
    return [(row["label"], predicted)]


def for_user(
    prediction: int | CandidatePrediction, labels: Sequence[str] | None, label_scale: Mapping[str, float] | None
) -> str:
    """Return the label's name."""
    return labels[getattr(prediction, "label", prediction)]


def _group_exact_match(groups: Iterable[Sequence[int]], gold: Sequence[int], labels: Sequence[int]) -> float:
    """Percentage of the groups whose rows are all predicted right.

    Source: exact match of MultiRC, Khashabi et al. 2018, https://aclanthology.org/N18-1023.
    """
    return 100 * float(np.mean([all(gold[i] == labels[i] for i in group) for group in groups]))


def _group_f1(
    groups: Iterable[Sequence[int]], predictions: Sequence[CandidatePrediction], rows: Sequence[Row], positive: int
) -> float:
    """Return the mean over groups, in percent, of the word F1 of the most likely candidate and the closest right one.

    Of equally likely candidates the first counts. A group without a right candidate scores 0.
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
