"""Fine-tune on the target from several sources at once, and score each; results that are still current are kept.

python workflow/scripts/run_transfers.py --recipe JSON --sources none,mnli,qnli --data results/data/rte
    --model results/models/bert.json --adapters results/adapters/bert
    --checkpoints results/checkpoints/transfers1+bert+rte+seed1 --out results/transfer/bert/rte
    --benchmarks results/benchmarks/transfer/bert/rte
"""

from pathlib import Path

from intertask.execution.script import arguments, run
from intertask.files import write_json, write_text
from intertask.models.base import quiet_libraries
from intertask.models.training.checkpoints import checkpoint_folder
from intertask.models.training.transfer import is_current, transfer_together


def main() -> None:
    names = ("sources", "data", "model", "adapters", "checkpoints", "out", "benchmarks")
    options = arguments(__doc__, *names)
    inputs = (options.data, options.model, options.adapters)
    recipes = [options.recipe | {"source": source} for source in options.sources.split(",")]
    files = {recipe["source"]: f"{recipe['source']}/seed{recipe['seed']}" for recipe in recipes}
    with checkpoint_folder(options.checkpoints) as checkpoints:
        missing = []
        for recipe in recipes:
            path = Path(options.out, f"{files[recipe['source']]}.json")
            if is_current(path, recipe, *inputs):
                path.touch()
                print(f"{recipe['source']}: kept", flush=True)
            else:
                missing.append(recipe)
        if missing:
            quiet_libraries()
        for result in transfer_together(missing, *inputs, checkpoints) if missing else []:
            write_json(Path(options.out, f"{files[result['source']]}.json"), result)
            # The costs of a single job; the job's own file has those of the whole group.
            benchmark = Path(options.benchmarks, files[result["source"]])
            benchmark.with_suffix(".json").unlink(missing_ok=True)
            write_text(benchmark.with_suffix(".tsv"), f"s\n{result['seconds']}\n")
            print("{source} -> {target}, seed {seed}: {metric} {value:.2f}".format_map(result), flush=True)


run(main)
