"""Few-shot fine-tuning of one target from every source's adapter, and from none."""

import time
from pathlib import Path

import pandas as pd

from intertask.data import load_prepared
from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run
from intertask.files import fingerprint, read_json
from intertask.models.adapters import load_source
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.precision import about, for_training
from intertask.models.training.fewshot import NAME, draw_shots, fine_tune_few_shot, fresh_model
from intertask.models.training.fine_tuning import remove_checkpoints
from intertask.tables import read_table, write_table
from intertask.words import count, duration

MADE_FROM = ["data", "adapter", "recipe"]
REQUIRED = ["source", "step", "metric", "value", "loss", *MADE_FROM]
COLUMNS = [*REQUIRED, "device", "precision"]


def main() -> None:
    options = arguments(__doc__, "data", "model", "sources", "adapters", "checkpoints", "out")
    quiet_libraries()
    with exclusive(Path(options.checkpoints) / "lock"):
        update(options)


def update(options) -> None:
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    adapters = Path(options.adapters)
    trained = {source: read_json(adapters / source / "metrics.json") for source in options.sources.split(",")}
    shared = {
        "data": prepared.info["fingerprint"],
        "recipe": fingerprint([recipe, read_json(options.model)["fingerprint"]]),
    }
    made_from = {"none": shared | {"adapter": ""}}
    made_from |= {source: shared | {"adapter": metrics["fingerprint"]} for source, metrics in trained.items()}
    # What an interrupted run had done is here and not in the output, which Snakemake puts back when a job fails.
    progress = Path(options.checkpoints) / "progress.tsv"
    parts = known_parts([Path(options.out), progress], made_from, recipe["steps"])
    shots, precision = None, for_training(recipe)
    for source, origin in made_from.items():
        if source in parts:
            print(f"{source}: kept", flush=True)
            continue
        started = time.monotonic()
        if source == "none":
            model = fresh_model(base, recipe["adapter"], recipe["seed"])
        else:
            sha256 = trained[source]["weights_sha256"]
            model = load_source(adapters / source, lambda: load_model(base), NAME, recipe["adapter"], sha256)
        shots = shots or draw_shots(base, model.config, prepared.info, prepared.train, recipe, recipe)
        results = fine_tune_few_shot(model, shots, recipe, recipe["seed"], precision)
        origin = {**origin, **about(precision)}
        parts[source] = pd.DataFrame([{"source": source, **result, **origin} for result in results], columns=COLUMNS)
        write_table(progress, pd.concat(parts.values()))
        last, seconds = results[-1], time.monotonic() - started
        print(
            f"{source}: {last['metric']} {last['value']:.2f} after {count(last['step'], 'step')}, {duration(seconds)}",
            flush=True,
        )
    write_table(options.out, pd.concat([parts[source] for source in made_from]))
    remove_checkpoints(Path(options.checkpoints))


def known_parts(paths: list[Path], made_from: dict[str, dict[str, str]], steps: list[int]) -> dict[str, pd.DataFrame]:
    """By source, the rows that an earlier run made from the same data, adapter and recipe."""
    parts = {}
    for table in (read_table(path, REQUIRED) for path in paths if path.exists()):
        table[MADE_FROM] = table[MADE_FROM].fillna("")  # the adapter of 'none'
        for source, origin in made_from.items():
            same = (table[["source", *origin]] == [source, *origin.values()]).all(axis=1)
            if sorted(table.loc[same, "step"]) == sorted(steps):
                parts[source] = table.loc[same].reindex(columns=COLUMNS)
    return parts


run(main)
