"""Check that a base model or sentence encoder can be had, and write down which it is."""

from intertask.config import Model
from intertask.execution.script import arguments, run
from intertask.files import fingerprint, write_json
from intertask.models.adapters import check_adapter_string
from intertask.models.base import identity, quiet_libraries


def main() -> None:
    options = arguments(__doc__, "adapter", "out")
    quiet_libraries()
    check_adapter_string(options.adapter)
    found = identity(Model.model_validate(options.recipe["model"]))
    print(f"{found['path']}: {found['type']}, {found['layers']} layers, hidden size {found['hidden_size']}")
    write_json(options.out, {**found, "recipe": options.recipe, "fingerprint": fingerprint(found)})


run(main)
