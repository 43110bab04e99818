"""Choose the best of the sources that were tried on a target, describe its gain and cost, and export its adapter."""

from pathlib import Path

from intertask.config import Task
from intertask.costs.task_sizes import task_size
from intertask.data import load_info
from intertask.execution.script import arguments, run
from intertask.files import fingerprint, read_json, write_json
from intertask.recommendation.costs import recommendation_costs
from intertask.recommendation.export import copy_run, write_card
from intertask.recommendation.summary import candidate_folder, read_runs, summarize
from intertask.recommendation.text import headline, sentences


def main() -> None:
    options = arguments(__doc__, "results", "rounds", "sentence-encoder", "out", "folder")
    recipe, results, folder = options.recipe, Path(options.results), Path(options.folder)
    rounds = [read_json(path) for path in options.rounds.split(",")]
    runs = read_runs(results, recipe, [tried["sources"] for tried in rounds])
    summary = summarize(runs, recipe, str(folder))
    if "without_adapter" in rounds[0]:
        summary["without_adapter"] = rounds[0]["without_adapter"]

    for candidate in summary["candidates"]:
        if expected := rounds[0].get("expected", {}).get(candidate["source"]):
            candidate["expected"] = expected

    infos = {name: load_info(results / "data" / name) for name in recipe["tasks"]}
    sizes = {name: task_size(Task.model_validate(recipe["tasks"][name]), info) for name, info in infos.items()}
    from_atlas = {name for name, info in infos.items() if "atlas" in info}
    tried = {source: list(by_seed) for source, by_seed in runs.items()}
    summary["cost"] = recommendation_costs(results, recipe, tried, sizes, options.sentence_encoder, from_atlas)
    summary["summary"], summary["sentences"] = headline(summary), sentences(summary)

    exported = runs[summary["chosen"]][summary["seed"]]
    target = infos[recipe["target"]]
    run_folder = candidate_folder(results, recipe, summary["chosen"], summary["seed"])
    copy_run(run_folder, exported, folder, target["recipe"]["task"], target["origin"])
    commit = read_json(results / "models" / f"{recipe['base']}.json").get("commit")
    data = results / "data" / recipe["target"]
    write_card(folder, summary, summary["sentences"], runs, recipe, infos, commit, data)

    made_from = {name: {str(seed): r["fingerprint"] for seed, r in by_seed.items()} for name, by_seed in runs.items()}
    origin = {"made_from": made_from, "fingerprint": fingerprint([recipe, made_from]), "recipe": recipe}
    write_json(options.out, {**summary, **origin, "versions": exported["versions"]})
    print("\n".join(summary["sentences"]))


run(main)
