"""The files of a published adapter, loaded into a base model. Only weights are read; no pickle is executed."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import torch
from adapters import AdapterConfig, BnConfig
from adapters.utils import ACTIVATION_RENAME
from safetensors.torch import load_file, save_file

from ...errors import IntertaskError
from ..adapters import transferred_weights
from ..remote_code import check_content
from .heads import fit_head
from .hub import FILES, TRAIN

_INVERTIBLE_KEYS = ("invertible_adapter", "inv_adapter", "inv_adapter_reduction_factor")


def load_published(
    model: Any, paths: Mapping[str, Path], info: Mapping[str, Any], location: object
) -> tuple[dict[str, Any], list[str]]:
    """Load a published adapter with its head into a base model, both under the task's name, and make it active.

    If the head names its classes as the task does, they are put in the task's order.

    Args:
        model: The base model. It is changed in place.
        paths: Part (:data:`~intertask.models.published.hub.FILES`) -> file.
        info: ``info.json`` of the task.
        location: Name of the adapter and the task, for messages.

    Returns:
        ``model_name`` (the model that it was made for), ``written_by`` (version of the library), ``config`` (of the
        adapter), ``head`` (its type, number of labels, and whether it ``fits``: has an output for each of the task's
        labels); and notes for the reader.

    Raises:
        IntertaskError: The files are not those of an adapter, or belong to another base model.
    """
    adapter, head = (read_weights(paths[part], location) for part in ("adapter", "head"))
    adapter_config, head_config = (_read_config(paths[part], location) for part in ("adapter_config", "head_config"))
    check_base(adapter_config, model.config, paths["adapter_config"], location)
    adapter_config = adapter_config | {"config": bottleneck(adapter_config.get("config"), adapter, location)}
    _rename_activation(head_config)
    name = info["task"]
    with TemporaryDirectory(prefix="published-") as temporary:
        for part, value in (("adapter_config", adapter_config), ("head_config", head_config)):
            (Path(temporary) / FILES[part][0]).write_text(json.dumps(value), encoding="utf-8")
        for part, value in (("adapter", adapter), ("head", head)):
            save_file(value, Path(temporary) / FILES[part][0])
        options = {"load_as": name, "use_safetensors": True}
        with _complete(paths["adapter"], location) as loading:
            model.load_adapter(temporary, with_head=False, set_active=True, loading_info=loading, **options)
            if len(transferred_weights(model, name, "adapter")) != len(adapter):
                raise ValueError("it has tensors that do not belong to the adapter")
        with _complete(paths["head"], location) as loading:
            model.load_head(temporary, loading_info=loading, **options)
            if len(model.heads[name].state_dict()) != len(head):
                raise ValueError("it has tensors that do not belong to the head")
    fits, notes = fit_head(model.heads[name], info)
    config = model.heads[name].config
    return {
        "model_name": adapter_config.get("model_name"),
        "written_by": adapter_config.get("version"),
        "config": adapter_config["config"],
        "head": {"type": config["head_type"], "labels": config.get("num_labels"), "fits": fits},
    }, notes


def read_weights(path: Path, location: object) -> dict[str, torch.Tensor]:
    """Read the tensors of a weights file, in float32. Nothing in a ``.bin`` file, which is a pickle, is executed.

    Args:
        path: A ``.safetensors`` or ``.bin`` file.
        location: Name of the adapter and the task, for messages.

    Returns:
        Name -> tensor.

    Raises:
        IntertaskError: The file is damaged, or holds anything besides named, finite weights.
    """
    try:
        if path.suffix == ".safetensors":
            tensors = load_file(path)
        else:
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zipfile, torch and the system have their own classes
        reason = " ".join(str(error).split()).split(". ")[0][:200]
        problem = f"is damaged, or holds more than weights, and is not opened: {reason or type(error).__name__}"
        _refuse(path, problem, location)
    if not isinstance(tensors, Mapping) or not tensors:
        _refuse(path, "holds no named weights", location)
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            _refuse(path, f"holds something else than weights: {name!r}", location)
        if not torch.isfinite(tensor).all():
            _refuse(path, f"holds weights that are not finite: {name!r}", location)
    return {name: tensor.detach().float().contiguous().clone() for name, tensor in tensors.items()}


def check_base(published: Mapping[str, Any], model_config: Any, path: Path, location: object) -> None:
    """Check that an adapter was made for models of the same type and size.

    Args:
        published: Content of the adapter's configuration file.
        model_config: Configuration of the base model.
        path: The adapter's configuration file.
        location: Name of the adapter and the task, for messages.

    Raises:
        IntertaskError: It was made for models of another type or size.
    """
    made_for = (published.get("model_type"), published.get("hidden_size"))
    needed = (model_config.model_type, model_config.hidden_size)
    if made_for != needed:
        name = published.get("model_name") or "a model without a name"
        raise IntertaskError(
            f"The published adapter is for {name} (type {made_for[0]}, hidden size {made_for[1]}); "
            f"this model has type {needed[0]} and hidden size {needed[1]}.",
            f"{location} ({path.name})",
            f"name adapters for this model with 'published:', or {TRAIN}",
        )


def bottleneck(config: Any, weights: Iterable[str], location: object) -> dict[str, Any]:
    """Translate the configuration of a published bottleneck adapter for today's adapters library.

    adapter-transformers 1.x wrote an invertible adapter into the configuration of every task adapter, but never used
    it. The library ignores that entry only if the file still says ``"type": "text_task"``, which 2.x no longer wrote.
    Otherwise it would put an invertible adapter with random weights behind the embeddings. Here, an invertible adapter
    is used only if there are weights for it.

    Args:
        config: The entry ``config`` of the adapter's configuration file.
        weights: Names of the adapter's tensors.
        location: Name of the adapter and the task, for messages.

    Returns:
        The configuration without entries that have no weights.

    Raises:
        IntertaskError: The adapter is not a bottleneck adapter, or is of a kind that the library does not know.
    """
    if not isinstance(config, dict):
        raise IntertaskError("The published adapter has no configuration.", location, f"choose another, or {TRAIN}")
    if not any("invertible" in name for name in weights):
        config = {key: value for key, value in config.items() if key not in _INVERTIBLE_KEYS}
    try:
        parsed = AdapterConfig.load(dict(config))
    except Exception as error:  # KeyError, TypeError, AttributeError
        parsed, reason = None, f"{type(error).__name__}: {error}"
    else:
        reason = f"architecture {config.get('architecture')!r}"
    if not isinstance(parsed, BnConfig):
        raise IntertaskError(
            f"The published adapter is not a bottleneck adapter that the adapters library knows ({reason}).",
            location,
            f"choose another with 'published:', or {TRAIN}",
        )
    return config


def _refuse(path: Path, problem: str, location: object) -> NoReturn:
    raise IntertaskError(f"{path.name} {problem}.", location, f"choose another with 'published:', or {TRAIN}") from None


def _read_config(path: Path, location: object) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        _refuse(path, f"is not readable JSON: {error}", location)
    if not isinstance(config, dict):
        _refuse(path, "is not a configuration that the adapters library wrote", location)
    check_content(config, path, str(location))
    return config


def _rename_activation(head: dict[str, Any]) -> None:
    """Rename the activation of a head from before version 3.0, which called 'gelu' what is now called 'gelu_new'.

    The library itself renames it for adapters, but not for heads.
    """
    config = head.get("config")
    if "version" not in head and isinstance(config, dict):
        function = config.get("activation_function")
        config["activation_function"] = ACTIVATION_RENAME.get(function, function)


@contextmanager
def _complete(path: Path, location: object) -> Iterator[dict[str, list[str]]]:
    """Turn errors of loading, and missing or superfluous weights, into one message.

    Yields the dictionary ``loading_info``, which the library fills.
    """
    loading: dict[str, list[str]] = {}
    problems = []
    try:
        yield loading
    except Exception as error:  # the library raises KeyError, RuntimeError, ValueError, AttributeError and more
        problems.append(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
    problems += [f"{key} is missing" for key in loading.get("missing_keys", [])[:3]]
    problems += [f"{key} does not belong to it" for key in loading.get("unexpected_keys", [])[:3]]
    if problems:
        _refuse(path, f"does not fit its configuration and this model: {'; '.join(problems)}", location)
