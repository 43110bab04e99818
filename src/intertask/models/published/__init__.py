"""Adapters that somebody published, in the place of a source training.

AdapterHub's adapters of Poth et al. 2021 were trained with adapter-transformers 1.1 and its ``RobertaModelWithHeads``.
Of what was other then, the adapters library of today renames the weights (``layer_text_task_adapters`` and the like),
the non-linearity and the model class; :func:`bottleneck` and :func:`_rename_activation` do the rest.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, NoReturn

import torch
from adapters import AdapterConfig, BnConfig
from adapters.utils import ACTIVATION_RENAME
from safetensors.torch import load_file, save_file

from ...config import Model
from ...errors import IntertaskError
from ...files import file_sha256, fingerprint
from ...retry import is_transient, with_retries
from ...types import get_type
from ..adapters import FULL, save_source, transferred_weights, weights_sha256
from ..base import load_model
from ..remote_code import check_content

#: Part of an adapter -> names of its file, the preferred one first.
FILES = {
    "adapter_config": ("adapter_config.json",),
    "adapter": ("adapter.safetensors", "pytorch_adapter.bin"),
    "head_config": ("head_config.json",),
    "head": ("model_head.safetensors", "pytorch_model_head.bin"),
}
_TRAIN = "set 'adapters: train' to train it"
_INVERTIBLE_KEYS = ("invertible_adapter", "inv_adapter", "inv_adapter_reduction_factor")


class NotPublishedError(IntertaskError):
    """The publisher answers that there is no such adapter. A network that fails is no such answer."""


class Repository(NamedTuple):
    """A published adapter.

    Attributes:
        name: Of the hub repository, or path of a local folder.
        revision: Branch, tag or commit; None for the newest.
        task: For messages.
    """

    name: str
    revision: str | None
    task: str

    def __str__(self) -> str:
        return f"task {self.task}: published adapter {self.name}" + (
            f", revision {self.revision}" * bool(self.revision)
        )

    @property
    def is_local(self) -> bool:
        """Whether a folder is meant, there or not."""
        return Path(self.name).is_dir() or self.name.startswith((".", "/", "~")) or self.name.count("/") > 1


def fetch_source(
    recipe: Mapping[str, Any], info: Mapping[str, Any], base: Model, model_fingerprint: str, folder: Path
) -> dict[str, Any]:
    """Fetch the published adapter of a source, check it, and write it as a training would have.

    Args:
        recipe: Of the adapter step: ``adapter``, ``published`` (``repository``, ``revision``).
        info: ``info.json`` of the source.
        base: The base model.
        model_fingerprint: Of the base model's check.
        folder: Where the weights are written, ``results/adapters/{model}/{source}``.

    Returns:
        What ``metrics.json`` is to say, but for versions: ``value`` and ``training`` are None, since publishers state
        neither; ``published`` has the origin, the configuration and the head, ``notes`` what a reader should know.

    Raises:
        NotPublishedError: The repository, the revision or one of its files does not exist.
        IntertaskError: It cannot be had, holds more than weights, or is for another kind of base model.
    """
    started = time.monotonic()
    repository = Repository(recipe["published"]["repository"], recipe["published"]["revision"], info["task"])
    if recipe["adapter"] == FULL:
        raise IntertaskError("Published ones are adapters, and this model has 'adapter: full'.", repository, _TRAIN)
    paths, commit = locate(repository)
    name, model = info["task"], load_model(base)
    about, notes = load_published(model, paths, info, repository)
    if about["model_name"] and Path(about["model_name"]).name != Path(base.path).name:
        notes.append(f"made for {about['model_name']}, used on {base.path}")
    notes += _other_than_trained(model.adapters_config.get(name), recipe["adapter"])
    sha256 = weights_sha256(model, name, recipe["adapter"])
    save_source(model, name, recipe["adapter"], folder)
    made_from = {
        "published": repository.name,
        "commit": commit,
        "data": info["fingerprint"],
        "model": model_fingerprint,
    }
    return {
        "source": name,
        "metric": info["metric"],
        "value": None,
        "scores": {},
        "rows": None,
        "dev": None,
        "training": None,
        "label_scale": None,
        "device": None,
        "precision": None,
        "seconds": round(time.monotonic() - started, 3),
        "notes": notes,
        "published": {
            "repository": repository.name,
            "revision": repository.revision,
            "commit": commit,
            "files": {path.name: file_sha256(path) for path in paths.values()},
            **about,
        },
        "weights_sha256": sha256,
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from, sha256]),
        "recipe": dict(recipe),
    }


def _other_than_trained(config: AdapterConfig, adapter: str) -> list[str]:
    """A note where transfers from a published adapter train another architecture than those without a source."""
    own, theirs = AdapterConfig.load(adapter).to_dict(), config.to_dict()
    other = [
        f"{key} {value!r} (not {own.get(key)!r})" for key, value in sorted(theirs.items()) if value != own.get(key)
    ]
    return [f"the adapter is not of the kind of 'adapter: {adapter}': {', '.join(other[:8])}"] if other else []


def locate(repository: Repository) -> tuple[dict[str, Path], str | None]:
    """The files of a published adapter, fetched into the hub's cache where they are not there.

    Returns:
        Part (:data:`FILES`) -> path, and the commit; None for a local folder.

    Raises:
        NotPublishedError: The repository (or folder), the revision or a file does not exist.
        IntertaskError: The hub cannot be reached, or asks for more than is known here, and the cache is not complete.
    """
    if repository.is_local:
        folder, commit = Path(repository.name).expanduser(), None
        if not folder.is_dir():
            raise NotPublishedError(f"There is no folder {folder}.", repository, f"correct 'published:', or {_TRAIN}")
    else:
        folder = _download(repository)
        commit = folder.name
    paths = {part: next((folder / n for n in names if (folder / n).is_file()), None) for part, names in FILES.items()}
    missing = [part for part, path in paths.items() if path is None]
    if missing:
        if commit is not None:
            _confirm_missing(repository, commit, missing)
        raise NotPublishedError(
            f"The published adapter {repository.name} is not complete: it has no "
            + ", no ".join(" or ".join(FILES[part]) for part in missing)
            + (" (methods such as LEEP need its head)." if missing[0].startswith("head") else "."),
            repository,
            f"correct 'published:', or {_TRAIN}",
        )
    return paths, commit


def _download(repository: Repository) -> Path:
    """Folder of the repository's snapshot in the cache, called by its commit."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()

    def call():
        return snapshot_download(
            repository.name,
            revision=repository.revision,
            allow_patterns=[name for names in FILES.values() for name in names],
            max_workers=2,
        )

    try:
        return Path(with_retries(call, f"adapter {repository.name}"))
    except Exception as error:  # of three libraries
        _explain(error, repository)


def _confirm_missing(repository: Repository, commit: str, missing: Iterable[str]) -> None:
    """Raise where the hub has what the cache lacks, or does not say: a killed download leaves half a snapshot."""
    from huggingface_hub import HfApi

    try:
        listed = with_retries(
            lambda: HfApi().list_repo_files(repository.name, revision=commit), f"adapter {repository.name}"
        )
    except Exception as error:
        _explain(error, repository)
    if all(any(name in listed for name in FILES[part]) for part in missing):
        raise IntertaskError(
            f"The cache holds only a part of {repository.name}, commit {commit}.",
            repository,
            f"connect to the network and run again, or {_TRAIN}",
        )


def _explain(error: Exception, repository: Repository) -> NoReturn:
    """One message for what went wrong; a definite 'does not exist' is a :class:`NotPublishedError`."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    name, said = repository.name, " ".join(str(error).split())[:300]
    if isinstance(error, RevisionNotFoundError):
        raise NotPublishedError(
            f"The repository {name} has no revision {repository.revision!r}.",
            repository,
            f"correct 'published_revision:', or {_TRAIN}",
        ) from None
    if isinstance(error, RepositoryNotFoundError) and not isinstance(error, GatedRepoError):
        raise NotPublishedError(
            f"There is no repository {name} on the hub.",
            repository,
            f"correct 'published:' (log in if it is private), or {_TRAIN}",
        ) from None
    if isinstance(error, HFValidationError):
        what, fix = f"{name!r} is no name of a repository", "correct 'published:' (owner/name, or a folder)"
    elif isinstance(error, (LocalEntryNotFoundError, ConnectionError)) or is_transient(error):
        what = f"The published adapter {name} is not wholly in the cache, and the hub cannot be reached"
        fix = "connect to the network and run again, name a folder as 'published:'"
    else:
        what, fix = f"The published adapter {name} cannot be had", "do as the hub says"
    what = f"{what}: {said.rstrip('.')} ({type(error).__name__})."
    raise IntertaskError(what, repository, f"{fix}, or {_TRAIN}") from None


def read_weights(path: Path, where: object) -> dict[str, torch.Tensor]:
    """Tensors of a weights file, in float32. Nothing of a ``.bin`` file, which is a pickle, is ever executed.

    Raises:
        IntertaskError: The file is damaged, or holds anything else than finite weights by name.
    """
    try:
        if path.suffix == ".safetensors":
            tensors = load_file(path)
        else:
            tensors = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip, torch and the system have errors of their own
        reason = " ".join(str(error).split()).split(". ")[0][:200]
        what = f"is damaged, or holds more than weights, and is not opened: {reason or type(error).__name__}"
        _refuse(path, what, where)
    if not isinstance(tensors, Mapping) or not tensors:
        _refuse(path, "holds no weights by name", where)
    for name, tensor in tensors.items():
        if not isinstance(name, str) or not isinstance(tensor, torch.Tensor) or not tensor.is_floating_point():
            _refuse(path, f"holds something else than weights: {name!r}", where)
        if not torch.isfinite(tensor).all():
            _refuse(path, f"holds weights that are not finite: {name!r}", where)
    return {name: tensor.detach().float().contiguous().clone() for name, tensor in tensors.items()}


def _refuse(path: Path, what: str, where: object) -> NoReturn:
    raise IntertaskError(f"{path.name} {what}.", where, f"choose another with 'published:', or {_TRAIN}") from None


def load_published(
    model, paths: Mapping[str, Path], info: Mapping[str, Any], where: object
) -> tuple[dict[str, Any], list[str]]:
    """Load a published adapter with its head into a base model, both under the task's name, and make it active.

    Where the head names its classes as the task does, they are put in the task's order.

    Args:
        model: The base model.
        paths: Part (:data:`FILES`) -> file.
        info: ``info.json`` of the task.
        where: For messages.

    Returns:
        ``model_name`` (what it was made for), ``written_by``, ``config`` (the adapter's), ``head`` (its type, number
        of labels, and whether it ``fits`` the task: has an output for each of its labels); and notes, plain sentences.

    Raises:
        IntertaskError: The files are not such ones, or for another base model.
    """
    adapter, head = (read_weights(paths[part], where) for part in ("adapter", "head"))
    adapter_config, head_config = (_read_config(paths[part], where) for part in ("adapter_config", "head_config"))
    check_base(adapter_config, model.config, paths["adapter_config"], where)
    adapter_config = adapter_config | {"config": bottleneck(adapter_config.get("config"), adapter, where)}
    _rename_activation(head_config)
    name = info["task"]
    with TemporaryDirectory(prefix="published-") as temporary:
        for part, value in (("adapter_config", adapter_config), ("head_config", head_config)):
            (Path(temporary) / FILES[part][0]).write_text(json.dumps(value), encoding="utf-8")
        for part, value in (("adapter", adapter), ("head", head)):
            save_file(value, Path(temporary) / FILES[part][0])
        options = {"load_as": name, "use_safetensors": True}
        with _complete(paths["adapter"], where) as loading:
            model.load_adapter(temporary, with_head=False, set_active=True, loading_info=loading, **options)
            if len(transferred_weights(model, name, "adapter")) != len(adapter):
                raise ValueError("not all of them are the adapter's")
        with _complete(paths["head"], where) as loading:
            model.load_head(temporary, loading_info=loading, **options)
            if len(model.heads[name].state_dict()) != len(head):
                raise ValueError("not all of them are the head's")
    fits, notes = fit_head(model.heads[name], info)
    config = model.heads[name].config
    return {
        "model_name": adapter_config.get("model_name"),
        "written_by": adapter_config.get("version"),
        "config": adapter_config["config"],
        "head": {"type": config["head_type"], "labels": config.get("num_labels"), "fits": fits},
    }, notes


def _read_config(path: Path, where: object) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        _refuse(path, f"is not readable JSON: {error}", where)
    if not isinstance(config, dict):
        _refuse(path, "is not a configuration that the adapters library wrote", where)
    check_content(config, path, str(where))
    return config


def check_base(published: Mapping[str, Any], model_config: Any, path: Path, where: object) -> None:
    """Raise :class:`IntertaskError` where an adapter was made for models of another type or size."""
    found = (published.get("model_type"), published.get("hidden_size"))
    wanted = (model_config.model_type, model_config.hidden_size)
    if found != wanted:
        made_for = published.get("model_name") or "a model without a name"
        raise IntertaskError(
            f"The published adapter is for {made_for} (type {found[0]}, hidden size {found[1]}); "
            f"this model has type {wanted[0]} and hidden size {wanted[1]}.",
            f"{where} ({path.name})",
            f"name the adapters of this model with 'published:', or {_TRAIN}",
        )


def bottleneck(config: Any, weights: Iterable[str], where: object) -> dict[str, Any]:
    """The configuration of a published bottleneck adapter, as the adapters library of today understands it.

    adapter-transformers 1.x wrote an invertible adapter into the configuration of every task adapter, and never used
    it. The library forgets it only where the file still says ``"type": "text_task"``, which 2.x no longer wrote, and
    would else put one with random weights behind the embeddings: without weights for it, there is none.

    Raises:
        IntertaskError: No bottleneck adapter, or one of a kind that the library does not know.
    """
    if not isinstance(config, dict):
        raise IntertaskError("The published adapter has no configuration.", where, f"choose another, or {_TRAIN}")
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
            where,
            f"choose another with 'published:', or {_TRAIN}",
        )
    return config


def _rename_activation(head: dict[str, Any]) -> None:
    """Before 3.0, 'gelu' was what is called 'gelu_new' now; the library renames it for adapters, not for heads."""
    config = head.get("config")
    if "version" not in head and isinstance(config, dict):
        function = config.get("activation_function")
        config["activation_function"] = ACTIVATION_RENAME.get(function, function)


@contextmanager
def _complete(path: Path, where: object) -> Iterator[dict[str, list[str]]]:
    """Turn what goes wrong while weights are loaded, and weights too many or too few, into one message.

    Gives the library's ``loading_info`` to fill.
    """
    loading: dict[str, list[str]] = {}
    problems = []
    try:
        yield loading
    except Exception as error:  # the library raises KeyError, RuntimeError, ValueError, AttributeError and more
        problems.append(f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
    problems += [f"{key} is missing" for key in loading.get("missing_keys", [])[:3]]
    problems += [f"{key} has no place" for key in loading.get("unexpected_keys", [])[:3]]
    if problems:
        _refuse(path, f"does not fit its configuration and this model: {'; '.join(problems)}", where)


def fit_head(head, info: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Make a published head the task's own as far as that goes; it is altered in place.

    The output of a multiple choice head is one number per choice, however many there are: it gets the task's number.
    Classes that have the task's names get the task's order.

    Args:
        head: Of the model.
        info: ``info.json`` of the task.

    Returns:
        Whether the head has an output for each of the task's labels, so that the task's loss is defined; and notes.
    """
    task_type, config = get_type(info["type"]), head.config
    kind = task_type.HEAD_TYPE
    if config["head_type"] != kind:
        return False, [f"the head is of type {config['head_type']}, the task's type, {info['type']}, has {kind}"]
    if task_type.COMPARES_CHOICES:
        config["num_choices"] = info["max_choices"]
        return True, []
    wanted = task_type.head_outputs(info)
    if config["num_labels"] != wanted:
        return False, [f"the head has {config['num_labels']} outputs, the task {wanted}"]
    return True, _in_order(head, info["labels"]) if info["labels"] else []


def _in_order(head, labels: list[str]) -> list[str]:
    """Put the classes of a head in the order of the task's labels; notes."""
    published = {_plain(label): int(index) for label, index in (head.config["label2id"] or {}).items()}
    order = [published.get(_plain(label)) for label in labels]
    if sorted(published.values()) != list(range(len(labels))) or set(order) != set(published.values()):
        named = [label for label, _ in sorted(published.items(), key=lambda item: item[1])]
        if all(re.fullmatch(r"(label_)?\d+", label) for label in named):
            return ["the head's classes have no names: they are taken to be in the order of the task's labels"]
        return [f"the head's classes are called otherwise and keep their order: {', '.join(named)}"]
    last = [module for module in head if isinstance(module, torch.nn.Linear)][-1]
    with torch.no_grad():
        for parameter in last.parameters():
            parameter.copy_(parameter[order].clone())
    head.config["label2id"] = {label: index for index, label in enumerate(labels)}
    return []


def _plain(label: object) -> str:
    return str(label).strip().casefold()
