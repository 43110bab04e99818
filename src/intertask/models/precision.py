"""With which numbers a model computes, on which device, and how batches get there and results back.

Weights, optimiser states, losses and whatever is written stay float32; 'bf16' means autocast of the forward pass, so
that adapters and heads that are added to a model need no cast of their own.
"""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import torch

#: What matrices are multiplied in: float32, float32 with inputs rounded to 10 bits (a GPU's TF32), or bfloat16.
Precision = Literal["float32", "tf32", "bf16"]


def device() -> torch.device:
    """The GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def for_training(recipe: Mapping[str, Any]) -> Precision:
    """Of fine-tuning, and of the scores of what was fine-tuned.

    Args:
        recipe: ``precision``: 'float32' or 'bf16'. Without it bf16 on a GPU that has it, float32 on a CPU.
    """
    if "precision" not in recipe and torch.cuda.is_available() and torch.cuda.is_bf16_supported(False):
        return _use("bf16")
    return for_features(recipe)


def for_features(recipe: Mapping[str, Any]) -> Precision:
    """Of features and gradients, whose small differences methods look at.

    Args:
        recipe: ``precision``: 'float32' or 'bf16'. Without it TF32 on a GPU that has it, float32 on a CPU.
    """
    given = recipe.get("precision")
    if given is None:
        return _use("tf32" if torch.cuda.is_available() and torch.cuda.get_device_capability() >= (8, 0) else "float32")
    return _use(given)


def _use(precision: Precision) -> Precision:
    """Set what float32 matrices are multiplied in; on a CPU it stays as it is."""
    if torch.cuda.is_available():
        torch.set_float32_matmul_precision("highest" if precision == "float32" else "high")
    return precision


def autocast(precision: Precision, where: torch.device) -> torch.autocast:
    """For one forward pass and its loss: autocast keeps casts of weights, which the next step of training changes."""
    return torch.autocast(where.type, torch.bfloat16, enabled=precision == "bf16")


@contextlib.contextmanager
def exact() -> Iterator[None]:
    """Float32 without TF32 within the block."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def to_device(batch: Mapping[str, torch.Tensor], where: torch.device) -> dict[str, torch.Tensor]:
    """A batch on the device; nobody waits for the copy to a GPU."""
    if where.type != "cuda":
        return {key: value.to(where) for key, value in batch.items()}
    return {key: value.pin_memory().to(where, non_blocking=True) for key, value in batch.items()}


def to_host(values: torch.Tensor) -> torch.Tensor:
    """Values in main memory, float32. From a GPU they are there after :func:`finish`, so that batches do not wait."""
    return values.float().to("cpu", non_blocking=True)


def finish(where: torch.device) -> None:
    """Wait for what the device still has to do."""
    if where.type == "cuda":
        torch.cuda.synchronize(where)


def about(precision: Precision) -> dict[str, str]:
    """For results: name of the device and precision. Neither is part of a recipe unless the user chose it."""
    return {"device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu", "precision": precision}
