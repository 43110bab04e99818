"""Check the files of a model folder before a library loads them: sizes in config.json, the tokenizer, and the weights.

The header of a safetensors file states the name, type, shape and place of every tensor. It shows whether the file is
complete and whether all layers are there, without reading the weights. Only the standard library is imported here, so
that ``snakemake check`` can use this module.
"""

import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..errors import IntertaskError
from .folder import model_files, read_model_object

#: Bytes per value of the types that safetensors files have.
_BYTES = {"BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2}
_BYTES |= {"I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8}
#: Size of the largest header, in bytes, as in the safetensors library.
_MAX_HEADER = 100_000_000
_LFS = b"version https://git-lfs"
_TOKENIZER = re.compile(r"tokenizer\.json|vocab\.(txt|json)|.+\.model|bpe\.codes")
#: Keys of config.json that are numbers of at least 1, by the names of the common architectures.
_SIZES = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
_SIZES += ("max_position_embeddings", "embedding_size", "d_model", "n_layers", "n_heads", "dim", "n_layer", "n_head")
_MAX_SIZE = 10_000_000
#: Names of a layer's tensors: "encoder.layer.3.attention…", "h.3.attn…".
_LAYER = re.compile(r"(?:^|\.)(?:layer|layers|h|block|blocks)\.(\d+)\.")
_AGAIN = "download or copy the model again"


def check_complete(folder: Path, model: str) -> None:
    """Check that a model folder has everything that a run needs.

    Args:
        folder: The folder.
        model: The model, for the message.

    Raises:
        IntertaskError: The tokenizer is missing, or as :func:`check_weights`.
    """
    names = [path.name for path in model_files(folder, model)]
    if not any(_TOKENIZER.fullmatch(name) for name in names):
        what = f"The folder of the model {model} contains no tokenizer: tokenizer.json is missing."
        raise IntertaskError(what, folder, "add it with tokenizer.save_pretrained(), or copy the whole model")
    check_weights(folder, model)


def check_weights(folder: Path, model: str) -> None:
    """Check ``config.json`` and the weights of a model folder.

    Args:
        folder: The folder.
        model: The model, for the message.

    Raises:
        IntertaskError: A size in ``config.json`` is impossible, the weights are missing, or a file of weights is
            damaged, incomplete or lacks layers.
    """
    config = read_model_object(folder / "config.json", model)
    _check_sizes(config, folder / "config.json", model)
    tensors: dict[str, list[int]] = {}
    for path in _weights(folder, model):
        tensors |= read_shapes(path, model)
    _check_layers(tensors, config, folder, model)


def read_shapes(path: Path, model: str) -> dict[str, list[int]]:
    """Read the shapes of the tensors of a safetensors file from its header.

    Args:
        path: The file.
        model: The model, for the message.

    Returns:
        Name of the tensor -> its shape.

    Raises:
        IntertaskError: The file is a Git LFS pointer, is damaged, or is shorter or longer than its header states.
    """
    size = path.stat().st_size
    with open(path, "rb") as file:
        start = file.read(len(_LFS))
        if start == _LFS:
            what = f"{path.name} of the model {model} is a Git LFS pointer, not the weights."
            raise IntertaskError(what, path, "run 'git lfs pull' in the folder of the model, or download the file")
        length = int.from_bytes(start[:8], "little")
        if size < 8 or not 2 <= length <= min(size - 8, _MAX_HEADER):
            raise _damaged(path, model, "it is empty or cut off" if size < 1000 else "its header is cut off")
        file.seek(8)
        try:
            header = json.loads(file.read(length))
            header.pop("__metadata__", None)
            shapes = {name: [int(number) for number in tensor["shape"]] for name, tensor in header.items()}
            ends = [_end(tensor) for tensor in header.values()]
        except (ValueError, OverflowError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
            raise _damaged(path, model, "its header is not that of a safetensors file") from None
    expected = 8 + length + max(ends, default=0)
    if size != expected:
        raise _damaged(path, model, f"it has {size:,} bytes instead of {expected:,}")
    return shapes


def _end(tensor: dict[str, Any]) -> int:
    """Where a tensor's bytes end."""
    begin, end = tensor["data_offsets"]
    if min(tensor["shape"], default=0) < 0 or end - begin != math.prod(tensor["shape"]) * _BYTES[tensor["dtype"]]:
        raise ValueError("the shape and the offsets differ")
    return end


def _damaged(path: Path, model: str, reason: str) -> IntertaskError:
    return IntertaskError(f"The weights in {path.name} of the model {model} are damaged: {reason}.", path, _AGAIN)


def _weights(folder: Path, model: str) -> Iterable[Path]:
    """List the safetensors files that a library would load; none if the weights are in another format."""
    single, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if single.is_file():
        return [single]
    if index.is_file():
        shards = read_model_object(index, model).get("weight_map")
        names = sorted({str(name) for name in shards.values()}) if isinstance(shards, dict) else []
        missing = [name for name in names if not (folder / name).is_file()]
        if missing or not names:
            what = f"The model {model} lacks {missing[0] if missing else 'the files of its weights'}."
            raise IntertaskError(what, index, _AGAIN)
        return [folder / name for name in names]
    if not list(folder.glob("pytorch_model*.bin")):
        raise IntertaskError(f"The folder {folder} contains no weights.", folder, f"add model.safetensors, or {_AGAIN}")
    return []


def _check_sizes(config: dict[str, Any], path: Path, model: str) -> None:
    """Refuse sizes that no model has."""
    for key in _SIZES:
        value = config.get(key)
        if value is not None and not (type(value) is int and 1 <= value <= _MAX_SIZE):
            what = f"config.json of the model {model} is wrong: {key} is {value!r}, not from 1 to {_MAX_SIZE:,}."
            raise IntertaskError(what, path, _AGAIN)
    hidden, heads = config.get("hidden_size"), config.get("num_attention_heads")
    if hidden and heads and hidden % heads and "head_dim" not in config:
        what = f"config.json of the model {model} is wrong: hidden_size {hidden} is no multiple of its {heads} heads."
        raise IntertaskError(what, path, _AGAIN)


def _check_layers(tensors: dict[str, list[int]], config: dict[str, Any], folder: Path, model: str) -> None:
    """Refuse weights without some of the layers that the configuration states."""
    layers = next((config[key] for key in ("num_hidden_layers", "n_layers", "n_layer") if key in config), None)
    found = {int(match[1]) for name in tensors if (match := _LAYER.search(name))}
    missing = sorted(set(range(layers)) - found) if layers and found else []
    if missing:
        what = f"The weights of the model {model} lack layer {missing[0]}: config.json states {layers} layers."
        raise IntertaskError(what, folder, _AGAIN)
