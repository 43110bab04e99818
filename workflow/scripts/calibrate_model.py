"""Measure how fast a model is on this machine."""

from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.models.base import quiet_libraries, recipe_model
from intertask.models.calibration import calibrate
from intertask.models.precision import for_features, for_training


def main() -> None:
    options = arguments(__doc__, "out")
    quiet_libraries()
    recipe = options.recipe
    settings = recipe["adapter"], recipe["lengths"], recipe["batch_size"]
    found = calibrate(recipe_model(recipe), *settings, for_training(recipe), for_features(recipe))
    write_json(options.out, found)
    print(f"{recipe['model']['path']}: {found.get('failed') or found['device']}")


run(main)
