"""Compare AdapterFusion with the single transfers of every target."""

from pathlib import Path

from intertask.data import load_info
from intertask.errors import IntertaskError
from intertask.execution.script import arguments, run
from intertask.files import read_json
from intertask.rankings.adapter_fusion import best_sources, comparison
from intertask.tables import read_table, write_table


def read_fusion(results: Path, model: str, target: str, seed: int, k: int, base: str) -> dict:
    """One result; one made from another ranking, other data or other adapters than today's is an error."""
    path = results / "fusion" / model / target / f"seed{seed}.json"
    fusion = read_json(path)
    sources = best_sources(read_table(results / "rankings" / f"{target}.tsv", ["source", "model"]), model, k)
    today = {
        "first sources of the ranking": (fusion["sources"], sources),
        "data": (fusion["made_from"]["data"], load_info(results / "data" / target)["fingerprint"]),
        "adapters": (
            fusion["made_from"]["adapters"],
            {s: read_json(results / "adapters" / base / s / "metrics.json")["fingerprint"] for s in sources},
        ),
    }
    for part, (then, now) in today.items():
        if then != now:
            raise IntertaskError(
                f"The AdapterFusion on {target}, seed {seed}, was made from other {part} than there are now.",
                path,
                f"delete {path} and run again",
            )
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
    transfer = read_table(results / "transfer.tsv", ["model", "target", "source", "seed", "metric", "value"])
    table = comparison(fusions, transfer)
    write_table(options.out, table)
    for row in table.itertuples():
        print(
            f"{row.model}, {row.target}: AdapterFusion {row.fusion_mean:.2f}, best single transfer "
            f"{row.best_single_mean:.2f} ({row.best_single}), none {row.none_mean:.2f}"
        )


run(main)
