"""Source adapters (or, with ``adapter: full``, whole encoders): fresh, saved, and loaded under a target."""

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

from ..errors import IntertaskError

FULL = "full"


def weight_files(adapter: str) -> tuple[str, ...]:
    """Files of a source's weights; ``metrics.json`` is written after them."""
    if adapter == FULL:
        weights = ("config.json", "model.safetensors")
    else:
        weights = ("adapter_config.json", "adapter.safetensors")
    return (*weights, "head_config.json", "model_head.safetensors")


def add_fresh_adapter(model, name: str, adapter: str) -> None:
    """Add a new adapter called ``name``, make it active and the only thing to train (with the heads).

    ``adapter: full`` adds nothing: all weights are to be trained.

    Raises:
        IntertaskError: ``adapters`` does not know the configuration string, or the model has a part of that name.
    """
    if adapter == FULL:
        return
    check_adapter_string(adapter)
    if any(f".{name}." in f".{key}" for key, _ in model.named_parameters()):
        raise IntertaskError(
            f"The base model has a part that is called {name!r}, so an adapter cannot be.",
            f"task {name}",
            "give the task another name, in its YAML and in the configuration",
        )
    model.add_adapter(name, config=adapter)
    model.train_adapter(name)


def check_adapter_string(adapter: str) -> None:
    """Raise :class:`IntertaskError` for an adapter configuration string that ``adapters`` does not know."""
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


def transferred_weights(model, name: str, adapter: str) -> dict:
    """The tensors that a transfer takes over: the adapter's, or the whole encoder's; never a head's.

    Names are free of the adapter's own name, so that a source's and its copy under the target are comparable.
    """
    heads = tuple(f"heads.{head}." for head in model.heads)
    state = {key: value for key, value in model.state_dict().items() if not key.startswith(heads)}
    if adapter == FULL:
        return state
    # '.adapters.<name>.' for bottlenecks, '.loras.<name>.' for LoRA, '.prefix_tunings.<name>.' and the like
    marked = {key: value for key, value in state.items() if f".{name}." in key}
    return {key.replace(f".{name}.", ".*."): value for key, value in marked.items()}


def weights_sha256(model, name: str, adapter: str) -> str:
    """SHA-256 over the names, shapes and bytes of :func:`transferred_weights`."""
    digest = hashlib.sha256()
    for key, value in sorted(transferred_weights(model, name, adapter).items()):
        array = value.detach().cpu().contiguous().numpy()
        digest.update(f"{key} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def save_source(model, name: str, adapter: str, folder: Path) -> None:
    """Write adapter (or encoder) and head of ``name`` as safetensors; each file appears whole or not at all."""
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


def load_source(folder: Path, base_model, target: str, adapter: str, expected_sha256: str):
    """The model with the source's adapter under the name of ``target``, without the source's head.

    Args:
        folder: ``results/adapters/{model}/{source}``.
        base_model: Called without arguments, gives the base model (not called for ``adapter: full``).
        target: Name that the adapter gets, as in the paper's transfer script.
        adapter: The configuration string, or 'full'.
        expected_sha256: What the source's ``metrics.json`` says of its weights.

    Raises:
        IntertaskError: The weights are not those that the source training wrote.
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


def check_weights(model, name: str, adapter: str, expected_sha256: str, folder: Path) -> None:
    """Raise :class:`IntertaskError` where weights loaded from ``folder`` are not those of its ``metrics.json``."""
    if weights_sha256(model, name, adapter) != expected_sha256:
        raise IntertaskError(
            "The source's weights are not those that its metrics.json speaks of: stale or damaged.",
            folder,
            f"delete {folder} and run again",
        )
