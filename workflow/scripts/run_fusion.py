"""AdapterFusion on the target: mix the adapters of the best-ranked sources, and score it."""

from pathlib import Path

from intertask.data import load_prepared
from intertask.execution.locks import exclusive
from intertask.execution.script import arguments, run, versions
from intertask.files import fingerprint, read_json, write_json
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.models.training.adapter_fusion import load_fused, mean_attention
from intertask.models.training.fine_tuning import fine_tune, remove_checkpoints
from intertask.models.training.seeds import set_seed
from intertask.rankings.adapter_fusion import best_sources
from intertask.tables import read_table


def main() -> None:
    options = arguments(__doc__, "data", "model", "adapters", "ranking", "checkpoints", "out")
    quiet_libraries()
    with exclusive(Path(options.checkpoints) / "lock"):
        fuse(options)


def fuse(options) -> None:
    recipe, prepared, base = options.recipe, load_prepared(options.data), recipe_model(options.recipe)
    target, checkpoints = prepared.info["task"], Path(options.checkpoints)
    ranking = read_table(options.ranking, ["rank", "source", "model"])
    sources = best_sources(ranking, recipe["setting"], recipe["k"])
    folders = {source: Path(options.adapters) / source for source in sources}
    made_from = {
        "data": prepared.info["fingerprint"],
        "model": read_json(options.model)["fingerprint"],
        "ranking": fingerprint(sources),  # of its first k sources, in order: further down it may change
        "adapters": {source: read_json(folders[source] / "metrics.json")["fingerprint"] for source in sources},
    }
    print(f"{target}: AdapterFusion of {', '.join(sources)}", flush=True)
    set_seed(recipe["seed"])
    model = load_fused(folders, lambda: load_model(base), recipe["adapter"])
    # Other sources or adapters are another model: its checkpoints lie apart.
    result = fine_tune(
        model, base, target, prepared, recipe, recipe["split_seed"], checkpoints / fingerprint(made_from)
    )
    write_json(
        options.out,
        {
            "target": target,
            "model": recipe["setting"],
            "sources": sources,
            "k": recipe["k"],
            "seed": recipe["seed"],
            **result,
            "attention": mean_attention(model, base, prepared, recipe),
            "made_from": made_from,
            "fingerprint": fingerprint([recipe, made_from]),
            "recipe": recipe,
            "versions": versions(),
        },
    )
    remove_checkpoints(checkpoints)
    print(f"{'+'.join(sources)} -> {target}, seed {recipe['seed']}: {result['metric']} {result['value']:.2f}")


run(main)
