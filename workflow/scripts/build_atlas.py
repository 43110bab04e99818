"""Make the atlas from the results of a run.

python workflow/scripts/build_atlas.py --recipe JSON --results results --tasks tasks/atlas --model minilm
    --sentence-encoder minilm-sentence --out atlas
"""

from pathlib import Path

from intertask.artifacts import NO_SOURCE
from intertask.atlas.build import build, score_table, to_half
from intertask.atlas.folder import SCORES, TRANSFERS
from intertask.config.task_registry import Registry
from intertask.execution.script import arguments, run
from intertask.files import read_json
from intertask.models.adapters import weights_sha256
from intertask.models.base import load_model, quiet_libraries, recipe_model
from intertask.tables import TRANSFER_COLUMNS, read_table

#: The bundled model by its published name, instead of the path that it had on the machine of the run.
PUBLISHED = {"bundled": "sentence-transformers/all-MiniLM-L6-v2"}
#: Columns of a target's table of scores.
COLUMNS = ["method", "source", "score"]


def main() -> None:
    options = arguments(__doc__, "results", "tasks", "model", "sentence-encoder", "out")
    quiet_libraries()
    recipe, results, model = options.recipe, Path(options.results), options.model
    registry = Registry([options.tasks])
    tasks = {name: registry[name] for name in recipe["tasks"]}
    base = recipe_model(recipe)
    network = load_model(base)

    def half_weights(folder: Path, file: str) -> str:
        """Write an adapter in half precision, and compute the sum of the weights that a transfer loads."""
        import torch

        name = folder.name
        network.load_adapter(str(folder), load_as=name, with_head=False, use_safetensors=True)
        state = dict(network.named_parameters())
        with torch.no_grad():
            for key, values in to_half(folder / "adapter.safetensors", file).items():
                state[key].copy_(torch.from_numpy(values))
        sha256 = weights_sha256(network, name, recipe["adapter"])
        network.delete_adapter(name)
        return sha256

    transfers = read_table(results / "transfer.tsv", TRANSFER_COLUMNS)
    transfers = transfers[transfers["model"] == model].rename(columns={"model": "setting"})
    scores = {
        target: read_table(results / "scores" / model / f"{target}.tsv", COLUMNS)[COLUMNS]
        for target in recipe["targets"]
    }
    rows = {target: list(table.itertuples(index=False, name=None)) for target, table in scores.items()}
    for target, listed in rows.items():
        measures = read_json(results / "measures" / model / f"{target}.json")["scores"]
        listed += [(method, NO_SOURCE, of_method[NO_SOURCE]) for method, of_method in measures.items() if of_method]
    config = read_json(results / "adapters" / model / recipe["tasks"][0] / "adapter_config.json")
    config["model_name"] = PUBLISHED.get(base.path, base.path)
    tables = {
        TRANSFERS: transfers.to_csv(sep="\t", index=False, float_format="%.6f", lineterminator="\n"),
        SCORES: score_table(rows, model),
    }
    settings = recipe["settings"] | {"adapter": recipe["adapter"], "adapter_config": config}
    build(tasks, results, options.out, model, options.sentence_encoder, tables, half_weights, settings)
    size = sum(file.stat().st_size for file in Path(options.out).rglob("*") if file.is_file())
    print(f"{options.out}: {len(tasks)} tasks, {len(transfers)} transfers, {size / 1e6:.1f} MB")


run(main)
