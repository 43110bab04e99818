"""Numeric precision and device of a model's passes, and transfers of batches and results between devices.

Weights, optimizer states, losses and results are always float32. 'bf16' means autocast of the forward pass, so that
adapters and heads that are added to a model need no casts.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch

#: Precision of matrix products: float32, float32 with inputs rounded to 10 bits (TF32 of a GPU), or bfloat16.
Precision = Literal["float32", "tf32", "bf16"]


def device() -> torch.device:
    """Select the device of this process.

    Returns:
        The GPU if there is one, else the CPU.
    """
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def for_training(recipe: Mapping[str, Any]) -> Precision:
    """Set the precision for fine-tuning and for evaluating fine-tuned models.

    Changes PyTorch's global precision of float32 matrix products on a GPU.

    Args:
        recipe: ``precision``, 'float32' or 'bf16'. Without this key, bf16 on a GPU that supports it, else as
            :func:`for_features`.

    Returns:
        The precision, for :func:`autocast`.
    """
    if "precision" not in recipe and torch.cuda.is_available() and torch.cuda.is_bf16_supported(False):
        return _use("bf16")
    return for_features(recipe)


def for_features(recipe: Mapping[str, Any]) -> Precision:
    """Set the precision for features, embeddings and gradients, whose small differences matter to the methods.

    Changes PyTorch's global precision of float32 matrix products on a GPU.

    Args:
        recipe: ``precision``, 'float32' or 'bf16'. Without this key, TF32 on a GPU that supports it, else float32.

    Returns:
        The precision, for :func:`autocast`.
    """
    given = recipe.get("precision")
    if given is None:
        return _use("tf32" if torch.cuda.is_available() and torch.cuda.get_device_capability() >= (8, 0) else "float32")
    return _use(given)


def _use(precision: Precision) -> Precision:
    """Set the global precision of float32 matrix products on a GPU."""
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("highest" if precision == "float32" else "high")
    return precision


def autocast(precision: Precision, target: torch.device) -> torch.autocast:
    """Return the context of one forward pass and its loss.

    It must not enclose an optimizer step, because autocast keeps casts of weights, which the step changes.

    Args:
        precision: The precision.
        target: The device of the model.

    Returns:
        The context manager; without effect unless the precision is bf16.
    """
    return torch.autocast(target.type, torch.bfloat16, enabled=precision == "bf16")


@contextlib.contextmanager
def exact() -> Iterator[None]:
    """Compute in float32 without TF32 within the block."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def to_device(batch: Mapping[str, torch.Tensor], target: torch.device) -> dict[str, torch.Tensor]:
    """Copy a batch to a device, to a GPU without waiting for the copy.

    Args:
        batch: Input name -> tensor.
        target: The device.

    Returns:
        The batch on the device.
    """
    if target.type != "cuda":
        return {key: value.to(target) for key, value in batch.items()}
    return {key: value.pin_memory().to(target, non_blocking=True) for key, value in batch.items()}


def to_host(values: torch.Tensor) -> torch.Tensor:
    """Copy values to main memory, from a GPU without waiting: they are valid after :func:`finish`.

    Args:
        values: A tensor on any device.

    Returns:
        The values in float32.
    """
    return values.float().to("cpu", non_blocking=True)


def finish(target: torch.device) -> None:
    """Wait until a device has finished all work.

    Args:
        target: The device.
    """
    if target.type == "cuda":
        torch.cuda.synchronize(target)


def about(precision: Precision) -> dict[str, str]:
    """Describe device and precision for a result. Neither is part of a recipe unless the user configures it.

    Args:
        precision: The precision of the computation.

    Returns:
        ``device`` (name of the GPU, or 'cpu') and ``precision``.
    """
    return {"device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu", "precision": precision}
