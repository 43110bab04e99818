"""One transfer: fine-tuning on the target from a source's adapter, or from none, to the scores on the target."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...artifacts import NO_SOURCE
from ...data import load_info, load_prepared
from ...errors import IntertaskError
from ...execution.script import versions
from ...files import fingerprint, read_json
from ..adapters import add_fresh_adapter, load_source
from ..base import load_model, load_tokenizer, recipe_model
from ..precision import for_training
from .fine_tuning import Run, fine_tune, outcome, prepare_run
from .seeds import set_seed
from .together import activate, train_together


def is_current(
    path: str | os.PathLike,
    recipe: dict[str, Any],
    data: str | os.PathLike,
    model: str | os.PathLike,
    adapters: str | os.PathLike,
) -> bool:
    """Check whether the result of a transfer exists and would be the same now.

    Args:
        path: File of the result.
        recipe: Recipe of the transfer.
        data: The target's folder of prepared data.
        model: Result of the check of the base model.
        adapters: Folder of the base model's source adapters.

    Returns:
        Whether the file has this recipe and was made from the current data, model and adapter.
    """
    if not Path(path).exists():
        return False
    try:
        result = read_json(path)
    except IntertaskError as error:
        print(f"{error.what} It is made again.", flush=True)
        return False
    adapter = None
    if recipe["source"] != NO_SOURCE:
        adapter = read_json(Path(adapters) / recipe["source"] / "metrics.json")["fingerprint"]
    made_from = _made_from(load_info(data), model, adapter)
    return result.get("recipe") == recipe and result.get("made_from") == made_from


def transfer(
    recipe: dict[str, Any],
    data: str | os.PathLike,
    model: str | os.PathLike,
    adapters: str | os.PathLike,
    checkpoints: str | os.PathLike,
    hold_out: bool = False,
) -> tuple[Any, dict[str, Any]]:
    """Fine-tune a source's adapter on the target, and score it.

    Args:
        recipe: Recipe of a transfer or of a candidate.
        data: The target's folder of prepared data.
        model: Result of the check of the base model.
        adapters: Folder of the base model's source adapters.
        checkpoints: Folder that survives an interruption.
        hold_out: Whether to hold rows out of the training split; see
            :func:`~intertask.models.training.fine_tuning.fine_tune`.

    Returns:
        The trained network, and the result: ``target``, ``source``, ``seed``, the result of ``fine_tune``,
        ``made_from``, ``fingerprint``, ``recipe``, ``versions``.

    Raises:
        IntertaskError: The source's weights differ from those that its ``metrics.json`` describes.
    """
    prepared, base = load_prepared(data), recipe_model(recipe)
    target = prepared.info["task"]
    set_seed(recipe["seed"])
    network, adapter = _with_adapter(recipe, lambda: load_model(base), target, adapters)
    made_from = _made_from(prepared.info, model, adapter)
    # The folder depends on the source's weights: a run is not resumed after its source was trained again.
    folder = Path(checkpoints) / fingerprint(made_from)
    result = fine_tune(network, base, target, prepared, recipe, recipe["split_seed"], folder, hold_out)
    return network, _described(recipe, target, result, made_from)


def transfer_together(
    recipes: Sequence[dict[str, Any]],
    data: str | os.PathLike,
    model: str | os.PathLike,
    adapters: str | os.PathLike,
    checkpoints: str | os.PathLike,
) -> list[dict[str, Any]]:
    """Fine-tune the adapters of several sources on the target in one process, each as :func:`transfer` does.

    Args:
        recipes: Recipes of transfers to one target, which differ in nothing but their sources.
        data: The target's folder of prepared data.
        model: Result of the check of the base model.
        adapters: Folder of the base model's source adapters.
        checkpoints: Folder that survives an interruption.

    Returns:
        The result of each transfer, in the order of the recipes. ``seconds`` is an equal share of the whole time.

    Raises:
        IntertaskError: The adapters cannot be trained together, or the weights of a source differ from those that its
            ``metrics.json`` describes.
    """
    started = time.monotonic()
    prepared, base, seed = load_prepared(data), recipe_model(recipes[0]), recipes[0]["seed"]
    target, precision = prepared.info["task"], for_training(recipes[0])
    set_seed(seed)
    network = load_model(base)
    runs: dict[str, Run] = {}
    made_from = {}
    # Without a source, adapter and head are drawn right after the model is loaded, as in a single transfer.
    for recipe in sorted(recipes, key=lambda recipe: recipe["source"] != NO_SOURCE):
        source, name = recipe["source"], f"run{len(runs)}"
        _, adapter = _with_adapter(recipe, lambda: network, name, adapters)
        made_from[source] = _made_from(prepared.info, model, adapter)
        runs[source] = prepare_run(network, base, name, prepared, recipe, recipe["split_seed"])
    # Other recipes, data or adapters never resume from this checkpoint.
    checkpoint = Path(checkpoints) / f"{fingerprint([list(recipes), made_from])}.safetensors"
    trained = train_together(network, list(runs.values()), load_tokenizer(base), precision, checkpoint)
    results = {}
    for (source, run), training in zip(runs.items(), trained, strict=True):
        activate(network, run.name)
        results[source] = outcome(network, run, training, precision, started)
    share = round((time.monotonic() - started) / len(recipes), 3)
    return [
        _described(recipe, target, results[recipe["source"]] | {"seconds": share}, made_from[recipe["source"]])
        for recipe in recipes
    ]


def _with_adapter(
    recipe: dict[str, Any], base_model: Callable[[], Any], name: str, adapters: str | os.PathLike
) -> tuple[Any, str | None]:
    """Give the base model the source's adapter, or a fresh one; also return the fingerprint of the source's."""
    if recipe["source"] == NO_SOURCE:
        network = base_model()
        add_fresh_adapter(network, name, recipe["adapter"])
        return network, None
    folder = Path(adapters) / recipe["source"]
    trained = read_json(folder / "metrics.json")
    network = load_source(folder, base_model, name, recipe["adapter"], trained["weights_sha256"])
    # The head starts from the same numbers, whatever was drawn while the adapter was loaded.
    set_seed(recipe["seed"])
    return network, trained["fingerprint"]


def _made_from(info: Mapping[str, Any], model: str | os.PathLike, adapter: str | None) -> dict[str, Any]:
    """Fingerprints of what a transfer reads."""
    return {"data": info["fingerprint"], "model": read_json(model)["fingerprint"], "adapter": adapter}


def _described(
    recipe: dict[str, Any], target: str, result: dict[str, Any], made_from: dict[str, Any]
) -> dict[str, Any]:
    """The result of a transfer with its names and its origin."""
    return {
        "target": target,
        "source": recipe["source"],
        "seed": recipe["seed"],
        **result,
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from]),
        "recipe": recipe,
        "versions": versions(),
    }
