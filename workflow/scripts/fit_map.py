"""Fit the embedding space map of one source.

python workflow/scripts/fit_map.py --recipe JSON --data results/data/mnli --model results/models/bert.json
    --adapter results/adapters/bert/mnli --out results/maps/bert/mnli.npz
"""

from pathlib import Path

import numpy as np

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, fingerprint, read_json
from intertask.models.base import quiet_libraries, recipe_model
from intertask.models.evidence.maps import explained, fit, text_pairs
from intertask.models.precision import about, for_features


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapter", "out")
    quiet_libraries()
    recipe, prepared = options.recipe, load_prepared(options.data)
    made_from = {
        "data": prepared.info["fingerprint"],
        "model": read_json(options.model)["fingerprint"],
        "adapter": read_json(Path(options.adapter) / "metrics.json")["fingerprint"],
    }
    X, Y, examples = text_pairs(prepared, recipe_model(recipe), Path(options.adapter), recipe["adapter"], recipe)
    weight, bias = fit(X, Y, recipe)
    share = explained(X, Y, examples, recipe)
    with atomic(options.out) as temporary:
        np.savez(
            temporary,
            weight=weight.astype(np.float32),
            bias=bias.astype(np.float32),
            explained=np.array(share),
            data=np.array(made_from["data"]),
            adapter=np.array(made_from["adapter"]),
            fingerprint=np.array(fingerprint([recipe, made_from])),
            **about(for_features(recipe)),
        )
    print(f"{prepared.info['task']}: {len(X)} texts, {share:.1%} of the variance explained on a held-out tenth")


run(main)
