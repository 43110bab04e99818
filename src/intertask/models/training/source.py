"""A source's adapter (or, with ``adapter: full``, its whole encoder): trained, or fetched if it is published."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...data import Prepared, load_info, load_prepared
from ...execution.script import versions
from ...files import fingerprint, read_json
from ..adapters import add_fresh_adapter, save_source, weights_sha256
from ..base import load_model, recipe_model
from ..published import NotPublishedError, fetch_source
from .fine_tuning import fine_tune
from .seeds import set_seed


def make_source(
    recipe: dict[str, Any],
    data: str | os.PathLike,
    model: str | os.PathLike,
    checkpoints: str | os.PathLike,
    out: str | os.PathLike,
) -> dict[str, Any]:
    """Fetch a source's published adapter if the recipe asks for one, else train it, and write the weights.

    Args:
        recipe: Recipe of the adapter step; with ``published``, the adapter of that repository is fetched. If it does
            not exist, the source is trained, unless ``published: {required: true}``.
        data: The source's folder of prepared data.
        model: Result of the check of the base model.
        checkpoints: Folder that survives an interruption.
        out: Folder for the weights, ``results/adapters/{model}/{source}``.

    Returns:
        The content of ``metrics.json``, which the caller writes last. After training: ``source``, the result of
        :func:`~intertask.models.training.fine_tuning.fine_tune`, ``weights_sha256``, ``made_from``, ``fingerprint``,
        ``recipe``, ``versions``. A fetched adapter has the content that :func:`fetch_published` returns.

    Raises:
        NotPublishedError: A required published adapter does not exist.
        IntertaskError: A published adapter cannot be loaded, or does not fit the base model.
    """
    if recipe.get("published") is not None:
        try:
            return fetch_published(recipe, data, model, out)
        except NotPublishedError as error:
            if recipe["published"]["required"]:
                raise
            print(f"{load_info(data)['task']}: {error.what} It is trained instead.", flush=True)
    return _train(recipe, load_prepared(data), read_json(model)["fingerprint"], Path(checkpoints), Path(out))


def _train(recipe: dict[str, Any], prepared: Prepared, model: str, checkpoints: Path, out: Path) -> dict[str, Any]:
    """Train a source's adapter and head on a base model, given by its fingerprint, and write their weights."""
    base = recipe_model(recipe)
    name, adapter = prepared.info["task"], recipe["adapter"]
    set_seed(recipe["seed"])
    network = load_model(base)
    add_fresh_adapter(network, name, adapter)
    result = fine_tune(network, base, name, prepared, recipe, recipe["seed"], checkpoints)
    sha256 = weights_sha256(network, name, adapter)
    save_source(network, name, adapter, out)
    made_from = {"data": prepared.info["fingerprint"], "model": model}
    return {
        "source": name,
        **result,
        "weights_sha256": sha256,
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from, sha256]),
        "recipe": recipe,
        "versions": versions(),
    }


def fetch_published(
    recipe: dict[str, Any], data: str | os.PathLike, model: str | os.PathLike, out: str | os.PathLike
) -> dict[str, Any]:
    """Fetch a source's published adapter and head, and write their weights as a training does.

    Args:
        recipe: Recipe of the adapter step, with ``published``.
        data: The source's folder of prepared data.
        model: Result of the check of the base model.
        out: Folder for the weights.

    Returns:
        The content of ``metrics.json``; see :func:`intertask.models.published.fetch_source`.

    Raises:
        NotPublishedError: The adapter does not exist.
        IntertaskError: It cannot be loaded, or does not fit the base model.
    """
    metrics = fetch_source(recipe, load_info(data), recipe_model(recipe), read_json(model)["fingerprint"], Path(out))
    return metrics | {"versions": versions()}


def summary(metrics: Mapping[str, Any]) -> str:
    """Say in a few lines which adapter a source got.

    Args:
        metrics: The content of ``metrics.json``.

    Returns:
        Lines that begin with the source's name: its score and steps, or where it was published and notes on it.
    """
    name = metrics["source"]
    if metrics["training"] is None:
        lines = [f"published adapter {metrics['published']['repository']}", *metrics["notes"]]
        return "\n".join(f"{name}: {line}" for line in lines)
    return f"{name}: {metrics['metric']} {metrics['value']:.2f} after {metrics['training']['steps']} steps"
