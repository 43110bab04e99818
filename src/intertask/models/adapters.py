"""Source adapters (or, with ``adapter: full``, whole encoders): added to a model, saved, and loaded for a target."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from ..errors import IntertaskError
from ..types import Info, TaskType

if TYPE_CHECKING:
    import torch

FULL = "full"
#: Plain bottleneck adapters: configuration strings of these names, without invertible or shared layers.
_PLAIN = re.compile(r"(seq_bn|double_seq_bn|par_bn)(\[(?!.*(inv_adapter|phm))[^\]]*\])?")


def weight_files(adapter: str) -> tuple[str, ...]:
    """List the files of a source's weights; ``metrics.json`` is written after them.

    Args:
        adapter: The adapters' configuration string, or 'full'.

    Returns:
        Names of files in the source's folder.
    """
    if adapter == FULL:
        weights = ("config.json", "model.safetensors")
    else:
        weights = ("adapter_config.json", "adapter.safetensors")
    return (*weights, "head_config.json", "model_head.safetensors")


def can_train_together(adapter: str) -> bool:
    """Check whether one job can train several adapters at once (:mod:`intertask.models.training.together`).

    Args:
        adapter: The adapters' configuration string, or 'full'.

    Returns:
        Whether they are plain bottleneck adapters.
    """
    return _PLAIN.fullmatch(adapter) is not None


def add_fresh_adapter(model: Any, name: str, adapter: str) -> None:
    """Add a new adapter, make it active, and freeze all weights but the adapter's and the heads'.

    With ``adapter: full`` nothing is added and no weight is frozen.

    Args:
        model: The base model. It is changed in place.
        name: Name of the adapter: the task's.
        adapter: The adapters' configuration string, or 'full'.

    Raises:
        IntertaskError: ``adapters`` does not know the configuration string, or the model has a part with that name.
    """
    if adapter == FULL:
        return
    check_adapter_string(adapter)
    if any(f".{name}." in f".{key}" for key, _ in model.named_parameters()):
        raise IntertaskError(
            f"The base model has a part named {name!r}, so an adapter cannot have that name.",
            f"task {name}",
            "give the task another name, in its YAML and in the configuration",
        )
    model.add_adapter(name, config=adapter)
    model.train_adapter(name)


def add_head(model: Any, task_type: TaskType, name: str, info: Info, **options: Any) -> None:
    """Add the head of a task type to a model.

    Args:
        model: The model.
        task_type: The type of the task.
        name: Name of the head.
        info: ``info.json`` of the task.
        options: ``layers``, the number of layers.

    Raises:
        IntertaskError: The adapters library has no such head for models of this type.
    """
    try:
        task_type.add_head(model, name, info, **options)
    except ValueError as error:
        if "does not support head type" not in str(error):
            raise
        model_type = model.config.model_type
        raise IntertaskError(
            f"The adapters library has no head for {task_type.LABEL} for models of the type {model_type!r}.",
            "config: models",
            f"choose another model, for example BERT or RoBERTa, or leave out the {task_type.LABEL} tasks",
        ) from None


def check_adapter_string(adapter: str) -> None:
    """Check that the adapters library knows a configuration string.

    Args:
        adapter: The adapters' configuration string, or 'full'.

    Raises:
        IntertaskError: The library does not know it.
    """
    from adapters import AdapterConfig

    if adapter == FULL:
        return
    try:
        AdapterConfig.load(adapter)
    except Exception as error:  # the library raises ValueError, KeyError, OSError and requests' own
        raise IntertaskError(
            f"{adapter!r} is not an adapter configuration: {str(error).splitlines()[0]}",
            "config: adapter",
            "use 'seq_bn' (the paper's), another name of the adapters library such as 'lora' or 'par_bn', or 'full'",
        ) from None


def transferred_weights(model: Any, name: str, adapter: str) -> dict[str, "torch.Tensor"]:
    """Select the tensors that a transfer takes over: those of the adapter or of the whole encoder, never of a head.

    Args:
        model: The model.
        name: Name of the adapter.
        adapter: The adapters' configuration string, or 'full'.

    Returns:
        Name of the tensor -> tensor. ``*`` replaces the adapter's name, so that the adapter of a source and its copy
        under the target's name have the same keys.
    """
    heads = tuple(f"heads.{head}." for head in model.heads)
    state = {key: value for key, value in model.state_dict().items() if not key.startswith(heads)}
    if adapter == FULL:
        return state
    # '.adapters.<name>.' for bottlenecks, '.loras.<name>.' for LoRA, '.prefix_tunings.<name>.' and the like
    marked = {key: value for key, value in state.items() if f".{name}." in key}
    return {key.replace(f".{name}.", ".*."): value for key, value in marked.items()}


def weights_sha256(model: Any, name: str, adapter: str) -> str:
    """Compute the SHA-256 of the names, shapes and bytes of :func:`transferred_weights`.

    Args:
        model: The model.
        name: Name of the adapter.
        adapter: The adapters' configuration string, or 'full'.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for key, value in sorted(transferred_weights(model, name, adapter).items()):
        array = value.detach().cpu().contiguous().numpy()
        digest.update(f"{key} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def save_source(model: Any, name: str, adapter: str, folder: Path) -> None:
    """Write an adapter (or encoder) and its head as safetensors. Each file is written atomically.

    Args:
        model: The model. With 'full' it loses the head.
        name: Name of the adapter and the head.
        adapter: The adapters' configuration string, or 'full'.
        folder: The folder to write to.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".weights-") as temporary:
        if adapter == FULL:
            model.save_head(temporary, name, use_safetensors=True)
            model.delete_head(name)
            model.save_pretrained(temporary)
        else:
            model.save_adapter(temporary, name, with_head=True, use_safetensors=True)
        for file in weight_files(adapter):
            os.replace(Path(temporary) / file, folder / file)


def load_source(folder: Path, base_model: Callable[[], Any], target: str, adapter: str, expected_sha256: str) -> Any:
    """Load a source's adapter into the base model under the target's name, without the source's head.

    Args:
        folder: ``results/adapters/{model}/{source}``.
        base_model: Function without arguments that returns the base model. It is not called for ``adapter: full``.
        target: New name of the adapter, as in the paper's transfer script.
        adapter: The adapters' configuration string, or 'full'.
        expected_sha256: ``weights_sha256`` of the source's ``metrics.json``.

    Returns:
        The model with the adapter active and trainable.

    Raises:
        IntertaskError: The weights differ from those that the source training wrote.
    """
    if adapter == FULL:
        from .base import load_encoder

        model = load_encoder(folder)
    else:
        model = base_model()
        model.load_adapter(str(folder), load_as=target, with_head=False, use_safetensors=True, set_active=True)
        model.train_adapter(target)
    check_weights(model, target, adapter, expected_sha256, folder)
    return model


def check_weights(model: Any, name: str, adapter: str, expected_sha256: str, folder: Path) -> None:
    """Check that loaded weights are those that a source's ``metrics.json`` describes.

    Args:
        model: The model.
        name: Name of the adapter.
        adapter: The adapters' configuration string, or 'full'.
        expected_sha256: ``weights_sha256`` of ``metrics.json``.
        folder: The folder that the weights were loaded from, for the message.

    Raises:
        IntertaskError: They differ.
    """
    if weights_sha256(model, name, adapter) != expected_sha256:
        raise IntertaskError(
            "The source's weights differ from those that its metrics.json describes: they are stale or damaged.",
            folder,
            f"delete {folder} and run again",
        )
