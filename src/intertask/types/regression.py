"""A number for a text, or for a text pair."""

import math
import warnings

import numpy as np

from . import classification
from .units import whole_texts

HEAD_LAYERS = classification.HEAD_LAYERS
EXTRA_KEYS = classification.EXTRA_KEYS

texts = classification.texts
collator = classification.collator  # float labels give a float tensor


def add_head(model, name, info, layers=HEAD_LAYERS):
    """A classification head with a single output."""
    model.add_classification_head(name, num_labels=1, layers=layers, overwrite_ok=True)


def encode(rows, tokenizer, max_length, stride, info, labelled=True):
    """One feature per row, as for classification; labels in the task's own unit."""
    features = classification.encode(rows, tokenizer, max_length, stride, info, labelled=False)
    if labelled:
        for feature, row in zip(features, rows, strict=True):
            feature["labels"] = float(row["label"])
    return features


def units(rows, tokenizer, max_length, stride, info, settings):
    """One row per example, as for classification; its label less the mean of all, over their deviation."""
    features = encode(rows, tokenizer, max_length, stride, info)
    labels = np.array([feature["labels"] for feature in features], np.float64)
    spread = labels.std() if np.ptp(labels) > 0 else 1.0  # the deviation of equal floats may come out above 0
    return whole_texts(features, range(len(rows)), (labels - labels.mean()) / spread)


def loss(model, batch):
    """Mean squared error; logits [B]."""
    from torch.nn.functional import mse_loss

    from .batches import forward

    values = forward(model, batch).logits.float().squeeze(-1)
    return mse_loss(values, batch["labels"].float()) if "labels" in batch else None, (values,)


def predict(logits, features, rows, info):
    """A float per row."""
    predictions = [math.nan] * len(rows)
    for feature, value in zip(features, logits[0], strict=True):
        predictions[feature["row"]] = float(value)
    return predictions


def score(predictions, rows, info):
    """Spearman and Pearson correlation x 100, and their mean.

    Predictions that are constant or not finite have no correlation: a failed run, which scores 0, and
    ``degenerate`` = 1 says so.
    """
    from scipy.stats import pearsonr, spearmanr

    gold, predicted = (np.asarray(v, np.float64) for v in ([row["label"] for row in rows], predictions))
    values = [math.nan, math.nan]
    if len(gold) > 1 and np.isfinite(predicted).all() and np.ptp(predicted) > 0 and np.ptp(gold) > 0:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nearly constant input: the correlation is what it is
            values = [spearmanr(gold, predicted).statistic, pearsonr(gold, predicted).statistic]
    spearman, pearson = (100 * float(value) if np.isfinite(value) else 0.0 for value in values)
    scores = {"spearman": spearman, "pearson": pearson, "pearson_spearman": (spearman + pearson) / 2}
    return scores if np.isfinite(values).all() else scores | {"degenerate": 1.0}
