"""Fine-tune on the target as a transfer does, with rows held out of train; score these too, and keep the weights."""

from pathlib import Path

from intertask.data import load_prepared
from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run
from intertask.files import file_sha256, write_json
from intertask.models.adapters import save_source, weight_files
from intertask.models.base import quiet_libraries
from intertask.models.training.fine_tuning import described, remove_checkpoints
from intertask.models.training.transfer import transfer


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    quiet_libraries()
    checkpoints, out = Path(options.checkpoints), Path(options.out)
    with exclusive(checkpoints / "lock"):
        network, result = transfer(
            options.recipe, Path(options.data), Path(options.model), Path(options.adapters), checkpoints, hold_out=True
        )
        adapter = options.recipe["adapter"]
        save_source(network, result["target"], adapter, out)
        weights = {file: file_sha256(out / file) for file in weight_files(adapter)}
        # What makes predictions of logits; the labels' scale stands in the result.
        info = described(load_prepared(options.data))
        keys = ("task", "type", "labels", "positive_label", "metric", "max_choices", "unanswerable")
        info = {key: info[key] for key in keys if key in info}
        write_json(out / "result.json", {**result, "info": info, "files": weights})
        remove_checkpoints(checkpoints)
    said = "{source} -> {target}, seed {seed}: {metric} {dev_value:.2f} on held-out rows, {value:.2f} on validation"
    print(said.format_map(result))


run(main)
