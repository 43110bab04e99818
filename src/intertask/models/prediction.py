"""Logits of a model on encoded rows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from .precision import Precision, autocast, finish, to_device, to_host

#: Pads logits of windows of different lengths, as in the Trainer; decoders look at real positions only.
PADDING = -100.0


def encoding_length(encoding: dict[str, Any]) -> int:
    """Sub-words of one encoding (of all choices together for multiple choice)."""
    ids = encoding["input_ids"]
    return sum(map(len, ids)) if ids and isinstance(ids[0], list) else len(ids)


def strip(encodings: Sequence[dict[str, Any]], extra_keys: Sequence[str]) -> list[dict[str, Any]]:
    """Encodings without the keys that only decoding needs."""
    extra = set(extra_keys)
    return [{key: value for key, value in encoding.items() if key not in extra} for encoding in encodings]


def predict_logits(
    model,
    task_type,
    encodings: Sequence[dict[str, Any]],
    collate: Callable,
    batch_size: int,
    precision: Precision = "float32",
) -> tuple[np.ndarray, ...]:
    """Run the model on all encodings, longest first so that a batch has little padding.

    Args:
        model: With adapter and head active.
        task_type: A task type; its ``loss`` gives the logits.
        encodings: From the type's ``encode``.
        collate: The type's collator.
        batch_size: Encodings a batch.
        precision: Of the forward pass.

    Returns:
        Float32 arrays ``[n_encodings, ...]`` in the order of ``encodings``; shorter ones are padded with -100.
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
    """Join batches along the first axis, padded to the largest of them on the other axes."""
    shape = np.max([array.shape[1:] for array in arrays], axis=0) if arrays[0].ndim > 1 else ()
    joined = np.full((sum(map(len, arrays)), *map(int, shape)), PADDING, dtype=np.float32)
    row = 0
    for array in arrays:
        joined[(slice(row, row + len(array)), *(slice(0, n) for n in array.shape[1:]))] = array
        row += len(array)
    return joined
