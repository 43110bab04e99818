"""Fine-tune on the target, starting from one source's adapter (or from none), and score it.

python workflow/scripts/run_transfer.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --adapters results/adapters/bert --checkpoints results/checkpoints/transfer+bert+rte+mnli+seed1
    --out results/transfer/bert/rte/mnli/seed1.json
"""

from pathlib import Path

from intertask.execution.script import arguments, run
from intertask.files import read_json, write_json
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.transfer import is_current, transfer


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    # A job that was killed after it wrote its result may have left checkpoints, which the folder removes either way.
    with checkpoint_folder(options.checkpoints) as checkpoints:
        if is_current(options.out, options.recipe, options.data, options.model, options.adapters):
            Path(options.out).touch()
            print("{source} -> {target}, seed {seed}: kept".format_map(read_json(options.out)))
            return
        quiet_libraries()
        _, result = transfer(options.recipe, options.data, options.model, options.adapters, checkpoints)
        write_json(options.out, result)
    print("{source} -> {target}, seed {seed}: {metric} {value:.2f}".format_map(result))


run(main)
