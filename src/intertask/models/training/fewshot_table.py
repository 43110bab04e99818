"""The table of a target's few-shot runs: one run from every source's adapter and one from none.

Runs that an earlier table has, or that were finished before an interruption, are kept if they were made from the same
data, adapter and recipe.
"""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ...artifacts import NO_SOURCE
from ...data import load_prepared
from ...files import fingerprint, read_json
from ...tables import read_table, write_table
from ...words import count, duration
from ..adapters import load_source
from ..base import load_model, recipe_model
from ..precision import about, for_training
from .fewshot import NAME, draw_shots, fine_tune_few_shot, fresh_model

#: Fingerprints that tell whether a run can be kept.
MADE_FROM = ["data", "adapter", "recipe"]
REQUIRED = ["source", "step", "metric", "value", "loss", *MADE_FROM]
COLUMNS = [*REQUIRED, "device", "precision"]


def complete_table(
    recipe: dict[str, Any],
    sources: Sequence[str],
    data: str | os.PathLike,
    model: str | os.PathLike,
    adapters: str | os.PathLike,
    earlier: str | os.PathLike,
    checkpoints: str | os.PathLike,
) -> pd.DataFrame:
    """Run few-shot fine-tuning from every source that has no current run yet.

    Args:
        recipe: Recipe of the few-shot step.
        sources: Names of the sources; ``none`` is added.
        data: The target's folder of prepared data.
        model: Result of the check of the base model.
        adapters: Folder of the base model's source adapters.
        earlier: Table of an earlier job; it need not exist.
        checkpoints: Folder for the finished runs of an interrupted job.

    Returns:
        The columns :data:`COLUMNS`, one line per source (``none`` first) and step. ``value`` is in percentage points.
    """
    adapters = Path(adapters)
    prepared, base, precision = load_prepared(data), recipe_model(recipe), for_training(recipe)
    trained = {source: read_json(adapters / source / "metrics.json") for source in sources}
    shared = {
        "data": prepared.info["fingerprint"],
        "recipe": fingerprint([recipe, read_json(model)["fingerprint"]]),
    }
    made_from = {NO_SOURCE: shared | {"adapter": ""}}
    made_from |= {source: shared | {"adapter": metrics["fingerprint"]} for source, metrics in trained.items()}
    # Finished runs are kept here and not in the output, which Snakemake restores when a job fails.
    progress = Path(checkpoints) / "progress.tsv"
    parts = current_runs([Path(earlier), progress], made_from, recipe["steps"])
    shots = None
    for source, origin in made_from.items():
        if source in parts:
            print(f"{source}: kept", flush=True)
            continue
        started = time.monotonic()
        if source == NO_SOURCE:
            network = fresh_model(base, recipe["adapter"], recipe["seed"])
        else:
            sha256 = trained[source]["weights_sha256"]
            network = load_source(adapters / source, lambda: load_model(base), NAME, recipe["adapter"], sha256)
        shots = shots or draw_shots(base, network.config, prepared.info, prepared.train, recipe, recipe)
        results = fine_tune_few_shot(network, shots, recipe, recipe["seed"], precision)
        lines = [{"source": source, **result, **origin, **about(precision)} for result in results]
        parts[source] = pd.DataFrame(lines, columns=COLUMNS)
        write_table(progress, pd.concat(parts.values()))
        last, seconds = results[-1], time.monotonic() - started
        print(
            f"{source}: {last['metric']} {last['value']:.2f} after {count(last['step'], 'step')}, {duration(seconds)}",
            flush=True,
        )
    return pd.concat([parts[source] for source in made_from])


def current_runs(
    paths: Iterable[Path], made_from: Mapping[str, Mapping[str, str]], steps: Sequence[int]
) -> dict[str, pd.DataFrame]:
    """Read the runs that are complete and were made from the current data, adapter and recipe.

    Args:
        paths: Tables; those that do not exist are skipped, and later ones take precedence.
        made_from: Source -> current fingerprints, by the columns :data:`MADE_FROM`.
        steps: Optimizer steps that a complete run was scored after.

    Returns:
        Source -> its lines of a table.
    """
    runs = {}
    for table in (read_table(path, REQUIRED) for path in paths if path.exists()):
        table[MADE_FROM] = table[MADE_FROM].fillna("")  # the adapter of 'none'
        for source, current in made_from.items():
            same = (table[["source", *current]] == [source, *current.values()]).all(axis=1)
            if sorted(table.loc[same, "step"]) == sorted(steps):
                runs[source] = table.loc[same].reindex(columns=COLUMNS)
    return runs
