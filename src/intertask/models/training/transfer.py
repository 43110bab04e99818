"""One transfer: fine-tuning on the target from a source's adapter, or from none, to the scores on the target."""

import os
from pathlib import Path
from typing import Any

from ...artifacts import NO_SOURCE
from ...data import load_prepared
from ...execution.script import versions
from ...files import fingerprint, read_json
from ..adapters import add_fresh_adapter, load_source
from ..base import load_model, recipe_model
from .fine_tuning import fine_tune
from .seeds import set_seed


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
    prepared, base, source = load_prepared(data), recipe_model(recipe), recipe["source"]
    target = prepared.info["task"]
    made_from = {"data": prepared.info["fingerprint"], "model": read_json(model)["fingerprint"], "adapter": None}
    set_seed(recipe["seed"])
    if source == NO_SOURCE:
        network = load_model(base)
        add_fresh_adapter(network, target, recipe["adapter"])
    else:
        folder = Path(adapters) / source
        trained = read_json(folder / "metrics.json")
        made_from["adapter"] = trained["fingerprint"]
        network = load_source(folder, lambda: load_model(base), target, recipe["adapter"], trained["weights_sha256"])
        # The head starts from the same numbers, whatever was drawn while the adapter was loaded.
        set_seed(recipe["seed"])
    # The folder depends on the source's weights: a run is not resumed after its source was trained again.
    folder = Path(checkpoints) / fingerprint(made_from)
    result = fine_tune(network, base, target, prepared, recipe, recipe["split_seed"], folder, hold_out)
    return network, {
        "target": target,
        "source": source,
        "seed": recipe["seed"],
        **result,
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from]),
        "recipe": recipe,
        "versions": versions(),
    }
