"""Compute the features of one target's units under every source's adapter that is new or has changed.

python workflow/scripts/compute_features.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --rows results/rows/bert/rte.safetensors --sources mnli,qnli --adapters results/adapters/bert
    --out results/features/bert/rte.safetensors
"""

import json
from pathlib import Path

from safetensors.numpy import save_file

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, canonical_json, fingerprint, read_json
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.evidence.feature_files import kept_features, rows_fingerprint
from intertask.models.evidence.source_features import source_features
from intertask.models.evidence.target_features import target_units
from intertask.models.precision import about, for_features


def main() -> None:
    options = arguments(__doc__, "data", "model", "rows", "sources", "adapters", "out")
    quiet_libraries()
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    folders = {source: Path(options.adapters) / source for source in options.sources.split(",")}
    adapters = {source: read_json(folder / "metrics.json")["fingerprint"] for source, folder in folders.items()}
    units, tokenizer = target_units(prepared, base, load_model(base).config, recipe)
    made_from = {
        "data": prepared.info["fingerprint"],
        "rows": rows_fingerprint(options.rows, prepared.info["fingerprint"], units),
        "recipe": canonical_json(recipe),
    }
    arrays, computed = kept_features(options.out, made_from, adapters)
    missing = {source: folder for source, folder in folders.items() if f"features/{source}" not in arrays}
    for source in folders:
        if source not in missing:
            print(f"{source}: kept", flush=True)
    type_name = prepared.info["type"]
    for source, features, probabilities in source_features(
        missing, base, recipe["adapter"], type_name, units, tokenizer, recipe
    ):
        arrays[f"features/{source}"] = features
        if probabilities is not None:
            arrays[f"probabilities/{source}"] = probabilities
        computed[source] = about(for_features(recipe))
        print(f"{source}: computed", flush=True)
    metadata = made_from | {"adapters": json.dumps(adapters), "fingerprint": fingerprint([made_from, adapters])}
    metadata["computed"] = json.dumps(computed)  # the device and the precision
    with atomic(options.out) as temporary:
        save_file(arrays, temporary, metadata)
    print(f"{prepared.info['task']}: {len(units.text)} rows under {len(folders)} sources")


run(main)
