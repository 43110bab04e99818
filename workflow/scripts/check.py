"""Check whether a run will work. Problems go to standard error, everything else to standard output."""

import sys
from pathlib import Path

from intertask.check.preflight import Check, conclusion, numbered
from intertask.config import Config
from intertask.config.task_registry import configured_tasks
from intertask.execution.script import arguments, run

WORKFLOW = Path(__file__).parents[2]


def main() -> None:
    options = arguments(__doc__, "results", "next")
    recipe = options.recipe
    # The keys of the recipe are sorted, but the order of the models matters.
    if "models" in recipe["config"]:
        recipe["config"]["models"] = {name: recipe["config"]["models"][name] for name in recipe["models"]}
    config = Config.model_validate(recipe["config"])
    tasks = configured_tasks(config, WORKFLOW)
    check = Check(config, tasks, recipe["settings"], Path(options.results), recipe.get("from_atlas", []))
    check.run()
    print(conclusion(check, options.next), flush=True)
    if check.problems:
        print(numbered(check.problems), file=sys.stderr, flush=True)
        sys.exit(1)


run(main)
