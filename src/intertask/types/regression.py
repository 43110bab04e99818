"""Prediction of a number for a text or a text pair.

The functions are described at :class:`intertask.types.TaskType`.
"""

import math
import warnings
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import IntertaskError
from . import Batch, Encoding, Info, Logits, LossAndLogits, Row, Tokenization, classification
from .units import Units, units_of_texts

LABEL = "regression"
ROW_COLUMNS = {"text_a": str, "text_b": str, "label": float}
OPTIONAL_INPUTS = classification.OPTIONAL_INPUTS
PRE_SPLIT = False
USES_STRIDE = False
STANDARDIZES_LABELS = True
COMPARES_CHOICES = False
POSITIVE_CLASS_METRICS = ()
LOSS_UNIT = "squared deviations"
HEAD_LAYERS = classification.HEAD_LAYERS
HEAD_TYPE = classification.HEAD_TYPE
PROBABILITY_HEADS = ()
EXTRA_KEYS = classification.EXTRA_KEYS

#: Number of strata by rank.
QUANTILES = 10

input_texts = classification.input_texts
passage = classification.passage
completed_info = classification.completed_info
text_pairs = classification.text_pairs
collator = classification.collator  # float labels give a float tensor


def default_metric(labels: Sequence[str] | None) -> str:
    """Return ``spearman``."""
    return "spearman"


def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
    """Check that the labels are not all equal."""
    if all(row["label"] == rows[0]["label"] for row in rows):
        raise IntertaskError(
            f"All {len(rows)} labels of {split} are {rows[0]['label']}: a correlation with them is undefined.",
            location,
            "check 'columns: label:', or give more rows",
        )


def outline(row: Row) -> Row:
    """Return the label."""
    return {"label": row["label"]}


def strata(rows: Sequence[Row]) -> list[Hashable] | None:
    """Return tenths of the labels' range by rank.

    Equal labels get one stratum, so that the strata do not depend on the order of the rows.
    """
    labels = np.fromiter((row["label"] for row in rows), np.float64, len(rows))
    first = np.searchsorted(np.sort(labels), labels)
    return (first * QUANTILES // len(rows)).tolist()


def classes(row: Row) -> Iterable[int]:
    """Return no classes."""
    return ()


def add_head(model: Any, name: str, info: Info, layers: int = HEAD_LAYERS) -> None:
    """Add a classification head with a single output."""
    model.add_classification_head(name, num_labels=1, layers=layers, overwrite_ok=True)


def head_outputs(info: Info) -> int:
    """Return one output."""
    return 1


def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
    """Make one encoding per row, as classification does; labels are in the unit of the rows."""
    encodings = classification.encode(rows, tokenization, info, labeled=False)
    if labeled:
        for encoding, row in zip(encodings, rows, strict=True):
            encoding["labels"] = float(row["label"])
    return encodings


def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> Units:
    """Return one unit per row, as for classification, with its label standardized over the rows."""
    encodings = encode(rows, tokenization, info)
    labels = np.array([encoding["labels"] for encoding in encodings], np.float64)
    spread = labels.std() if np.ptp(labels) > 0 else 1.0  # the standard deviation of equal floats may come out above 0
    return units_of_texts(encodings, range(len(rows)), (labels - labels.mean()) / spread)


def loss(model: Any, batch: Batch) -> LossAndLogits:
    """Return the mean squared error, and logits [B]."""
    from torch.nn.functional import mse_loss

    from .batches import forward

    values = forward(model, batch).logits.float().squeeze(-1)
    return mse_loss(values, batch["labels"].float()) if "labels" in batch else None, (values,)


def predict(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[float]:
    """Return one number per row, in the unit that the model was trained on."""
    predictions = [math.nan] * len(rows)
    for encoding, value in zip(encodings, logits[0], strict=True):
        predictions[encoding["row"]] = float(value)
    return predictions


def score(predictions: Sequence[float], rows: Sequence[Row], info: Info) -> dict[str, float]:
    """Compute Spearman's and Pearson's correlation and their mean, each times 100.

    Predictions that are constant or not finite have no correlation. The run has failed then: the scores are 0, and
    ``degenerate`` is 1.
    """
    from scipy.stats import pearsonr, spearmanr

    gold, predicted = (np.asarray(v, np.float64) for v in ([row["label"] for row in rows], predictions))
    values = [math.nan, math.nan]
    if len(gold) > 1 and np.isfinite(predicted).all() and np.ptp(predicted) > 0 and np.ptp(gold) > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SciPy warns of nearly constant input
            values = [spearmanr(gold, predicted).statistic, pearsonr(gold, predicted).statistic]
    spearman, pearson = (100 * float(value) if np.isfinite(value) else 0.0 for value in values)
    scores = {"spearman": spearman, "pearson": pearson, "pearson_spearman": (spearman + pearson) / 2}
    return scores if np.isfinite(values).all() else scores | {"degenerate": 1.0}


def class_pairs(prediction: float, row: Row) -> list[tuple[int, int]]:
    """Return no pairs."""
    return []


def for_user(prediction: float, labels: Sequence[str] | None, label_scale: Mapping[str, float] | None) -> float:
    """Return the number in the unit of the task's labels."""
    return prediction * label_scale["deviation"] + label_scale["mean"]
