"""A published adapter becomes a source adapter: fetched, checked, and written as a source training would write it."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters import AdapterConfig

from ...config import Model
from ...errors import IntertaskError
from ...files import file_sha256, fingerprint
from ..adapters import FULL, save_source, weights_sha256
from ..base import load_model
from .hub import TRAIN, Repository, locate
from .load import load_published


def fetch_source(
    recipe: Mapping[str, Any], info: Mapping[str, Any], base: Model, model_fingerprint: str, folder: Path
) -> dict[str, Any]:
    """Fetch the published adapter of a source, check it, and write it as a source training would.

    Args:
        recipe: Recipe of the adapter step: ``adapter``, ``published`` (``repository``, ``revision``).
        info: ``info.json`` of the source.
        base: The base model.
        model_fingerprint: Fingerprint of the base model's check.
        folder: Folder for the weights, ``results/adapters/{model}/{source}``.

    Returns:
        The content of ``metrics.json`` except for the versions. ``value`` and ``training`` are None, because
        publishers state neither. ``published`` has the origin, the configuration and the head, ``notes`` what a reader
        should know.

    Raises:
        NotPublishedError: The repository, the revision or one of its files does not exist.
        IntertaskError: The adapter cannot be loaded, holds more than weights, or was made for another kind of model.
    """
    started = time.monotonic()
    repository = Repository(recipe["published"]["repository"], recipe["published"]["revision"], info["task"])
    if recipe["adapter"] == FULL:
        raise IntertaskError(
            "Only adapters can be published ones, but this model has 'adapter: full'.", repository, TRAIN
        )
    paths, commit = locate(repository)
    name, model = info["task"], load_model(base)
    description, notes = load_published(model, paths, info, repository)
    if description["model_name"] and Path(description["model_name"]).name != Path(base.path).name:
        notes.append(f"made for {description['model_name']}, used on {base.path}")
    notes += _differences(model.adapters_config.get(name), recipe["adapter"])
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
            **description,
        },
        "weights_sha256": sha256,
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from, sha256]),
        "recipe": dict(recipe),
    }


def _differences(config: AdapterConfig, adapter: str) -> list[str]:
    """A note if transfers from the published adapter train another architecture than those without a source."""
    own, published = AdapterConfig.load(adapter).to_dict(), config.to_dict()
    other = [
        f"{key} {value!r} (not {own.get(key)!r})" for key, value in sorted(published.items()) if value != own.get(key)
    ]
    return [f"the adapter differs from 'adapter: {adapter}': {', '.join(other[:8])}"] if other else []
