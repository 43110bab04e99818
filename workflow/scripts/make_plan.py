"""Say what a run is about to take, and write it down by task."""

from pathlib import Path

import pandas as pd

from intertask.config import Config, Task
from intertask.costs.estimate import Line, cheap_plan, plan
from intertask.costs.estimate_text import describe
from intertask.costs.speed import read_speed
from intertask.costs.task_sizes import task_size
from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import read_json
from intertask.tables import write_table


def main() -> None:
    options = arguments(__doc__, "results", "table")
    recipe, results = options.recipe, Path(options.results)
    # The recipe's keys are sorted, and the first model has a meaning.
    recipe["config"]["models"] = {name: recipe["config"]["models"][name] for name in recipe["models"]}
    config = Config.model_validate(recipe["config"])
    sizes = {}
    for name in config.all_tasks:
        known = (results / "data" / name / "info.json").exists()
        info = load_info(results / "data" / name) if known else None
        sizes[name] = task_size(Task.model_validate(recipe["tasks"][name]), info)
    speeds, failures = {}, {}
    for encoder in [*config.base_models, *config.sentence_encoder]:
        path = results / "plan" / f"{encoder}.json"
        calibration = read_json(path)
        speeds[encoder] = read_speed(calibration)
        if speeds[encoder] is None:
            failures[encoder] = calibration["failed"]
            path.unlink()  # the next plan tries again
    full = plan(config, sizes, speeds, recipe["settings"])
    cheap = {} if config.observed else {k: cheap_plan(config, sizes, speeds, k) for k in config.evaluation.k}
    lines = [("full", line) for line in full]
    lines += [(f"best-{k}", line) for k, of_path in cheap.items() for line in of_path]
    columns = ["plan", *Line._fields]
    write_table(options.table, pd.DataFrame([(name, *line) for name, line in lines], columns=columns))
    print(f"\n{describe(config, full, cheap, sizes, speeds, failures)}\nBy task: {options.table}\n")


run(main)
