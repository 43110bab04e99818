"""Train the adapter (or, with adapter: full, the whole encoder) of one source, unless it is published.

python workflow/scripts/train_adapter.py --recipe JSON --data results/data/mnli --model results/models/bert.json
    --checkpoints results/checkpoints/adapters+bert+mnli --out results/adapters/bert/mnli
"""

from pathlib import Path

from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.source import make_source, summary


def main() -> None:
    options = arguments(__doc__, "data", "model", "checkpoints", "out")
    quiet_libraries()
    with checkpoint_folder(options.checkpoints) as checkpoints:
        metrics = make_source(options.recipe, options.data, options.model, checkpoints, options.out)
        write_json(Path(options.out) / "metrics.json", metrics)
    print(summary(metrics))


run(main)
