"""Compute the features, labels and groups of one target's units under the base model.

python workflow/scripts/compute_rows.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --out results/rows/bert/rte.safetensors
"""

import numpy as np
from safetensors.numpy import save_file

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, canonical_json, fingerprint, read_json
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.evidence.target_features import target_units, unit_features
from intertask.models.precision import about, for_features


def main() -> None:
    options = arguments(__doc__, "data", "model", "out")
    quiet_libraries()
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    network, precision = load_model(base), for_features(recipe)
    units, tokenizer = target_units(prepared, base, network.config, recipe)
    arrays = {
        "features": unit_features(network, units, tokenizer, recipe["batch_size"], precision=precision),
        "text": units.text,
        "position": units.position,
        "groups": units.groups,
    }
    for v, (index, labels) in enumerate(units.views):
        arrays |= {f"index/{v}": index, f"labels/{v}": labels}
    data = prepared.info["fingerprint"]
    made_from = fingerprint([recipe, data, read_json(options.model)["fingerprint"]])
    metadata = {"data": data, "fingerprint": made_from, "recipe": canonical_json(recipe), **about(precision)}
    with atomic(options.out) as temporary:
        save_file({key: np.ascontiguousarray(array) for key, array in arrays.items()}, temporary, metadata)
    print(f"{prepared.info['task']}: {len(units.text)} rows of {len(units.inputs)} texts")


run(main)
