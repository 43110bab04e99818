"""Measure the adapters of the sources on the rows of one target, as evidence for the ranking `recommended`."""

from pathlib import Path

from intertask.data import load_info
from intertask.evidence import Evidence
from intertask.execution.script import arguments, run
from intertask.files import write_json
from intertask.methods.adapter_measures import measure_adapters


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, results = options.recipe, Path(options.results)
    evidence = Evidence(results, recipe, recipe["model"], "", {"rows", "features"})
    scores = measure_adapters(*evidence.load())
    data = load_info(results / "data" / recipe["target"])["fingerprint"]
    write_json(options.out, {"target": recipe["target"], "data": data, "scores": scores, "recipe": recipe})
    print(f"{recipe['target']}: {len(scores)} measures of {len(recipe['sources'])} adapters")


run(main)
