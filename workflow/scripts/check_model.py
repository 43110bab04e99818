"""Check that a base model or sentence encoder can be loaded, and write down which one it is.

python workflow/scripts/check_model.py --recipe JSON --adapter seq_bn --out results/models/bert.json
"""

from intertask.config import Model
from intertask.execution.script import arguments, run
from intertask.files import fingerprint, write_json
from intertask.models.adapters import check_adapter_string
from intertask.models.base import quiet_libraries
from intertask.models.trial import try_model


def main() -> None:
    options = arguments(__doc__, "adapter", "out")
    quiet_libraries()
    check_adapter_string(options.adapter)
    model = try_model(Model.model_validate(options.recipe["model"]))
    print(f"{model['path']}: {model['type']}, {model['layers']} layers, hidden size {model['hidden_size']}")
    write_json(options.out, {**model, "recipe": options.recipe, "fingerprint": fingerprint(model)})


run(main)
