"""Collect the transfers to all targets in one table."""

from pathlib import Path

import pandas as pd

from intertask.execution.script import arguments, run
from intertask.tables import TRANSFER_COLUMNS, read_table, write_table


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, folder = options.recipe, Path(options.results) / "transfer"
    tables = [
        read_table(folder / model / f"{target}.tsv", TRANSFER_COLUMNS)
        for model in recipe["models"]
        for target in recipe["targets"]
    ]
    table = pd.concat(tables, ignore_index=True)
    write_table(options.out, table)
    print(f"{len(table)} transfers")


run(main)
