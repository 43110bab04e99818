"""Choose the sources to try with the next seed: the first k of the ranking, later those that have not clearly lost."""

from pathlib import Path

from intertask.artifacts import NO_SOURCE
from intertask.execution.script import arguments, run
from intertask.files import read_json, write_json
from intertask.rankings.adapter_fusion import best_sources
from intertask.rankings.ranking import EXPECTED
from intertask.recommendation.choice import survivors
from intertask.tables import read_table


def main() -> None:
    options = arguments(__doc__, "results", "out")
    recipe, results = options.recipe, Path(options.results)
    model, target, seeds = recipe["model"], recipe["target"], recipe["seeds"]
    folder = results / "candidates" / model / target
    outcome = {}
    if not seeds:
        ranking = read_table(results / "rankings" / f"{target}.tsv", ["rank", "source", "model"])
        absent = recipe.get("without_adapter", [])
        ranked = best_sources(ranking, model, len(ranking))
        sources = [NO_SOURCE, *[source for source in ranked if source not in absent][: recipe["k"]]]
        of_model = ranking[ranking["model"] == model].set_index("source")
        if "helps" in of_model:  # what was expected before any run
            columns = of_model[[*EXPECTED.values()]].rename(columns={column: key for key, column in EXPECTED.items()})
            expected = columns.loc[sources[1:]].dropna().to_dict("index")
            outcome |= {"expected": expected} if expected else {}
        above = ranked[: ranked.index(sources[-1])]
        if skipped := [source for source in above if source in absent]:
            outcome["without_adapter"] = skipped
            print(f"{target}: passed over, because the atlas may not ship their adapters: {', '.join(skipped)}")
    else:
        before = read_json(folder / f"round{len(seeds) - 1}.json")["sources"]
        runs = {source: [read_json(folder / source / f"seed{s}" / "result.json") for s in seeds] for source in before}
        scores = {source: [result["dev_value"] for result in of_source] for source, of_source in runs.items()}
        sources = survivors(scores, runs[NO_SOURCE][0]["rows"]["dev"])
        outcome = {"scores": scores, "dropped": [source for source in before if source not in sources]}
    write_json(options.out, {"target": target, "model": model, "after_seeds": seeds, "sources": sources, **outcome})
    dropped = f" Dropped: {', '.join(outcome['dropped'])}." if outcome.get("dropped") else ""
    print(f"{target}: the next seed is tried with {', '.join(sources)}.{dropped}")


run(main)
