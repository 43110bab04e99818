"""Estimate what a run will take: a table by rule, model and task, and a text for the terminal."""

from pathlib import Path

import pandas as pd

from intertask.config import Config, Task
from intertask.costs.estimate import Line, cheap_plan, plan
from intertask.costs.estimate_text import describe
from intertask.costs.speed import read_speed
from intertask.costs.task_sizes import task_size
from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import read_json, write_text
from intertask.tables import write_table


def main() -> None:
    options = arguments(__doc__, "results", "table", "text")
    recipe, results = options.recipe, Path(options.results)
    # The keys of the recipe are sorted, but the order of the models matters.
    recipe["config"]["models"] = {name: recipe["config"]["models"][name] for name in recipe["models"]}
    config = Config.model_validate(recipe["config"])
    sizes = {}
    for name in config.all_tasks:
        folder = results / "data" / name
        info = load_info(folder) if (folder / "info.json").exists() else None
        sizes[name] = task_size(Task.model_validate(recipe["tasks"][name]), info)
    encoders = [*config.base_models, *config.sentence_encoder]
    calibrations = {encoder: read_json(results / "plan" / f"{encoder}.json") for encoder in encoders}
    speeds = {encoder: read_speed(calibration) for encoder, calibration in calibrations.items()}
    failures = {encoder: calibrations[encoder]["failed"] for encoder in encoders if speeds[encoder] is None}
    full = plan(config, sizes, speeds, recipe["settings"])
    cheap = {} if config.observed else {k: cheap_plan(config, sizes, speeds, k) for k in config.evaluation.k}
    lines = [("full", line) for line in full]
    lines += [(f"best-{k}", line) for k, plan_lines in cheap.items() for line in plan_lines]
    columns = ["plan", *Line._fields]
    write_table(options.table, pd.DataFrame([(name, *line) for name, line in lines], columns=columns))
    text = describe(config, full, cheap, sizes, speeds, failures)
    write_text(options.text, f"\n{text}\nBy rule, model and task: {options.table}\n\n")


run(main)
