"""Fetch the published adapter of one source."""

from pathlib import Path

from intertask.data import load_info
from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run, versions
from intertask.files import read_json, write_json
from intertask.models.base import quiet_libraries, recipe_model
from intertask.models.published import fetch_source
from intertask.models.training.fine_tuning import remove_checkpoints


def main() -> None:
    options = arguments(__doc__, "data", "model", "checkpoints", "out")
    quiet_libraries()
    recipe, info, folder = options.recipe, load_info(options.data), Path(options.out)
    with exclusive(Path(options.checkpoints) / "lock"):
        metrics = fetch_source(recipe, info, recipe_model(recipe), read_json(options.model)["fingerprint"], folder)
        write_json(folder / "metrics.json", metrics | {"versions": versions()})
        remove_checkpoints(Path(options.checkpoints))
    for line in (f"published adapter {recipe['published']['repository']}", *metrics["notes"]):
        print(f"{info['task']}: {line}")


run(main)
