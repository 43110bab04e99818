"""Fine-tune on the target, starting from one source's adapter (or from none), and score it.

python workflow/scripts/run_transfer.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --adapters results/adapters/bert --checkpoints results/checkpoints/transfer+bert+rte+mnli+seed1
    --out results/transfer/bert/rte/mnli/seed1.json
"""

from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.transfer import transfer


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    quiet_libraries()
    with checkpoint_folder(options.checkpoints) as checkpoints:
        _, result = transfer(options.recipe, options.data, options.model, options.adapters, checkpoints)
        write_json(options.out, result)
    print("{source} -> {target}, seed {seed}: {metric} {value:.2f}".format_map(result))


run(main)
