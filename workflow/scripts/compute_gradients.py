"""Compute the Fisher embedding of one task's trained adapter.

python workflow/scripts/compute_gradients.py --recipe JSON --data results/data/mnli --model results/models/bert.json
    --adapter results/adapters/bert/mnli --out results/gradients/bert/mnli.npz
"""

from pathlib import Path

import numpy as np

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, fingerprint, read_json
from intertask.models.base import quiet_libraries, recipe_model
from intertask.models.evidence.fisher import trained_fisher
from intertask.models.precision import about, for_features


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapter", "out")
    quiet_libraries()
    recipe, prepared, folder = options.recipe, load_prepared(options.data), Path(options.adapter)
    trained = read_json(folder / "metrics.json")
    components = trained_fisher(folder, recipe_model(recipe), prepared, recipe, trained)
    made_from = {
        "data": prepared.info["fingerprint"],
        "model": read_json(options.model)["fingerprint"],
        "adapter": trained["fingerprint"],
    }
    with atomic(options.out) as temporary:
        np.savez(
            temporary,
            **{f"component/{name}": vector for name, vector in components.items()},
            data=np.array(made_from["data"]),
            adapter=np.array(made_from["adapter"]),
            fingerprint=np.array(fingerprint([recipe, made_from])),
            **about(for_features(recipe)),
        )
    print(f"{prepared.info['task']}: {len(components)} components")


run(main)
