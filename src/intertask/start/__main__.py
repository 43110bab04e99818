"""Begin with your own data: write a task's YAML and a configuration from a look at a file.

``python -m intertask.start reviews.csv`` asks nothing, says what it guessed, and overwrites nothing.
"""

import argparse
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import yaml

from ..config import Task, TaskTypeName, load_config, load_task, validate
from ..data.canonical import Canonical, canonical
from ..errors import IntertaskError, did_you_mean, exit_on_user_error
from ..files import write_text
from .column_profile import Look, look_at
from .guessing import Guess, guess
from .locate import Place, find
from .writing import config_yaml, task_yaml

#: Folders of the project that the command writes to.
TASKS, CONFIGS = Path("tasks/own"), Path("configs")
#: Sources of the default run, in the configuration that is written where none are named.
BUNDLED = Path("config.yaml")


def main(arguments: Sequence[str] | None = None) -> None:
    options = _options(arguments)
    root = Path(options.folder)
    if not (root / "Snakefile").is_file():
        raise IntertaskError(
            f"There is no Snakefile in {root.resolve()}.", "--folder", "run this in the folder of intertask, or name it"
        )
    tasks = [_new_task(root, options.data, options)]
    folders, sources = ["tasks/bundled"], options.sources
    for source in options.sources or ():
        if not Path(source).exists() and (known := _folder_of(root, source)):
            folders.append(known)
        else:
            plain = argparse.Namespace(**{**vars(options), "name": None, "type": None, "text": [], "label": None})
            plain.config = None
            tasks.append(_new_task(root, [source], plain))
    named = [Path(task["path"]).stem for task in tasks[1:]]
    if sources is None:
        sources = yaml.safe_load((root / BUNDLED).read_text(encoding="utf-8"))["sources"]
    else:
        sources = [*named, *(source for source in sources if not Path(source).exists() and _folder_of(root, source))]
    target = tasks[0]["name"]
    config = CONFIGS / f"{target}.yaml"
    _refuse_taken_names(root, tasks, folders)
    folders = list(dict.fromkeys([*folders, str(TASKS)]))
    text = config_yaml(target, list(dict.fromkeys(sources)), folders, str(config))
    load_config(yaml.safe_load(text), str(config))
    written = [(root / task["path"], task["yaml"]) for task in tasks] + [(root / config, text)]
    for path, _ in written:
        if path.exists() and not options.force:
            raise IntertaskError(
                f"{path} is there already.", path, "choose another --name, or --force to overwrite what is there"
            )
    for path, content in written:
        write_text(path, content)
    for task in tasks:
        load_task(root / task["path"])
        print(task["report"])
    print(f"Written: {', '.join(str(path.relative_to(root)) for path, _ in written)}")
    print(
        "Guessed wrong? Correct the first file, or say it: --type, --text COLUMN, --label COLUMN, and --force.\n\n"
        "Next:\n"
        f"  snakemake check --configfile {config}\n"
        f"  snakemake results/rankings/{target}.html --configfile {config}\n"
        f"  snakemake results/recommend/{target}.json --configfile {config}"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m intertask.start",
        description="Write a task's YAML and a configuration for your own data, from a look at its columns.",
    )
    parser.add_argument("data", nargs="+", metavar="DATA", help="files of the target, a folder, or a hub id owner/name")
    parser.add_argument("--sources", nargs="+", metavar="SOURCE", help="files, folders, hub ids, or names in tasks/*/")
    parser.add_argument("--name", help="of the task; default: the file's")
    parser.add_argument("--type", choices=get_args(TaskTypeName), help="in place of the guess")
    parser.add_argument("--text", nargs="+", default=[], metavar="COLUMN", help="in place of the guess; two for pairs")
    parser.add_argument("--label", metavar="COLUMN", help="in place of the guess")
    parser.add_argument("--config", help="configuration of a hub dataset, such as mnli of nyu-mll/glue")
    parser.add_argument("--folder", default=".", help="intertask's folder; default: here")
    parser.add_argument("--force", action="store_true", help="overwrite")
    return parser.parse_args(arguments)


def _folder_of(root: Path, task: str) -> str | None:
    """The folder under ``tasks/`` that has a task of this name."""
    found = sorted(root.glob(f"tasks/*/{task}.yaml")) if "/" not in task else []
    return found[0].parent.relative_to(root).as_posix() if found else None


def _refuse_taken_names(root: Path, tasks: Sequence[dict[str, Any]], folders: Sequence[str]) -> None:
    """A name stands for one task: a second would hide the first, or stop every configuration with both folders."""
    # what is in TASKS already is not looked at here: --force may overwrite it
    others = [path for folder in folders if folder != str(TASKS) for path in (root / folder).glob("*.y*ml")]
    taken = {path.stem: path.relative_to(root).as_posix() for path in others}
    for task in tasks:
        name = task["name"]
        if name in taken:
            fix = "choose another --name" if task is tasks[0] else "rename the source's file, or --name the target"
            raise IntertaskError(f"There are two tasks named {name!r}.", f"{taken[name]} and {task['data']}", fix)
        taken[name] = task["data"]


def _new_task(root: Path, places: Sequence[str], options: argparse.Namespace) -> dict[str, Any]:
    """One task: its name, where its YAML goes, the YAML, and what to tell of it."""
    if len(places) == 1 and not Path(places[0]).exists() and "/" not in places[0] and not Path(places[0]).suffix:
        known = [path.stem for path in root.glob("tasks/*/*.yaml")]
        hint = did_you_mean(places[0], known)
        if hint.startswith("did"):
            raise IntertaskError(f"There is no file and no task {places[0]!r}; {hint}", "the command line")
    place = find(places, options.config)
    name = options.name or place.name
    path = TASKS / f"{name}.yaml"
    looks = look_at(place.tables["train"].rows)
    found = guess(looks, options.type, options.text, options.label)
    data = _relative(place.data, root / path.parent)
    text = task_yaml(name, data, found, looks, place.said)
    task = validate(Task, {"name": name, **yaml.safe_load(text)}, str(path))
    try:
        rows = canonical(task, place.tables)
    except IntertaskError as problem:
        if task.on_bad_row == "drop":
            raise
        text = text.rstrip("\n") + f"\non_bad_row: drop # such rows are left out: {problem.what}\n"
        task = validate(Task, {"name": name, **yaml.safe_load(text)}, str(path))
        rows = canonical(task, place.tables)
    report = _report(place, task, found, looks, rows)
    return {"name": name, "data": " ".join(places), "path": path, "yaml": text, "report": report}


def _relative(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """File names relative to the YAML's folder."""

    def there(names: str | list[str]) -> str | list[str]:
        return [there(name) for name in names] if isinstance(names, list) else os.path.relpath(names, folder)

    if "files" in data:
        return {**data, "files": {split: there(names) for split, names in data["files"].items()}}
    return {**data, "hub": os.path.abspath(data["hub"])} if os.path.isdir(data["hub"]) else data


def _report(place: Place, task: Task, found: Guess, looks: Sequence[Look], rows: Canonical) -> str:
    """What was guessed and why, what is not used, and two rows as the workflow sees them."""
    counts = {split: len(table.rows) for split, table in place.tables.items()}
    shown = ", ".join(f"{count:,} rows of {split}" for split, count in counts.items())
    lines = [f"\n{task.name}: {shown}; {len(looks)} columns", *(f"  {words}" for words in place.said), ""]
    table = [("type", found.type.replace("_", " "), found.reasons["type"])]
    for name, column in found.columns.items():
        yours = " + ".join(map(str, column)) if isinstance(column, list) else "–" if column is None else str(column)
        table.append((name, yours, found.reasons.get(name, "")))
    table.append(("metric", task.metric, ""))
    widths = [max(len(row[i]) for row in table) for i in (0, 1)]
    lines += [f"  {a:<{widths[0]}}  {b:<{widths[1]}}  {f'({c})' if c else ''}".rstrip() for a, b, c in table]
    used = {part for column in found.columns.values() for part in (column if isinstance(column, list) else [column])}
    unused = [f"{look.name} ({look.described()})" for look in looks if look.name not in used]
    if unused:
        lines.append(f"  not used: {'; '.join(unused)}")
    left_out = sum(rows.bad_rows.values())
    if left_out:
        lines.append(f"  left out: {left_out:,} rows without a text or a usable label")
    lines += ["", "  Two rows as the workflow sees them:"]
    width = max(40, shutil.get_terminal_size().columns - 6)
    train = rows.rows["train"]
    other = next((row for row in train if row.get("label") != train[0].get("label")), train[-1])
    for row in (train[0], other):
        first = sorted(row.items(), key=lambda item: item[0] != "label")  # a long text would push it out of sight
        said = "; ".join(f"{key}: {_shown(key, value, rows.labels)}" for key, value in first if value not in (None, ""))
        lines.append(f"    {said[: width - 1]}…" if len(said) > width else f"    {said}")
    return "\n".join([*lines, ""])


def _shown(key: str, value: Any, labels: list[str] | None) -> str:
    if labels and key == "label":
        return labels[value]
    if labels and key == "tags":
        return " ".join(labels[tag] for tag in value)
    if key == "tokens":
        return " ".join(value)
    return str(value)[:160] + "…" if len(str(value)) > 160 else str(value)


if __name__ == "__main__":
    exit_on_user_error(main)
