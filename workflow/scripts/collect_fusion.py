"""Compare the AdapterFusion on every target with its single transfers."""

from pathlib import Path

from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import check_made_from, read_json
from intertask.rankings.adapter_fusion import best_sources, comparison
from intertask.tables import TRANSFER_COLUMNS, read_table, write_table


def read_fusion(results: Path, model: str, target: str, seed: int, k: int, base: str) -> dict:
    """Read one AdapterFusion result, which was made from the current ranking, data and adapters."""
    path = results / "fusion" / model / target / f"seed{seed}.json"
    fusion = read_json(path)
    sources = best_sources(read_table(results / "rankings" / f"{target}.tsv", ["source", "model"]), model, k)
    current = {
        "list of the ranking's first sources": sources,
        "data": load_info(results / "data" / target)["fingerprint"],
        "adapters": {s: read_json(results / "adapters" / base / s / "metrics.json")["fingerprint"] for s in sources},
    }
    made_from = fusion["made_from"] | {"list of the ranking's first sources": fusion["sources"]}
    check_made_from(f"The AdapterFusion on {target}, seed {seed},", path, made_from, current)
    return fusion


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, results = options.recipe, Path(options.results)
    fusions = [
        read_fusion(results, model, target, seed, recipe["k"], recipe.get("like", {}).get(model, model))
        for model in recipe["fused_models"]
        for target in recipe["targets"]
        for seed in recipe["seeds"]
    ]
    transfer = read_table(results / "transfer.tsv", TRANSFER_COLUMNS)
    table = comparison(fusions, transfer)
    write_table(options.out, table)
    for row in table.itertuples():
        print(
            f"{row.model}, {row.target}: AdapterFusion {row.fusion_mean:.2f}, best single transfer "
            f"{row.best_single_mean:.2f} ({row.best_single}), no source {row.none_mean:.2f}"
        )


run(main)
