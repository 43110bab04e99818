"""Compute the features of one target's units under every source's adapter that is new or has changed.

python workflow/scripts/compute_features.py --recipe JSON --data results/data/rte --model results/models/bert.json
    --rows results/rows/bert/rte.safetensors --sources mnli,qnli --adapters results/adapters/bert
    --out results/features/bert/rte.safetensors
"""

import json
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from intertask.data import load_prepared
from intertask.execution.script import arguments, run
from intertask.files import atomic, canonical_json, check_made_from, fingerprint, read_json
from intertask.models.base import load_model, quiet_libraries, recipe_model
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
    arrays, computed = kept(options.out, made_from, adapters)
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


def rows_fingerprint(path: str, data: str, units) -> str:
    """Fingerprint of the features under the base model, which must have the same units."""
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        same = all(np.array_equal(file.get_tensor(key), getattr(units, key)) for key in ("text", "position", "groups"))
    check_made_from(
        path, path, {"data": metadata["data"], "choice of rows": same}, {"data": data, "choice of rows": True}
    )
    return metadata["fingerprint"]


def kept(
    path: str, made_from: dict[str, str], adapters: dict[str, str]
) -> tuple[dict[str, np.ndarray], dict[str, dict[str, str]]]:
    """Read the tensors of sources whose adapters have not changed, and how they were computed, from an earlier file."""
    if not Path(path).exists():
        return {}, {}
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            before = json.loads(metadata.get("adapters", "{}"))
            if {key: metadata.get(key) for key in made_from} != made_from:
                return {}, {}
            same = {source for source, adapter in adapters.items() if before.get(source) == adapter}
            arrays = {key: file.get_tensor(key) for key in file.keys() if key.partition("/")[2] in same}  # noqa: SIM118
            computed = json.loads(metadata.get("computed", "{}"))
    except (SafetensorError, OSError, ValueError) as error:
        print(f"the old file {path} cannot be read and is replaced: {error}", flush=True)
        return {}, {}
    return arrays, {source: how for source, how in computed.items() if source in same}


run(main)
