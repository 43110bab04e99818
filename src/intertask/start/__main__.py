"""Start with your own data: write a task's YAML and a configuration, guessed from the columns of a file.

``python -m intertask.start reviews.csv`` asks no questions, explains its guesses, and overwrites a file only with
``--force``.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, get_args

import yaml

from ..config import Model, Task, TaskTypeName, load_config, load_task, validate
from ..config.atlas import ATLAS, ATLAS_TASKS, facts_of
from ..config.licenses import NON_COMMERCIAL, PERMISSIVE, allows_adaptations
from ..data.canonical import canonical
from ..errors import IntertaskError, did_you_mean, exit_on_user_error
from ..files import write_text
from ..types import get_type
from ..yaml_files import read_yaml
from .column_profile import profile_columns
from .guessing import guess
from .locate import locate, without_unlabeled
from .report import describe_task
from .token_length import FITTING_SHARE, measure
from .writing import BUNDLED, comment, config_yaml, task_yaml

#: Folders of the project in which the files are written.
TASKS, CONFIGS = Path("tasks/own"), Path("configs")
BUNDLED_TASKS = "tasks/bundled"
#: The default configuration, whose sources are taken if the user names none.
DEFAULT_CONFIG = Path("config.yaml")


class NewTask(NamedTuple):
    """A task that is about to be written."""

    name: str
    data: str
    """The files or the dataset as the user named them."""
    path: Path
    """The task's YAML, relative to the project."""
    yaml: str
    report: str
    """Description for the user."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Guess the target and the sources, check everything, write the files, and say what to do next.

    Args:
        arguments: The command line without the program's name; by default that of the process.

    Raises:
        IntertaskError: The data cannot be read, nothing fits its columns, or a file would be overwritten.
    """
    options = _options(arguments)
    root = Path(options.folder)
    if not (root / "Snakefile").is_file():
        fix = "run this command in the folder of intertask, or name that folder with --folder"
        raise IntertaskError(f"There is no Snakefile in {root.resolve()}.", "--folder", fix)
    tasks, sources, folders = _tasks_and_sources(root, options)
    from_atlas = ATLAS_TASKS in folders and (root / ATLAS).is_dir()
    target = tasks[0].name
    config = CONFIGS / f"{target}.yaml"
    _refuse_taken_names(root, tasks, folders)
    folders = list(dict.fromkeys([*folders, str(TASKS)]))
    text = config_yaml(target, sources, folders, str(config), options.model, from_atlas)
    load_config(yaml.safe_load(text), str(config), workflow_folder=root)
    files = {root / task.path: task.yaml for task in tasks} | {root / config: text}
    for path in files:
        if path.exists() and not options.force:
            fix = "choose another name with --name, or overwrite the file with --force"
            raise IntertaskError(f"{path} already exists.", path, fix)
    for path, content in files.items():
        write_text(path, content)
    for task in tasks:
        load_task(root / task.path)
        print(task.report)
    if from_atlas:
        print(_about_atlas(root, sources))
    print(f"Written: {', '.join(str(path.relative_to(root)) for path in files)}")
    print(
        f"If a guess is wrong, correct {tasks[0].path}, or run this command again with --force and the right --type,\n"
        "--text COLUMN or --label COLUMN.\n\n"
        "Next:\n"
        f"  snakemake check --configfile {config}\n"
        f"  snakemake results/rankings/{target}.html --configfile {config}\n"
        f"  snakemake results/recommend/{target}.json --configfile {config}"
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m intertask.start",
        description="Write a task's YAML and a configuration for your own data, guessed from its columns.",
    )
    parser.add_argument(
        "data", nargs="+", metavar="DATA", help="files of the target task, a folder, or a Hub dataset as owner/name"
    )
    parser.add_argument(
        "--sources", nargs="+", metavar="SOURCE",
        help="the word atlas, files, folders, Hub datasets, or names of tasks in tasks/*/; default: atlas",
    )  # fmt: skip
    parser.add_argument(
        "--license",
        choices=["any", "non-commercial", "permissive"],
        default="any",
        help="which sources of the atlas to list: those whose license permits any use of adapters (permissive), also "
        "those that permit it for purposes that are not commercial (non-commercial), or all (any, the default)",
    )
    parser.add_argument(
        "--model", default=BUNDLED, help="base model: a local folder or a Hub id (default: the bundled one)"
    )
    parser.add_argument("--name", help="name of the target task (default: made from the name of the file)")
    parser.add_argument("--type", choices=get_args(TaskTypeName), help="task type, if the guess is wrong")
    parser.add_argument(
        "--text",
        action="extend",
        nargs="+",
        default=[],
        metavar="COLUMN",
        help="column of the text, if the guess is wrong; two for pairs",
    )
    parser.add_argument("--label", metavar="COLUMN", help="column of the label, if the guess is wrong")
    parser.add_argument(
        "--sentence", metavar="COLUMN", help="column that numbers the sentences of a table with one token per row"
    )
    parser.add_argument("--encoding", help="encoding of the files, if it is not recognized, for example cp1251")
    parser.add_argument(
        "--records", metavar="KEY", help="key of the list of rows in a json file; sheet of an xlsx file"
    )
    parser.add_argument("--config", help="configuration of a Hub dataset, for example mnli of nyu-mll/glue")
    parser.add_argument("--folder", default=".", help="folder of intertask (default: the current folder)")
    parser.add_argument("--force", action="store_true", help="overwrite existing files")
    options = parser.parse_args(arguments)
    if Path(options.model).is_dir():
        options.model = os.path.abspath(options.model)
    return options


def _tasks_and_sources(root: Path, options: argparse.Namespace) -> tuple[list[NewTask], list[str], list[str]]:
    """Guess the new tasks, the target first; returns them, the names of all sources, and the folders of known tasks."""
    tasks = [_new_task(root, options.data, options)]
    if options.sources is None:
        if not (root / ATLAS).is_dir():
            return tasks, read_yaml(root / DEFAULT_CONFIG)["sources"], [BUNDLED_TASKS]
        options.sources = [ATLAS]
    folders = [] if ATLAS in options.sources else [BUNDLED_TASKS]
    # The options about columns are for the target. Those of source files are always guessed.
    unset = {"name": None, "type": None, "text": [], "label": None, "sentence": None, "config": None}
    unset |= {"encoding": None, "records": None}
    known = []
    for source in options.sources:
        if source == ATLAS:
            folders.append(ATLAS_TASKS)
            known += _names_from_atlas(root, options.license)
        elif not Path(source).exists() and (folder := _folder_of(root, source)):
            folders.append(folder)
            known.append(source)
        else:
            tasks.append(_new_task(root, [source], argparse.Namespace(**{**vars(options), **unset})))
    sources = [*(task.name for task in tasks[1:]), *known]
    return tasks, list(dict.fromkeys(sources)), folders


def _names_from_atlas(root: Path, license_kind: str) -> list[str]:
    """The word for all tasks of the atlas, or the names of those whose license fits."""
    if license_kind == "any":
        return [ATLAS]
    allowed = PERMISSIVE if license_kind == "permissive" else PERMISSIVE | NON_COMMERCIAL
    return [name for name, facts in facts_of(root / ATLAS).items() if facts["license"] in allowed]


def _about_atlas(root: Path, sources: Sequence[str]) -> str:
    """Say in two sentences which sources come from the atlas."""
    facts = facts_of(root / ATLAS)
    listed = list(facts) if ATLAS in sources else [name for name in sources if name in facts]
    shipped = sum(allows_adaptations(facts[name]["license"]) for name in listed)
    return (
        f"Sources: {len(listed)} public datasets of the atlas. Their facts and embeddings for the bundled model come "
        f"with intertask,\nso that ranking them needs no network. {shipped} of them come with a trained adapter, and a "
        "recommendation tries these only.\n"
    )


def _folder_of(root: Path, task: str) -> str | None:
    """Find the folder under ``tasks/`` that has a task of this name."""
    found = sorted(root.glob(f"tasks/*/{task}.yaml")) if "/" not in task else []
    return found[0].parent.relative_to(root).as_posix() if found else None


def _refuse_taken_names(root: Path, tasks: Sequence[NewTask], folders: Sequence[str]) -> None:
    """Raise if two tasks have the same name: one would hide the other, or no configuration could use both folders."""
    # Files in TASKS are not checked here, because --force may overwrite them.
    others = [path for folder in folders if folder != str(TASKS) for path in (root / folder).glob("*.y*ml")]
    taken = {path.stem: path.relative_to(root).as_posix() for path in others}
    for task in tasks:
        if task.name in taken:
            fix = "choose another name with --name"
            if task is not tasks[0]:
                fix = "rename the file of the source, or give the target another name with --name"
            where = f"{taken[task.name]} and {task.data}"
            raise IntertaskError(f"There are two tasks named {task.name!r}.", where, fix)
        taken[task.name] = task.data


def _new_task(root: Path, locations: Sequence[str], options: argparse.Namespace) -> NewTask:
    """Read the data of one task, guess its columns, and convert the rows as the workflow will."""
    _refuse_misspelt_task(root, locations)
    stated = {key: value for key in ("encoding", "records") if (value := getattr(options, key)) is not None}
    raw = locate(locations, options.config, options.sentence, stated)
    name = options.name or raw.name
    path = TASKS / f"{name}.yaml"
    chosen = [*options.text, *([options.label] if options.label else [])]
    profiles = profile_columns(raw.tables["train"].rows, chosen)
    found = guess(profiles, options.type, options.text, options.label)
    raw = without_unlabeled(raw, found.columns.get("label"))
    lengths = measure(found, profiles, Model(path=options.model))
    if lengths.longer > 1 - FITTING_SHARE and not get_type(found.type).USES_STRIDE:
        note = f"{lengths.longer:.0%} of the rows have more than {lengths.max_length} tokens and are cut (max_length)."
        found = replace(found, notes=[*found.notes, note])
    data = _relative(raw.data, root / path.parent) | found.data
    text = task_yaml(name, data, found, profiles, raw.notes, lengths)
    task = validate(Task, {"name": name, **yaml.safe_load(text)}, str(path))
    try:
        rows = canonical(task, raw.tables)
    except IntertaskError as problem:
        if task.on_bad_row == "drop":
            raise
        text = (
            text.rstrip("\n") + f"\non_bad_row: drop # such rows are left out, for example: {comment(problem.what)}\n"
        )
        task = validate(Task, {"name": name, **yaml.safe_load(text)}, str(path))
        rows = canonical(task, raw.tables)
    return NewTask(name, " ".join(locations), path, text, describe_task(raw, task, found, profiles, rows))


def _refuse_misspelt_task(root: Path, locations: Sequence[str]) -> None:
    """Raise if a single plain name is neither a file nor a task, but close to the name of a task."""
    name = locations[0]
    if len(locations) > 1 or Path(name).exists() or "/" in name or Path(name).suffix:
        return
    hint = did_you_mean(name, [path.stem for path in root.glob("tasks/*/*.yaml")])
    if hint.startswith("did"):
        raise IntertaskError(f"There is no file and no task {name!r}; {hint}", "the command line")


def _relative(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Make file names relative to the folder of the YAML."""

    def relative(names: str | list[str]) -> str | list[str]:
        return [relative(name) for name in names] if isinstance(names, list) else os.path.relpath(names, folder)

    if "files" in data:
        return {**data, "files": {split: relative(names) for split, names in data["files"].items()}}
    return {**data, "hub": os.path.abspath(data["hub"])} if os.path.isdir(data["hub"]) else data


if __name__ == "__main__":
    exit_on_user_error(main)
