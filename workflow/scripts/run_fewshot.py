"""Few-shot fine-tuning of one target from every source's adapter, and from none.

python workflow/scripts/run_fewshot.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --sources mnli,qnli --adapters results/adapters/bert --checkpoints results/checkpoints/fewshot+bert+rte
    --out results/fewshot/bert/rte.tsv
"""

from intertask.execution.script import arguments, run
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.fewshot_table import complete_table
from intertask.tables import write_table


def main() -> None:
    options = arguments(__doc__, "data", "model", "sources", "adapters", "checkpoints", "out")
    quiet_libraries()
    sources = options.sources.split(",")
    with checkpoint_folder(options.checkpoints) as checkpoints:
        table = complete_table(
            options.recipe, sources, options.data, options.model, options.adapters, options.out, checkpoints
        )
        write_table(options.out, table)


run(main)
