"""Fine-tune on the target, starting from one source's adapter (or from none), and score it."""

from pathlib import Path

from intertask.data import load_prepared
from intertask.files import fingerprint, read_json, write_json
from intertask.models.adapters import add_fresh_adapter, load_source
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.fine_tuning import fine_tune, remove_checkpoints
from intertask.runtime.locks import exclusive
from intertask.runtime.script import arguments, run, versions
from intertask.runtime.seeds import set_seed


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    quiet_libraries()
    with exclusive(Path(options.checkpoints) / "lock"):
        transfer(options)


def transfer(options) -> None:
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    source, target = recipe["source"], prepared.info["task"]
    made_from = {
        "data": prepared.info["fingerprint"],
        "model": read_json(options.model)["fingerprint"],
        "adapter": None,
    }
    set_seed(recipe["seed"])
    if source == "none":
        model = load_model(base)
        add_fresh_adapter(model, target, recipe["adapter"])
    else:
        folder = Path(options.adapters) / source
        trained = read_json(folder / "metrics.json")
        made_from["adapter"] = trained["fingerprint"]
        model = load_source(folder, lambda: load_model(base), target, recipe["adapter"], trained["weights_sha256"])
        set_seed(recipe["seed"])  # the head starts from the same numbers, whatever was drawn while loading
    # A source that was trained again in between must not be resumed with its old weights.
    checkpoints = Path(options.checkpoints) / fingerprint(made_from)
    result = fine_tune(model, base, target, prepared, recipe, recipe["split_seed"], checkpoints)
    write_json(
        options.out,
        {
            "target": target,
            "source": source,
            "seed": recipe["seed"],
            **result,
            "made_from": made_from,
            "fingerprint": fingerprint([recipe, made_from]),
            "recipe": recipe,
            "versions": versions(),
        },
    )
    remove_checkpoints(Path(options.checkpoints))
    print(f"{source} -> {target}, seed {recipe['seed']}: {result['metric']} {result['value']:.2f}")


run(main)
