"""Score every source of one target with every method."""

import time
from pathlib import Path

import pandas as pd

from intertask.evidence import Evidence
from intertask.execution.script import arguments, run
from intertask.files import fingerprint, write_json
from intertask.methods.recommended import expected_gains
from intertask.methods.registry import get_method
from intertask.tables import write_table


def main() -> None:
    options = arguments(__doc__, "results", "model", "sentence-encoder", "measures", "out", "about")
    recipe = options.recipe
    methods = [get_method(name) for name in recipe["methods"]]
    reads = {artifact for method in methods for artifact in method.reads}
    tables_with_measures = [path for path in options.measures.split(",") if path]
    evidence = Evidence(
        Path(options.results), recipe, options.model, options.sentence_encoder, reads, tables_with_measures
    )
    target, sources = evidence.load()
    tables, seconds = [], {}
    for method in methods:
        started = time.perf_counter()
        scores = method(target, sources)
        seconds[method.name] = round(time.perf_counter() - started, 6)
        print(f"{method.name}: {seconds[method.name]:.2f} s", flush=True)
        tables.append(pd.DataFrame({"method": method.name, "source": recipe["sources"], "score": scores}))
    write_table(options.out, pd.concat(tables, ignore_index=True))
    made_from = {task: info["fingerprint"] for task, info in evidence.infos().items()}
    about = {"target": recipe["target"], "seconds": seconds, "made_from": made_from}
    if "recommended" in recipe["methods"]:
        about["gains"] = expected_gains(target, sources)
    write_json(options.about, {**about, "fingerprint": fingerprint([recipe, made_from]), "recipe": recipe})
    print(f"{recipe['target']}: {len(methods)} methods, {len(sources)} sources")


run(main)
