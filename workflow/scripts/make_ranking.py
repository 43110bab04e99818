"""Rank the sources of one target by each method and by the fusion of some of them."""

from pathlib import Path

import pandas as pd

from intertask.execution.script import arguments, run
from intertask.files import read_json
from intertask.rankings.ranking import ranking_table
from intertask.tables import read_table, write_table


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe = options.recipe
    scores = [
        read_table(Path(options.results) / "scores" / setting / f"{recipe['target']}.tsv").assign(
            model=setting, target=recipe["target"]
        )
        for setting in recipe["settings"]
    ]
    # random ranks no source above another; its row is in regret.tsv
    methods = [method for method in recipe["methods"] if method != "random"]
    about = {
        setting: read_json(Path(options.results) / "scores" / setting / f"{recipe['target']}.json")
        for setting in recipe["settings"]
    }
    expected = {setting: content["gains"] for setting, content in about.items() if content.get("gains")}
    table = ranking_table(pd.concat(scores, ignore_index=True), methods, recipe["fused"], expected)
    write_table(options.out, table)
    print(f"{recipe['target']}: the best sources are {', '.join(table['source'].head(3))}")


run(main)
