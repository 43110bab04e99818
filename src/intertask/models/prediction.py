"""Compute the logits of a model on encoded rows."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..types import Collator, Encoding, TaskType
from .precision import Precision, autocast, finish, to_device, to_host

#: Fills the logits of shorter windows, as in the Trainer. Decoders read real positions only.
PADDING = -100.0


def encoding_length(encoding: Encoding) -> int:
    """Count the tokens of an encoding.

    Args:
        encoding: One encoded text, window or row.

    Returns:
        Number of tokens; for multiple choice the sum over all choices.
    """
    ids = encoding["input_ids"]
    return sum(map(len, ids)) if ids and isinstance(ids[0], list) else len(ids)


def strip(encodings: Sequence[Encoding], extra_keys: Sequence[str]) -> list[Encoding]:
    """Remove the keys of encodings that only decoding needs.

    Args:
        encodings: Encoded rows.
        extra_keys: The type's ``EXTRA_KEYS``.

    Returns:
        Encodings that hold nothing but inputs of the model and labels.
    """
    extra = set(extra_keys)
    return [{key: value for key, value in encoding.items() if key not in extra} for encoding in encodings]


def predict_logits(
    model: Any,
    task_type: TaskType,
    encodings: Sequence[Encoding],
    collate: Collator,
    batch_size: int,
    precision: Precision = "float32",
) -> tuple[np.ndarray, ...]:
    """Run a model on all encodings, the longest first, so that a batch has little padding.

    Args:
        model: Model with adapter and head active.
        task_type: The type of the task. Its ``loss`` gives the logits.
        encodings: N encodings from the type's ``encode``.
        collate: The type's collator.
        batch_size: Number of encodings per batch.
        precision: Precision of the forward passes.

    Returns:
        One float32 array [N, ...] per output of the head, in the order of ``encodings``. Shorter encodings are padded
        with -100.
    """
    device = next(model.parameters()).device
    order = sorted(range(len(encodings)), key=lambda i: -encoding_length(encodings[i]))
    plain = strip(encodings, task_type.EXTRA_KEYS)
    parts: list[tuple[torch.Tensor, ...]] = []
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            batch = to_device(collate([plain[i] for i in order[start : start + batch_size]]), device)
            with autocast(precision, device):
                _, logits = task_type.loss(model, batch)
            parts.append(tuple(map(to_host, logits)))
    finish(device)
    model.train(was_training)
    inverse = np.argsort(order)
    return tuple(_stack([part[k].numpy() for part in parts])[inverse] for k in range(len(parts[0])))


def _stack(arrays: list[np.ndarray]) -> np.ndarray:
    """Join batches along the first axis, padded to the largest batch on the other axes."""
    shape = np.max([array.shape[1:] for array in arrays], axis=0) if arrays[0].ndim > 1 else ()
    joined = np.full((sum(map(len, arrays)), *map(int, shape)), PADDING, dtype=np.float32)
    row = 0
    for array in arrays:
        joined[(slice(row, row + len(array)), *(slice(0, n) for n in array.shape[1:]))] = array
        row += len(array)
    return joined
