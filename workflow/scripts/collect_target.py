"""Collect the transfers to one target on one model in a table."""

from pathlib import Path

import pandas as pd

from intertask.artifacts import NO_SOURCE
from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import check_made_from, read_json
from intertask.tables import TRANSFER_COLUMNS, write_table


def read_transfer(results: Path, model: str, target: str, source: str, seed: int, current: dict) -> dict:
    """Read one row of the table, from a transfer that was made from the current data and adapter."""
    path = results / "transfer" / model / target / source / f"seed{seed}.json"
    transfer = read_json(path)
    check_made_from(f"The transfer {source} -> {target}, seed {seed},", path, transfer["made_from"], current)
    return {"model": model, **{column: transfer[column] for column in TRANSFER_COLUMNS[1:]}}


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, results = options.recipe, Path(options.results)
    model, target = recipe["model"], recipe["target"]
    data = load_info(results / "data" / target)["fingerprint"]
    rows = []
    for source in [NO_SOURCE, *recipe["sources"]]:
        adapter = None
        if source != NO_SOURCE:
            adapter = read_json(results / "adapters" / recipe["base"] / source / "metrics.json")["fingerprint"]
        current = {"data": data, "adapter": adapter}
        rows += [read_transfer(results, model, target, source, seed, current) for seed in recipe["seeds"]]
    write_table(options.out, pd.DataFrame(rows, columns=TRANSFER_COLUMNS))
    print(f"{len(rows)} transfers")


run(main)
