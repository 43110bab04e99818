"""Write the page of one target's ranking, with or without the observed scores of the transfers."""

from pathlib import Path

import pandas as pd

from intertask.execution.script import arguments, run
from intertask.reporting.ranking_page import write_ranking_page
from intertask.tables import TRANSFER_COLUMNS, read_table


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, results = options.recipe, Path(options.results)
    transfer = None
    if recipe["gains"] == "brought":
        transfer = read_table(results / "transfer.tsv", TRANSFER_COLUMNS)
    elif recipe["gains"] == "own":
        tables = [results / "transfer" / model / f"{recipe['target']}.tsv" for model in recipe["settings"]]
        transfer = pd.concat(
            [read_table(table, TRANSFER_COLUMNS)[TRANSFER_COLUMNS] for table in tables], ignore_index=True
        )
    write_ranking_page(Path(options.out), results, recipe, transfer)
    print(f"{recipe['target']}: {options.out}")


run(main)
