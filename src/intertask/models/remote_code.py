"""Refuse models whose files name code, before any library reads them.

A model is data: loading one must never fetch or run code that its files name. Three libraries would otherwise do so:

- transformers loads the attention kernel that ``config.json`` names from the hub (CVE-2026-4372);
- transformers offers to run the classes of an ``auto_map``, and ends with a traceback where this is not allowed;
- sentence-transformers imports the classes of ``modules.json`` and of a router's configuration (from a local folder
  even without permission), calls the activation function of a ``Dense`` module, and passes on any option for loading a
  transformer, such as one to read pickles.

Only the standard library is imported here, so that ``snakemake check`` can use this module.
"""

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from ..errors import IntertaskError
from ..retry import hub_is_offline
from .folder import model_files, read_model_json, read_model_object

#: Attention implementations that are part of transformers and of torch. Any other name is a kernel on the hub, such as
#: ``org/repository@revision:function``. Also where flash attention is not installed, its kernel comes from the hub; it
#: does not compute in float32, in which models are loaded here.
BUILT_IN_ATTENTION = ("eager", "sdpa", "flex_attention")
#: Beginnings of the keys that choose an attention implementation.
ATTENTION_KEYS = ("attn_implementation", "_attn_implementation")
#: Keys that request the publisher's code wherever they are. (``auto_map`` has no effect for model types that
#: transformers knows, so it depends on the type.)
CODE_KEYS = ("trust_remote_code", "custom_pipelines", "custom_generate", "use_kernels", "code_revision")
#: Classes of sentence-transformers that neither import nor load anything else by name, and ``Router`` (formerly
#: ``Asym``), whose classes are in a file that is checked too.
ENCODER_MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "Dropout", "WeightedLayerPooling")
ENCODER_MODULES += ("CNN", "LSTM", "Router", "Asym")
#: The packages of sentence-transformers that hold its modules, in releases before and after 5.4.
_MODULE = re.compile(
    r"sentence_transformers\.(models|base\.modules|sentence_transformer\.modules)(\.\w+)?\.(\w+)", re.ASCII
)
#: Activation functions of ``Dense`` modules: classes of torch that compute.
_ACTIVATION = re.compile(r"torch\.nn\.(modules\.(activation|linear)\.)?[A-Z]\w*", re.ASCII)
#: Methods of a transformer that a sentence encoder may call.
_METHOD = re.compile(r"forward|get_\w+_features", re.ASCII)
#: Options for loading the transformer of a sentence encoder, by their old and new names, and those that may be given.
_OPTIONS = ("model_args", "config_args", "tokenizer_args", "model_kwargs", "config_kwargs", "processor_kwargs")
_HARMLESS_OPTIONS = ("torch_dtype", "dtype", "add_pooling_layer", "model_max_length", "padding_side", "truncation_side")
_HARMLESS_OPTIONS += ("use_fast", "do_lower_case", "max_length", *ATTENTION_KEYS, *CODE_KEYS)  # the last are checked
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
    names = ["tokenizer_config.json", *_versions(read_model_json(Path(config), location))] + [
        "adapter_config.json"
    ] * _has_peft()
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
    """Check the JSON files of a folder and of the folders in it; of a sentence encoder also its modules."""
    files = model_files(folder, model)
    # A folder may hold checkpoints and logs of a training. Only sentence-transformers reads folders in a model folder.
    paths = [path for path in files if path.suffix == ".json" and (sentence_encoder or path.parent == folder)]
    _check_paths(paths, model)
    if sentence_encoder or (folder / "modules.json") in files:
        _check_paths([path for path in files if path.suffix == ".json"], model)
        _check_encoder([path for path in files if path.suffix == ".json"], folder, model)


def _check_paths(paths: Iterable[Path], model: str) -> None:
    """Check each file of a model."""
    for path in paths:
        if path.name in _DATA_FILES:
            continue
        try:
            content = read_model_object(path, model) if path.name == "config.json" else read_model_json(path, model)
        except IntertaskError:
            if "config" in path.name or path.name == "modules.json":
                raise
            continue  # a log or the like, which the libraries cannot read either
        check_content(content, path, model)
        _check_auto_map(content, path, model)
        if isinstance(content, dict):
            _check_peft(content, path, model)


def _check_auto_map(content: Any, path: Path, model: str) -> None:
    """Refuse an ``auto_map`` if transformers itself has no class for the model, the part of it, or its tokenizer."""
    for part in _objects(content):
        if "auto_map" not in part:
            continue
        if path.name == "tokenizer_config.json":
            name, known = f"tokenizer {part.get('tokenizer_class')!r}", _knows_tokenizer(part.get("tokenizer_class"))
        else:
            name, known = f"model type {part.get('model_type')!r}", _knows_type(part.get("model_type"))
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


def _check_encoder(paths: Iterable[Path], folder: Path, model: str) -> None:
    """Refuse what the files of a sentence encoder name besides plain modules of sentence-transformers."""
    for path in paths:
        if path != folder / "modules.json" and not path.name.endswith("config.json"):
            continue
        content = read_model_json(path, model)
        if path == folder / "modules.json":
            for module in content if isinstance(content, list) else [content]:
                is_object = isinstance(module, dict)
                _check_class(module.get("type") if is_object else module, path, model)
                _check_inside(module.get("path", "") if is_object else "", path, model)
        for part in _objects(content):
            if isinstance(part.get("types"), dict):  # of a router
                for name, cls in part["types"].items():
                    _check_class(cls, path, model)
                    _check_inside(name, path, model)
            function = str(part.get("activation_function", ""))
            if "." in function and not _ACTIVATION.fullmatch(function):
                _refuse_encoder(f"the activation function {function!r}, which could run any code", path, model)
            for method in (inner.get("method") for inner in _objects(part.get("modality_config"))):
                if method is not None and not _METHOD.fullmatch(str(method)):
                    _refuse_encoder(f"the method {method!r}, which could run any code", path, model)
            if part.get("tokenizer_name_or_path") is not None:
                _refuse_encoder(f"another tokenizer, {part['tokenizer_name_or_path']!r}", path, model)
            for options in (part.get(name) for name in _OPTIONS):
                for name in set(options or ()) - set(_HARMLESS_OPTIONS):
                    _refuse_encoder(f"the option {name!r} for loading its transformer", path, model)


def _check_class(name: Any, path: Path, model: str) -> None:
    """Refuse a class that is not a plain module of sentence-transformers."""
    named = _MODULE.fullmatch(name) if isinstance(name, str) else None
    if named is None or named[3] not in ENCODER_MODULES:
        _refuse_encoder(f"the class {name!r}, which could run any code", path, model)


def _check_inside(inside: Any, path: Path, model: str) -> None:
    """Refuse a folder of a module that is outside of the model's folder, whose files are not checked."""
    parts = PurePosixPath(inside).parts if isinstance(inside, str) else ("..",)
    if "\\" in str(inside) or ".." in parts or parts[:1] == ("/",):
        _refuse_encoder(f"the folder {inside!r}, which is not inside the model's folder", path, model)


def _refuse_encoder(named: str, path: Path, model: str) -> NoReturn:
    raise IntertaskError(
        f"{model} is refused: {path.name} names {named}.",
        path,
        f"choose a sentence encoder of the classes {', '.join(ENCODER_MODULES)} of sentence-transformers",
    )


def _objects(content: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in a JSON value, at every level."""
    if isinstance(content, dict):
        yield content
    if isinstance(content, (dict, list)):
        for value in content.values() if isinstance(content, dict) else content:
            yield from _objects(value)


def _named_code(content: Any, inside: str = "") -> Iterator[tuple[str, Any]]:
    """Keys (with the keys around them) and values that name code."""
    if isinstance(content, list):
        for item in content:
            yield from _named_code(item, inside)
    if isinstance(content, dict):
        for key, value in content.items():
            if key.startswith(ATTENTION_KEYS):
                # A dictionary names one implementation for each part of the model; "…_autoset" is true or false.
                names = value.values() if isinstance(value, dict) else [value]
                if any(name not in (None, True, False, *BUILT_IN_ATTENTION) for name in names):
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
