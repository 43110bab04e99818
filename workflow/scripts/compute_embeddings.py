"""Embed the training texts of one task.

python workflow/scripts/compute_embeddings.py --recipe JSON --data results/data/mnli --model results/models/bert.json
    --out results/embeddings/bert/mnli.npz
"""

import numpy as np

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, fingerprint, read_json
from intertask.models.base import quiet_libraries
from intertask.models.evidence.embeddings import embed_task
from intertask.models.precision import about, for_features


def main() -> None:
    options = arguments(__doc__, "data", "model", "out")
    quiet_libraries()
    prepared = load_prepared(options.data)
    arrays = embed_task(prepared.train, prepared.info["type"], options.recipe)
    made_from = fingerprint([options.recipe, prepared.info["fingerprint"], read_json(options.model)["fingerprint"]])
    with atomic(options.out) as temporary:
        np.savez(
            temporary,
            **arrays,
            fingerprint=np.array(made_from),
            data=np.array(prepared.info["fingerprint"]),
            **about(for_features(options.recipe)),
        )
    print(f"{prepared.info['task']}: {len(arrays['embeddings'])} vectors of size {arrays['embeddings'].shape[1]}")


run(main)
