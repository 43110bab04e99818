"""Fine-tune on the target, starting from one source's adapter (or from none), and score it."""

from pathlib import Path

from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.models.base import quiet_libraries
from intertask.models.training.fine_tuning import remove_checkpoints
from intertask.models.training.transfer import transfer


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "checkpoints", "out")
    quiet_libraries()
    checkpoints = Path(options.checkpoints)
    with exclusive(checkpoints / "lock"):
        _, result = transfer(
            options.recipe, Path(options.data), Path(options.model), Path(options.adapters), checkpoints
        )
        write_json(options.out, result)
        remove_checkpoints(checkpoints)
    said = "{source} -> {target}, seed {seed}: {metric} {value:.2f}"
    print(said.format_map(result))


run(main)
