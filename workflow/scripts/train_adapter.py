"""Train the adapter (or, with adapter: full, the whole encoder) of one source, unless it is published."""

from pathlib import Path

from intertask.data import load_info, load_prepared
from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run, versions
from intertask.files import fingerprint, read_json, write_json
from intertask.models.adapters import add_fresh_adapter, save_source, weights_sha256
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.published import NotPublishedError, fetch_source
from intertask.models.training.fine_tuning import fine_tune, remove_checkpoints
from intertask.models.training.seeds import set_seed


def main() -> None:
    options = arguments(__doc__, "data", "model", "checkpoints", "out")
    quiet_libraries()
    with exclusive(Path(options.checkpoints) / "lock"):
        if not fetched(options):
            train_source(options)


def fetched(options) -> bool:
    """Whether the configuration asks for a published adapter and there is one; it has then been written."""
    recipe, info, folder = options.recipe, load_info(options.data), Path(options.out)
    if recipe.get("published") is None:
        return False
    try:
        metrics = fetch_source(recipe, info, recipe_model(recipe), read_json(options.model)["fingerprint"], folder)
    except NotPublishedError as error:
        if recipe["published"]["required"]:
            raise
        print(f"{info['task']}: {error.what} It is trained instead.", flush=True)
        return False
    write_json(folder / "metrics.json", metrics | {"versions": versions()})
    remove_checkpoints(Path(options.checkpoints))
    for line in (f"published adapter {recipe['published']['repository']}", *metrics["notes"]):
        print(f"{info['task']}: {line}")
    return True


def train_source(options) -> None:
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    name = prepared.info["task"]
    set_seed(recipe["seed"])
    model = load_model(base)
    add_fresh_adapter(model, name, recipe["adapter"])
    result = fine_tune(model, base, name, prepared, recipe, recipe["seed"], Path(options.checkpoints))
    sha256 = weights_sha256(model, name, recipe["adapter"])
    save_source(model, name, recipe["adapter"], Path(options.out))
    made_from = {"data": prepared.info["fingerprint"], "model": read_json(options.model)["fingerprint"]}
    write_json(
        Path(options.out) / "metrics.json",
        {
            "source": name,
            **result,
            "weights_sha256": sha256,
            "made_from": made_from,
            "fingerprint": fingerprint([recipe, made_from, sha256]),
            "recipe": recipe,
            "versions": versions(),
        },
    )
    remove_checkpoints(Path(options.checkpoints))
    print(f"{name}: {result['metric']} {result['value']:.2f} after {result['training']['steps']} steps")


run(main)
