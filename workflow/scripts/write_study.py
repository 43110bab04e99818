"""Write docs/study.md, which tests the claims of the paper on the transfers of a run.

python workflow/scripts/write_study.py --recipe JSON --results results --model minilm
    --figure results/figures/minilm/gains.svg --out docs/study.md --image docs/images/study-gains.svg
"""

import os
import shutil
from pathlib import Path

from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import atomic, read_json, write_text
from intertask.reporting.study import study
from intertask.tables import TRANSFER_COLUMNS, read_table


def main() -> None:
    options = arguments(__doc__, "results", "model", "figure", "out", "image")
    recipe, results, model, out = options.recipe, Path(options.results), options.model, Path(options.out)
    transfer, regret, evaluation = (
        table[table["model"] == model]
        for table in (
            read_table(results / "transfer.tsv", TRANSFER_COLUMNS),
            read_table(results / "regret.tsv", ["model", "method"]),
            read_table(results / "evaluation.tsv", ["model", "method", "target", "metric", "k", "value"]),
        )
    )
    tasks = recipe["tasks"]
    sources = {name: read_json(results / "adapters" / model / name / "metrics.json") for name in tasks}
    types = {name: load_info(results / "data" / name)["type"] for name in tasks}
    settings = recipe["settings"] | {"model": recipe["model"]["path"], "adapter": recipe["adapter"]}
    with atomic(options.image) as temporary:
        shutil.copyfile(options.figure, temporary)
    figure = Path(os.path.relpath(options.image, out.parent)).as_posix()
    write_text(out, study(transfer, regret, evaluation, sources, types, settings, figure))
    print(f"{out}: {len(transfer)} transfers")


run(main)
