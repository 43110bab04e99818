"""Compute the Fisher embedding of one task after a few steps of training a fresh adapter.

python workflow/scripts/compute_fewshot_gradients.py --recipe JSON
        --data results/data/mnli --model results/models/bert.json
    --out results/fewshot_gradients/bert/mnli.npz
"""

import numpy as np

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, fingerprint, read_json
from intertask.models.base import quiet_libraries, recipe_model
from intertask.models.evidence.fisher import few_shot_fisher
from intertask.models.precision import about, for_features, for_training


def main() -> None:
    options = arguments(__doc__, "data", "model", "out")
    quiet_libraries()
    recipe, prepared = options.recipe, load_prepared(options.data)
    components = few_shot_fisher(recipe_model(recipe), prepared, recipe)
    made_from = {"data": prepared.info["fingerprint"], "model": read_json(options.model)["fingerprint"]}
    with atomic(options.out) as temporary:
        np.savez(
            temporary,
            **{f"component/{name}": vector for name, vector in components.items()},
            data=np.array(made_from["data"]),
            adapter=np.array(""),
            fingerprint=np.array(fingerprint([recipe, made_from])),
            **about(for_features(recipe)),
            training_precision=for_training(recipe),
        )
    print(f"{prepared.info['task']}: {len(components)} components after {recipe['steps']} steps")


run(main)
