"""Choose the best of the tried sources on held-out rows, say what it gained and cost, and export its adapter."""

import shutil
from pathlib import Path

from intertask.config import Task
from intertask.costs.task_sizes import task_size
from intertask.data import load_info
from intertask.errors import IntertaskError
from intertask.execution.script import arguments, run
from intertask.files import atomic, check_made_from, file_sha256, fingerprint, read_json, write_json, write_text
from intertask.recommendation.card import model_card
from intertask.recommendation.choice import best_seed, chosen, estimate, gain, mean, verdict
from intertask.recommendation.costs import recommendation_costs
from intertask.recommendation.text import sentences


def main() -> None:
    options = arguments(__doc__, "results", "rounds", "sentence-encoder", "out", "folder")
    recipe, results, folder = options.recipe, Path(options.results), Path(options.folder)
    target, seeds, confidence = recipe["target"], recipe["seeds"], recipe["confidence"]
    rounds = [read_json(path)["sources"] for path in options.rounds.split(",")]
    runs = read_runs(results, recipe, rounds)
    dev, validation = ({s: {n: r[key] for n, r in of.items()} for s, of in runs.items()} for key in KEYS)
    # Only those that were tried with every seed can be chosen.
    whole = {source: list(scores.values()) for source, scores in dev.items() if len(scores) == len(seeds)}
    source = chosen(whole)
    compared = source if source != "none" else chosen({s: v for s, v in whole.items() if s != "none"})
    exported = runs[source][best_seed(dev, source)]
    gains = {
        split: gain(list(scores[compared].values()), list(scores["none"].values()), confidence)
        for split, scores in (("dev", dev), ("validation", validation))
    }
    infos = {name: load_info(results / "data" / name) for name in recipe["tasks"]}
    sizes = {name: task_size(Task.model_validate(recipe["tasks"][name]), info) for name, info in infos.items()}
    tried = {source: list(of_seed) for source, of_seed in runs.items()}
    found = {
        "target": target,
        "model": recipe["setting"],
        "metric": exported["metric"],
        "chosen": source,
        "helps": verdict(source, gains["validation"]),
        "compared": compared,
        "gain": gains,
        "confidence": confidence,
        "seeds": seeds,
        "adapter": str(folder),
        "seed": exported["seed"],
        "full": recipe["adapter"] == "full",
        "rows": exported["rows"],
        "pool": len(recipe["sources"]),
        "candidates": [
            {
                "source": name,
                "rank": None if name == "none" else rank,
                "dropped_after": None if len(dev[name]) == len(seeds) else list(dev[name])[-1],
                **{
                    key: value
                    for split, scores in (("dev", dev), ("validation", validation))
                    for key, value in (
                        (split, {str(seed): score for seed, score in scores[name].items()}),
                        (f"{split}_mean", mean(list(scores[name].values()))),
                    )
                },
            }
            for rank, name in enumerate(runs)
        ],
        "cost": recommendation_costs(results, recipe, tried, sizes, options.sentence_encoder),
    }
    said = sentences(found)
    made_from = {name: {str(n): r["fingerprint"] for n, r in of.items()} for name, of in runs.items()}
    export(exported, results / "candidates" / recipe["setting"] / target, folder)
    scores = [
        {
            "of": of,
            "rows": exported["rows"][split],
            "exported": exported[key],
            **estimate(list(of_seed[source].values()), confidence),
        }
        for of, split, key, of_seed in (
            ("rows held out of train", "dev", KEYS[0], dev),
            ("validation", "validation", KEYS[1], validation),
        )
    ]
    data = {
        name: {
            "role": "target" if name == target else "source",
            "rows": infos[name]["rows"]["train"],
            "origin": place(infos[name]["origin"]),
            **{key: recipe["tasks"][name].get(key) for key in ("homepage", "citation", "language")},
            "license": recipe["tasks"][name].get("licence"),
        }
        for name in dict.fromkeys([target, source])
        if name != "none"
    }
    commit = read_json(results / "models" / f"{recipe['base']}.json").get("commit")
    card = model_card(exported, str(folder), commit, said, scores, data)
    write_text(folder / "README.md", card)
    write_json(
        options.out,
        {
            **found,
            "sentences": said,
            "made_from": made_from,
            "fingerprint": fingerprint([recipe, made_from]),
            "recipe": recipe,
            "versions": exported["versions"],
        },
    )
    print("\n" + "\n".join(said) + "\n")


#: Where a run has its scores on the held-out and on the validation rows.
KEYS = ("dev_value", "value")


def read_runs(results: Path, recipe: dict, rounds: list[list[str]]) -> dict[str, dict[int, dict]]:
    """Source, ``none`` first and then by rank -> seed -> result; of data and adapters as they are now."""
    target, runs = recipe["target"], {source: {} for source in rounds[0]}
    data = load_info(results / "data" / target)["fingerprint"]
    for n, seed in enumerate(recipe["seeds"]):
        for source in rounds[min(n, len(rounds) - 1)]:
            path = results / "candidates" / recipe["setting"] / target / source / f"seed{seed}" / "result.json"
            found = read_json(path)
            adapter = None
            if source != "none":
                adapter = read_json(results / "adapters" / recipe["base"] / source / "metrics.json")["fingerprint"]
            current = {"data": data, "adapter": adapter}
            check_made_from(f"The run {source} -> {target}, seed {seed},", path, found["made_from"], current)
            runs[source][seed] = found
    return runs


def export(result: dict, candidates: Path, folder: Path) -> None:
    """Copy weights, head and description of a run; each file appears whole or not at all."""
    origin = candidates / result["source"] / f"seed{result['seed']}"
    for file, sha256 in result["files"].items():
        if file_sha256(origin / file) != sha256:
            raise IntertaskError("These weights are not those that were scored.", origin / file, f"delete {origin}")
        with atomic(folder / file) as temporary:
            shutil.copyfile(origin / file, temporary)
    with atomic(folder / "intertask.json") as temporary:
        shutil.copyfile(origin / "result.json", temporary)


def place(origin: dict) -> str:
    """Where a task's rows are from, in few words."""
    if "hub" in origin:
        config = f", {origin['config']}" if origin.get("config") else ""
        commit = f", commit {origin['commit']}" if origin.get("commit") else ""
        return f"hub: {origin['hub']}{config}{commit}"
    if "download" in origin:
        return ", ".join(dict.fromkeys(item["url"] for items in origin["download"].values() for item in items))
    return "files: " + ", ".join(Path(item["path"]).name for items in origin["files"].values() for item in items)


run(main)
