"""Refuse models whose files name code, before any library reads them.

A model is data: loading one must never fetch or run code that its files name. Three libraries would otherwise do so:

- transformers loads the attention kernel that ``config.json`` names from the hub (CVE-2026-4372);
- transformers offers to run the classes of an ``auto_map``, and ends with a traceback where this is not allowed;
- sentence-transformers imports the module classes of ``modules.json``, from a local folder even without permission.

Only the standard library is imported here, so that ``snakemake check`` can use this module.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import IntertaskError
from ..retry import hub_is_offline

#: Attention implementations that are part of transformers. Any other name is a kernel on the hub, such as
#: ``org/repository@revision:function``.
BUILT_IN_ATTENTION = ("eager", "sdpa", "flex_attention", "flash_attention_2", "flash_attention_3")
ATTENTION_KEYS = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
#: Keys that request the publisher's code wherever they are. (``auto_map`` has no effect for model types that
#: transformers knows, so it depends on the type.)
CODE_KEYS = ("trust_remote_code", "custom_pipelines")
#: Classes of sentence-transformers that neither import nor load anything else by name.
ENCODER_MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "Dropout", "WeightedLayerPooling")
#: Large files of tokenizers and weights, which name no code.
_DATA_FILES = ("tokenizer.json", "vocab.json", "added_tokens.json")
_OTHER_MODEL = "choose a model that needs no code besides the transformers library"


def check_model_files(location: str, revision: str | None = None, sentence_encoder: bool = False) -> str | None:
    """Check every file of a model that can name code.

    Files of a hub model are fetched into the hub's cache.

    Args:
        location: A local folder, or a repository on the hub.
        revision: Branch, tag or commit of the repository; None for the newest.
        sentence_encoder: Whether sentence-transformers will load the model, which reads more files.

    Returns:
        The commit whose files were checked, so that the same files can be loaded; None for a local folder.

    Raises:
        IntertaskError: A file names code.
        OSError: The repository or its ``config.json`` cannot be loaded.
    """
    if Path(location).is_dir():
        _check_folder(Path(location), location, sentence_encoder)
        return None
    from transformers.utils.hub import cached_file, extract_commit_hash

    config = cached_file(location, "config.json", revision=revision)
    commit = extract_commit_hash(config, None)
    options = {
        "revision": commit,
        "_raise_exceptions_for_missing_entries": False,
        "_raise_exceptions_for_connection_errors": not hub_is_offline(),
    }
    names = ["tokenizer_config.json", *_versions(_read(config))] + ["adapter_config.json"] * _has_peft()
    paths = [config, *(cached_file(location, name, **options) for name in names)]
    _check_paths([Path(path) for path in paths if path], location)
    if sentence_encoder:
        from huggingface_hub import snapshot_download

        folder = snapshot_download(location, revision=commit, allow_patterns=["*.json"])
        _check_folder(Path(folder), location, sentence_encoder)
    return commit


def check_cached_files(location: str, revision: str | None = None) -> None:
    """Check the files of a hub model that are in the hub's cache already; nothing is fetched.

    Args:
        location: A repository on the hub.
        revision: Branch, tag or commit; None for the newest.

    Raises:
        IntertaskError: A file names code.
    """
    from huggingface_hub import try_to_load_from_cache

    config = try_to_load_from_cache(location, "config.json", revision=revision)
    if isinstance(config, str):
        _check_folder(Path(config).parent, location, sentence_encoder=False)


def check_content(content: Any, path: str | Path, model: str) -> None:
    """Check the content of one JSON file.

    Args:
        content: What the file holds.
        path: The file, for the message.
        model: The model or adapter that it belongs to, for the message.

    Raises:
        IntertaskError: The file names an attention kernel or asks for code of the publisher.
    """
    for key, value in _named_code(content):
        raise IntertaskError(
            f"{model} is refused: {Path(path).name} names code that loading would fetch and run ({key}: {value!r}).",
            path,
            f"{_OTHER_MODEL}, or name a local copy in which this entry is removed",
        )


def _check_folder(folder: Path, model: str, sentence_encoder: bool) -> None:
    """Check the JSON files of a folder; of a sentence encoder also those of its modules, which are in subfolders."""
    _check_paths(sorted(folder.glob("*.json")), model)
    if sentence_encoder:
        _check_paths(sorted(folder.glob("*/*.json")), model)
        if (folder / "modules.json").is_file():
            _check_modules(_read(folder / "modules.json"), folder / "modules.json", model)


def _check_paths(paths: Iterable[Path], model: str) -> None:
    """Check each file of a model."""
    for path in paths:
        if path.name not in _DATA_FILES:
            content = _read(path)
            check_content(content, path, model)
            if isinstance(content, dict):
                _check_auto_map(content, path, model)
                _check_peft(content, path, model)


def _check_auto_map(content: dict[str, Any], path: Path, model: str) -> None:
    """Refuse an ``auto_map`` if transformers itself has no class for the model or its tokenizer."""
    if "auto_map" not in content:
        return
    if path.name == "tokenizer_config.json":
        name, known = f"tokenizer {content.get('tokenizer_class')!r}", _knows_tokenizer(content.get("tokenizer_class"))
    else:
        name, known = f"model type {content.get('model_type')!r}", _knows_type(content.get("model_type"))
    if not known:
        raise IntertaskError(
            f"{model} is refused: its {name} is not part of transformers and needs the publisher's code "
            f"(auto_map in {path.name}), which is never run here.",
            path,
            f"{_OTHER_MODEL}, such as a BERT, RoBERTa, DeBERTa or XLM-R",
        )


def _check_peft(content: dict[str, Any], path: Path, model: str) -> None:
    """Refuse adapters of peft: where that library is installed, transformers loads the model that they name."""
    if path.name == "adapter_config.json" and "base_model_name_or_path" in content:
        raise IntertaskError(
            f"{model} is an adapter of the peft library, not a base model.",
            path,
            f"name its base model instead, {content['base_model_name_or_path']!r}",
        )


def _check_modules(modules: Any, path: Path, model: str) -> None:
    """Refuse modules of a sentence encoder that are not plain ones of sentence-transformers."""
    for module in modules if isinstance(modules, list) else [modules]:
        name = str(module.get("type") if isinstance(module, dict) else module)
        package, _, cls = name.rpartition(".")
        if package.partition(".")[0] != "sentence_transformers" or cls not in ENCODER_MODULES:
            raise IntertaskError(
                f"{model} is refused: modules.json names the class {name!r}, which could run any code.",
                path,
                f"choose a sentence encoder of the classes {', '.join(ENCODER_MODULES)}",
            )


def _named_code(content: Any, inside: str = "") -> Iterator[tuple[str, Any]]:
    """Keys (with the keys around them) and values that name code."""
    if isinstance(content, list):
        for item in content:
            yield from _named_code(item, inside)
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ATTENTION_KEYS:
                # A dictionary names one implementation for each part of the model.
                names = value.values() if isinstance(value, dict) else [value]
                if any(name is not None and name not in BUILT_IN_ATTENTION for name in names):
                    yield f"{inside}{key}", value
            elif key in CODE_KEYS:
                if value:
                    yield f"{inside}{key}", value
            else:
                yield from _named_code(value, f"{inside}{key}.")


def _knows_type(model_type: Any) -> bool:
    """Whether transformers has the model type."""
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    return isinstance(model_type, str) and model_type in CONFIG_MAPPING_NAMES


def _knows_tokenizer(name: Any) -> bool:
    """Whether transformers has the class; without a name, it goes by the type of the model."""
    if name is None:
        return True
    from transformers.models.auto.tokenization_auto import tokenizer_class_from_name

    return any(tokenizer_class_from_name(f"{name}{ending}") is not None for ending in ("", "Fast"))


def _versions(config: Any) -> list[str]:
    """Configuration files for other versions of transformers, which ``config.json`` may point to."""
    names = config.get("configuration_files", []) if isinstance(config, dict) else []
    return [name for name in names if isinstance(name, str) and name.endswith(".json")]


def _has_peft() -> bool:
    """Whether the peft library is installed: with it, transformers loads the base model that an adapter names."""
    return find_spec("peft") is not None


def _read(path: str | Path) -> Any:
    """Content of a JSON file; None where it is not JSON, which the libraries refuse themselves."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
