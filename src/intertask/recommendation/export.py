"""Export the chosen run: copy its weights, and write its card."""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..artifacts import NO_SOURCE
from ..config import LOCATION_KEYS, Origin
from ..data import Prepared, load_prepared
from ..data.formats import extension
from ..data.held_out import training_rows
from ..errors import IntertaskError
from ..files import atomic, file_sha256, write_json, write_text
from ..types import get_type
from .baseline import baseline
from .card import Evaluation, model_card
from .choice import mean_interval
from .class_scores import class_scores, confusion
from .intervals import bounds, score_interval
from .summary import SCORE_KEYS, Runs, split_scores

#: Words for the splits in the card.
_SPLITS = {"dev": "rows held out of the training split", "validation": "validation"}


def copy_run(
    run: Path,
    result: Mapping[str, Any],
    folder: Path,
    task: Mapping[str, Any] | None = None,
    origin: Mapping[str, Any] | None = None,
) -> None:
    """Copy weights, head and description of a run. A file is either copied whole or not at all.

    The predictions of the run are left out, since answers are parts of the data.

    Args:
        run: Folder of the run.
        result: Its result.
        folder: Folder to copy to.
        task: The task's settings in the recipe of its data. How its files and columns are read becomes part of the
            description, without their paths.
        origin: ``origin`` of the data's ``info.json``, which tells which of the task's locations was read.

    Raises:
        IntertaskError: The weights changed after they were scored.
    """
    for file, sha256 in result["files"].items():
        if file_sha256(run / file) != sha256:
            raise IntertaskError("These weights changed after they were scored.", run / file, f"delete {run}")
        with atomic(folder / file) as temporary:
            shutil.copyfile(run / file, temporary)
    about = {key: value for key, value in result.items() if key != "predictions"}
    write_json(folder / "intertask.json", about | {"input": input_settings(task or {}, origin or {})})


def input_settings(task: Mapping[str, Any], origin: Mapping[str, Any]) -> dict[str, Any]:
    """Select the settings of a task by which files with more rows are read, without the locations of its own data.

    Args:
        task: The task's settings in the recipe of its data.
        origin: ``origin`` of the data's ``info.json``, which tells which of the task's locations was read.

    Returns:
        ``columns``, ``join`` and ``data`` for files like those at the location that was read; ``alternatives`` has the
        same of the task's other locations, where they differ.
    """
    data = task.get("data", {})
    places = [data, *data.get("alternatives", [])]
    read = places.pop(min(len(origin.get("passed_over", [])), len(places) - 1))
    first, *others = (_settings_of(place, task) for place in (read, *places))
    others = [other for place, other in enumerate(others) if other not in (first, *others[:place])]
    return first | ({"alternatives": others} if others else {})


def _settings_of(place: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of one location of a task's data."""
    reading = {key: place[key] for key in Origin.model_fields if key not in LOCATION_KEYS and place.get(key)}
    for key in ("files", "hub_files", "download"):
        for name in ((place.get(key) or {}).get("train") or [])[:1]:
            name = name["member"] or name["url"] if key == "download" else name
            reading["extension"] = f".{extension(name)}" if extension(name) else ""
    kept = {key: task[key] for key in ("columns", "join") if key in task}
    return kept | ({"columns": place["columns"]} if place.get("columns") is not None else {}) | {"data": reading}


def write_card(
    folder: Path,
    summary: Mapping[str, Any],
    sentences: Sequence[str],
    runs: Runs,
    recipe: Mapping[str, Any],
    infos: Mapping[str, Mapping[str, Any]],
    commit: str | None,
    data_folder: Path,
) -> None:
    """Write the README.md of the exported adapter.

    Args:
        folder: Folder of the exported adapter.
        summary: What :func:`.summary.summarize` returned.
        sentences: The recommendation in words.
        runs: Results of all runs.
        recipe: Recipe of the recommendation.
        infos: ``info.json`` of the target and of each source.
        commit: Commit of the base model on the hub; None if the model is not from the hub.
        data_folder: Folder of the prepared data of the target.
    """
    prepared = load_prepared(data_folder)
    result = runs[summary["chosen"]][summary["seed"]]
    scores = [
        {
            "split": _SPLITS[split],
            "rows": result["rows"][split],
            "exported": result[key],
            **mean_interval(
                list(split_scores(runs, split)[summary["chosen"]].values()),
                summary["confidence"],
                bounds(summary["metric"]),
            ),
        }
        for split, key in SCORE_KEYS.items()
    ]
    target = recipe["target"]
    data = {
        name: {
            "role": "target" if name == target else "source",
            "rows": infos[name]["rows"]["train"],
            "origin": describe_origin(infos[name]["origin"]),
            "license": recipe["tasks"][name].get("licence"),  # recipes keep this spelling
            **{key: recipe["tasks"][name].get(key) for key in ("homepage", "citation", "language")},
            "hub": _hub_id(infos[name]["origin"]),
        }
        for name in dict.fromkeys([target, summary["chosen"]])
        if name != NO_SOURCE
    }
    found = evaluate(result, prepared, summary["confidence"])
    places = str(folder.resolve()), str(data_folder.resolve())
    write_text(folder / "README.md", model_card(result, *places, commit, sentences, scores, data, found))


def evaluate(result: Mapping[str, Any], prepared: Prepared, confidence: float) -> Evaluation:
    """Compute what the card says of the score on the validation split, from the predictions of the run.

    Args:
        result: Result of the exported run.
        prepared: Prepared data of the target.
        confidence: Level of the interval, between 0 and 1.

    Returns:
        Interval, baseline, scores of each class and confusions. Results of earlier versions have no predictions, so
        only the baseline is known.
    """
    recipe, info, rows = result["recipe"], prepared.info, prepared.validation
    task_type, labels = get_type(info["type"]), prepared.info["labels"] or []
    train, _, _ = training_rows(prepared, recipe["training"], recipe["split_seed"], True, recipe["dev_seed"])
    plain = baseline(train, rows, info)
    stored = (result.get("predictions") or {}).get("validation")
    if stored is None:
        return Evaluation(None, confidence, plain, [], [])
    predictions = json.loads(stored)
    interval = score_interval(task_type, predictions, rows, info, confidence)
    pairs = [pair for guess, row in zip(predictions, rows, strict=True) for pair in task_type.class_pairs(guess, row)]
    scores, matrix = (class_scores(pairs, labels), confusion(pairs, labels)) if pairs else ([], [])
    return Evaluation(interval, confidence, plain, scores, matrix, "rows" if len(pairs) == len(rows) else "words")


def _hub_id(origin: Mapping[str, Any]) -> str | None:
    """The id of a dataset on the hub; None for other origins, also for a local folder that is laid out like one."""
    name = origin.get("hub")
    return name if name and not Path(name).is_dir() else None


def describe_origin(origin: Mapping[str, Any]) -> str:
    """Describe in a few words where a task's rows come from.

    Args:
        origin: ``origin`` of the task's ``info.json``.
    """
    if "hub" in origin:
        config = f", {origin['config']}" if origin.get("config") else ""
        commit = f", commit {origin['commit']}" if origin.get("commit") else ""
        return f"the hub: {origin['hub']}{config}{commit}"
    if "download" in origin:
        return ", ".join(dict.fromkeys(item["url"] for items in origin["download"].values() for item in items))
    return "the files " + ", ".join(Path(item["path"]).name for items in origin["files"].values() for item in items)
