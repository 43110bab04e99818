"""The columns of a file of predictions besides the prediction itself, such as probabilities."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..types import Encoding, Info, Logits, Row
from ..types.extractive_qa import answers

Details = Callable[[Logits, Sequence[Encoding], Sequence[Row], Info], list[dict[str, Any]]]


def details_of(type_name: str) -> Details:
    """Return the function that gives the further columns of a type.

    Args:
        type_name: Name of the task type.

    Returns:
        Function with the arguments of the type's ``predict``. It returns, for each row, column -> value.
    """
    return _DETAILS[type_name]


def _softmax(values: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    powers = np.exp(np.asarray(values, np.float64) - values.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _rounded(value: float) -> float:
    return round(float(value), 5)


def _classification(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[dict]:
    """``probability_<label>`` for each label."""
    found: list[dict] = [{}] * len(rows)
    for encoding, values in zip(encodings, _softmax(logits[0]), strict=True):
        pairs = zip(info["labels"], values, strict=True)
        found[encoding["row"]] = {f"probability_{label}": _rounded(value) for label, value in pairs}
    return found


def _regression(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[dict]:
    """Nothing."""
    return [{} for _ in rows]


def _multiple_choice(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[dict]:
    """``choice``, the text of the best choice, and ``probability_<index>``, empty for choices that a row lacks."""
    found: list[dict] = [{}] * len(rows)
    for encoding, values in zip(encodings, logits[0], strict=True):
        row = rows[encoding["row"]]
        count = len(row["choices"])
        shares = [*map(_rounded, _softmax(values[:count])), *[None] * (info["max_choices"] - count)]
        found[encoding["row"]] = {"choice": row["choices"][int(np.argmax(values[:count]))]} | {
            f"probability_{k}": share for k, share in enumerate(shares)
        }
    return found


def _extractive_qa(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[dict]:
    """``start``, the offset of the answer in characters of the context; empty without an answer."""
    return [{"start": start} for _, start in answers(logits, encodings, rows, info)]


def _tagging(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[dict]:
    """``tokens``, and ``probabilities`` of the predicted tags; null for a word that the model has no token for."""
    found = [{"tokens": list(row["tokens"]), "probabilities": [None] * len(row["tokens"])} for row in rows]
    for encoding, values in zip(encodings, logits[0], strict=True):
        for position, word in encoding["words"]:
            found[encoding["row"]]["probabilities"][word] = _rounded(_softmax(values[position]).max())
    return found


_DETAILS: dict[str, Details] = {
    "classification": _classification,
    "regression": _regression,
    "multiple_choice": _multiple_choice,
    "extractive_qa": _extractive_qa,
    "tagging": _tagging,
}
