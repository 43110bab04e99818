"""Try a model before anything is trained: load it, and predict a row alone and beside a longer one."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..config import Model
from ..errors import IntertaskError
from ..types import Row, Tokenization, classification, get_type
from .adapters import add_head
from .base import identity, load_configuration, load_model, load_tokenizer
from .prediction import predict_logits

_ROWS = [
    {"text_a": "A short text.", "text_b": None, "label": 0},
    {"text_a": "A longer text, which makes a batch that is wider than the short one. " * 3, "text_b": None, "label": 1},
]
_INFO = {"labels": ["0", "1"], "max_choices": 2}
_HEAD = "trial"
#: Largest difference of two logits that are the same except for rounding, relative to the largest logit.
_TOLERANCE = 1e-3


def try_model(model: Model, types: Iterable[str] = ()) -> dict[str, Any]:
    """Load a model and check that its predictions do not depend on the other rows of a batch.

    Args:
        model: A base model or sentence encoder.
        types: Names of the task types that a base model is trained for.

    Returns:
        Its description, as from :func:`intertask.models.base.identity`.

    Raises:
        IntertaskError: The model cannot be loaded, has no padding token, predicts something else for a row beside a
            longer one, or has no head for a task type.
    """
    about, tokenizer = identity(model), load_tokenizer(model)
    try:
        network = load_model(model)
    except IntertaskError:
        # A sentence encoder may be the first half of an encoder-decoder. A base model without its decoder is refused
        # when it is loaded for training.
        if load_configuration(model).is_encoder_decoder:
            return about
        raise
    if tokenizer.pad_token is None or network.config.pad_token_id is None:
        missing = "tokenizer" if tokenizer.pad_token is None else "config.json"
        raise IntertaskError(
            f"The model {model.path!r} has no padding token in its {missing}, so the prediction for a row would depend "
            "on the other rows of its batch.",
            "config: models",
            "set 'pad_token' in tokenizer_config.json and 'pad_token_id' in config.json of a local copy, for example "
            "to the end-of-text token; or choose an encoder such as BERT or RoBERTa",
        )
    classification.add_head(network, _HEAD, _INFO)
    tokenization = Tokenization(tokenizer, min(32, about["positions"]), 8)
    alone, beside = _logits(network, tokenization, _ROWS[:1]), _logits(network, tokenization, _ROWS)[:1]
    if not np.isfinite(beside).all() or np.abs(alone - beside).max() > _TOLERANCE * max(np.abs(alone).max(), 1):
        raise IntertaskError(
            f"The predictions of the model {model.path!r} for a row depend on the other rows of its batch.",
            "config: models",
            "check the padding token in its tokenizer_config.json and config.json, or choose an encoder such as BERT",
        )
    for name in types:
        add_head(network, get_type(name), f"{_HEAD}_{name}", _INFO)
    return about


def _logits(network: Any, tokenization: Tokenization, rows: list[Row]) -> np.ndarray:
    """Logits of a new head in one batch, [rows, 2]."""
    encodings = classification.encode(rows, tokenization, _INFO)
    collate = classification.collator(tokenization.tokenizer)
    return predict_logits(network, classification, encodings, collate, len(rows), "float32")[0]
