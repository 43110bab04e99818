"""Import the score of every transfer from a table of transfers that were run elsewhere.

python workflow/scripts/import_transfer.py --recipe JSON --table transfers.tsv.gz --out results/transfer.tsv
    --about results/observed.tsv
"""

import pandas as pd

from intertask.config import Observed
from intertask.execution.script import arguments, run
from intertask.tables import TRANSFER_COLUMNS, write_table
from intertask.transfers import import_observed


def main() -> None:
    options = arguments(__doc__, "table", "out", "about")
    recipe = options.recipe
    keys = Observed.model_fields.keys() - {"file"}
    observed = Observed(file=options.table, **{key: recipe[key] for key in keys})
    imported = import_observed(observed, recipe["sources"], recipe["targets"])
    about = pd.DataFrame(imported.about)
    write_table(options.about, about)
    write_table(options.out, pd.DataFrame(imported.runs).rename(columns={"setting": "model"})[TRANSFER_COLUMNS])
    print(f"{len(imported.runs)} transfers")
    for reason, count in imported.left_out.items():
        print(f"left out: {count} lines {reason}")
    for (setting, scale, scale_from), group in about.groupby(["setting", "scale", "scale_from"], sort=False):
        print(f"{setting}: {scale} ({scale_from}): {', '.join(group['target'])}")


run(main)
