"""Score every source of one target with every method."""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from intertask.data import load_info
from intertask.errors import IntertaskError
from intertask.files import fingerprint, write_json
from intertask.reporting.tables import write_table
from intertask.runtime.script import arguments, run
from intertask.scores.facts import Facts
from intertask.scores.registry import get_method


def load_embeddings(path: Path, info: dict) -> dict[str, np.ndarray]:
    """Arrays of one embedding file; a file made from other rows than those of today is an error."""
    with np.load(path, allow_pickle=False) as file:
        arrays = dict(file)
    if str(arrays["data"]) != info["fingerprint"]:
        raise IntertaskError(f"{path} was made from other data than {info['task']} has now.", path, "delete it, rerun")
    return arrays


def facts(results: Path, task: str, encoders: dict[str, str]) -> Facts:
    """What the methods may know of one task."""
    info = load_info(results / "data" / task)
    found = {
        kind: load_embeddings(results / "embeddings" / encoder / f"{task}.npz", info)
        for kind, encoder in encoders.items()
    }
    base, sentence = found.get("base", {}), found.get("sentence", {})
    return Facts(
        task=task,
        type=info["type"],
        rows=info["rows_before_cap"]["train"],
        text_embeddings=base.get("embeddings"),
        text_mean=base.get("mean"),
        sentence_mean=sentence.get("mean"),
        token_ids=base.get("token_ids"),
    )


def main() -> None:
    options = arguments(__doc__, "results", "model", "sentence-encoder", "out", "about")
    recipe, results = options.recipe, Path(options.results)
    methods = [get_method(name) for name in recipe["methods"]]
    kinds = {method.encoder for method in methods} - {None}
    names = {"base": options.model, "sentence": options.sentence_encoder}
    encoders = {kind: names[kind] for kind in sorted(kinds)}
    target = facts(results, recipe["target"], encoders)
    sources = [facts(results, source, encoders) for source in recipe["sources"]]
    tables, seconds = [], {}
    for method in methods:
        started = time.perf_counter()
        scores = method(target, sources)
        seconds[method.name] = round(time.perf_counter() - started, 6)
        tables.append(pd.DataFrame({"method": method.name, "source": recipe["sources"], "score": scores}))
    table = pd.concat(tables, ignore_index=True)
    write_table(options.out, table)
    made_from = {
        task: load_info(results / "data" / task)["fingerprint"] for task in [recipe["target"], *recipe["sources"]]
    }
    about = {"target": recipe["target"], "seconds": seconds, "made_from": made_from}
    write_json(options.about, {**about, "fingerprint": fingerprint([recipe, made_from]), "recipe": recipe})
    print(f"{recipe['target']}: {len(methods)} methods, {len(sources)} sources")


run(main)
