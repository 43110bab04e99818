"""Fine-tune on the target with rows held out of its training split, score both, and keep the weights.

python workflow/scripts/run_candidate.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --adapters results/adapters/bert --checkpoints results/checkpoints/candidates+bert+rte+mnli+seed1
    --out results/candidates/bert/rte/mnli/seed1
"""

from pathlib import Path

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import file_sha256, write_json
from intertask.models.adapters import save_source, weight_files
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.fine_tuning import described
from intertask.models.training.transfer import transfer

#: Entries of ``info.json`` that are needed to turn logits into predictions; the scale of the labels is in the result.
INFO_KEYS = ("task", "type", "labels", "positive_label", "metric", "max_choices", "unanswerable")


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    quiet_libraries()
    out, adapter = Path(options.out), options.recipe["adapter"]
    with checkpoint_folder(options.checkpoints) as checkpoints:
        network, result = transfer(
            options.recipe, options.data, options.model, options.adapters, checkpoints, hold_out=True
        )
        save_source(network, result["target"], adapter, out)
        weights = {file: file_sha256(out / file) for file in weight_files(adapter)}
        info = described(load_prepared(options.data))
        info = {key: info[key] for key in INFO_KEYS if key in info}
        write_json(out / "result.json", {**result, "info": info, "files": weights})
    summary = "{source} -> {target}, seed {seed}: {metric} {dev_value:.2f} on held-out rows, {value:.2f} on validation"
    print(summary.format_map(result))


run(main)
