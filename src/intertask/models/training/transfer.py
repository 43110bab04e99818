"""One sequential fine-tune: from a source's adapter, or from none, to the scores on the target."""

from pathlib import Path
from typing import Any

from ...data import load_prepared
from ...execution.script import versions
from ...files import fingerprint, read_json
from .seeds import set_seed


def transfer(
    recipe: dict[str, Any], data: Path, model: Path, adapters: Path, checkpoints: Path, hold_out: bool = False
) -> tuple[Any, dict[str, Any]]:
    """Fine-tune on the target.

    Args:
        recipe: Of a transfer or of a candidate.
        data: The target's folder of prepared data.
        model: What the check of the base model wrote.
        adapters: Folder of the base model's source adapters.
        checkpoints: Folder that survives an interruption.
        hold_out: As of :func:`intertask.models.training.fine_tuning.fine_tune`.

    Returns:
        The trained network, and its result: ``target``, ``source``, ``seed``, what ``fine_tune`` says, ``made_from``,
        ``fingerprint``, ``recipe``, ``versions``.
    """
    from ..adapters import add_fresh_adapter, load_source
    from ..base import load_model, recipe_model
    from .fine_tuning import fine_tune

    prepared, base, source = load_prepared(data), recipe_model(recipe), recipe["source"]
    target = prepared.info["task"]
    made_from = {"data": prepared.info["fingerprint"], "model": read_json(model)["fingerprint"], "adapter": None}
    set_seed(recipe["seed"])
    if source == "none":
        network = load_model(base)
        add_fresh_adapter(network, target, recipe["adapter"])
    else:
        folder = adapters / source
        trained = read_json(folder / "metrics.json")
        made_from["adapter"] = trained["fingerprint"]
        network = load_source(folder, lambda: load_model(base), target, recipe["adapter"], trained["weights_sha256"])
        set_seed(recipe["seed"])  # the head starts from the same numbers, whatever was drawn while loading
    # A source that was trained again in between must not be resumed with its old weights.
    result = fine_tune(
        network, base, target, prepared, recipe, recipe["split_seed"], checkpoints / fingerprint(made_from), hold_out
    )
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
