"""AdapterFusion on the target: mix the adapters of the best-ranked sources, and score the mixture.

python workflow/scripts/run_fusion.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --adapters results/adapters/bert --ranking results/rankings/rte.tsv
    --checkpoints results/checkpoints/fusion+bert+rte+seed1 --out results/fusion/bert/rte/seed1.json
"""

from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.models.base import quiet_libraries
from intertask.models.training.adapter_fusion import fuse
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.rankings.adapter_fusion import best_sources
from intertask.tables import read_table


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "ranking", "checkpoints", "out")
    quiet_libraries()
    recipe = options.recipe
    sources = best_sources(read_table(options.ranking, ["rank", "source", "model"]), recipe["setting"], recipe["k"])
    with checkpoint_folder(options.checkpoints) as checkpoints:
        result = fuse(recipe, sources, options.data, options.model, options.adapters, checkpoints)
        write_json(options.out, result)
    summary = "{mixture} -> {target}, seed {seed}: {metric} {value:.2f}"
    print(summary.format(mixture="+".join(sources), **result))


run(main)
