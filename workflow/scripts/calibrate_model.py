"""Measure how fast a model is on this machine.

python workflow/scripts/calibrate_model.py --recipe JSON --out results/plan/bert.json
"""

from datetime import datetime

from intertask.errors import IntertaskError
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
    try:
        measured = calibrate(recipe_model(recipe), *settings, for_training(recipe), for_features(recipe))
    except IntertaskError as error:  # A plan or a check goes on without the speed, and lists the problem with others.
        measured = {"failed": error.what}
    # rules/plan.smk reads these two keys: a failed measurement is repeated, and a successful one is kept.
    if "failed" in measured:
        measured["failed_at"] = datetime.now().isoformat()
    elif "repeats" in recipe:
        measured["repeats"] = recipe["repeats"]
    write_json(options.out, measured)
    print(f"{recipe['model']['path']}: {measured.get('failed') or measured['device']}")


run(main)
