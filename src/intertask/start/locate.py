"""Where the rows of a new task are: files of splits, a folder of them, or a dataset of the hub."""

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import Origin, Splits
from ..data.formats import EXTENSIONS, Table
from ..data.hub import read_split, split_names
from ..errors import IntertaskError, did_you_mean
from .sniffing import read_unknown

#: Words of file and split names, the likeliest first.
TRAIN = ("train", "training")
VALIDATION = ("validation", "valid", "val", "dev", "devel", "eval", "test", "testing")


@dataclass(frozen=True)
class Place:
    """A task's raw data.

    Attributes:
        name: For the task, made from the file's, the folder's or the dataset's.
        tables: Raw rows of ``train`` and, if there is one, ``validation``.
        data: The key ``data`` of the task's YAML; file names as they were given.
        said: What was found, in words.
    """

    name: str
    tables: dict[str, Table]
    data: dict[str, Any]
    said: list[str] = field(default_factory=list)


def find(places: Sequence[str], config: str | None = None) -> Place:
    """Read what the arguments of the command name.

    Args:
        places: Files of one task (those of validation known by their names), one folder, or one hub id.
        config: Name of the hub dataset's configuration.

    Raises:
        IntertaskError: There is no such thing, or it cannot be read.
    """
    paths = [Path(place).expanduser() for place in places]
    if len(paths) == 1 and paths[0].is_dir():
        inside = [path for path in sorted(paths[0].iterdir()) if path.is_file() and _is_data(path)]
        splits = _by_split(inside)
        if not (paths[0] / "dataset_dict.json").is_file() and splits.get("train"):
            return _files(splits, _plain(paths[0].resolve().name))
        return _hub(places[0], config)
    missing = [path for path in paths if not path.exists()]
    if len(paths) == 1 and missing and _is_hub_id(places[0]):
        return _hub(places[0], config)
    if missing:
        path = missing[0]
        near = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near)
        hint = f" {hint}" if not hint.startswith("known") else ""
        raise IntertaskError(
            f"There is no file {path}.{hint}", str(path), "name files that are there, or owner/name of a hub dataset"
        )
    splits = _by_split(paths)
    first = splits["train"][0]
    stem = first.name.removesuffix(".gz").rpartition(".")[0] or first.name
    words = [word for word in re.split(r"[._-]", stem) if word.lower() not in TRAIN]
    return _files(splits, _plain("_".join(words) if words else first.resolve().parent.name))


def _is_data(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").rpartition(".")[2] in EXTENSIONS


def _is_hub_id(place: str) -> bool:
    plain = re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", place) is not None
    return plain and not _is_data(Path(place)) and Path(place).suffix.lower() not in (".txt", ".gz", ".zip", ".xlsx")


def _by_split(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Files of train and of validation; of several kinds of the latter the first of :data:`VALIDATION`."""
    kinds = {path: _split_of(path.name, VALIDATION) for path in paths}
    held_out = [word for word in VALIDATION if word in kinds.values()]
    validation = [path for path in paths if held_out and kinds[path] == held_out[0]]
    train = [path for path in paths if kinds[path] is None]
    named = [path for path in train if _split_of(path.name, TRAIN)]
    train = named or train
    if not train:  # a single file that is called test.csv is still all there is
        return {"train": list(paths)}
    return {"train": train} | ({"validation": validation} if validation else {})


def _split_of(name: str, words: Sequence[str]) -> str | None:
    parts = re.split(r"[^a-z]+", name.lower())
    return next((word for word in words if word in parts), None)


def _files(splits: dict[str, list[Path]], name: str) -> Place:
    tables, keys, said = {}, None, []
    for split, paths in splits.items():
        rows, names = [], {}
        for path in paths:
            table, found, words = read_unknown(path)
            rows += table.rows
            names |= table.class_names
            if found != keys and keys is not None:
                raise IntertaskError(
                    f"{path} is not made like the files before it: {found or 'as usual'}, not {keys or 'as usual'}.",
                    path,
                    "make them alike, or begin with one of them",
                )
            keys = found
            said = said or words
        tables[split] = Table(rows, names)
    if not tables["train"].rows:
        raise IntertaskError("The file has no rows.", splits["train"][0], "name a file with rows")
    files = {split: [str(path) for path in paths] for split, paths in splits.items()}
    files = {split: paths[0] if len(paths) == 1 else paths for split, paths in files.items()}
    return Place(name, tables, {"files": files, **(keys or {})}, said)


def _hub(place: str, config: str | None) -> Place:
    origin = Origin(hub=place, config=config)
    names = split_names(origin)
    by_name = {name: name for name in names}
    train = next((by_name[word] for word in TRAIN if word in by_name), names[0])
    validation = next((name for word in VALIDATION for name in names if _split_of(name, [word])), None)
    splits = {"train": train} | ({"validation": validation} if validation and validation != train else {})
    tables, commits = {}, set()
    for split, name in splits.items():
        tables[split], commit = read_split(origin.model_copy(update={"splits": Splits(**splits)}), name)
        commits.add(commit)
    data: dict[str, Any] = {"hub": place} | ({"config": config} if config else {})
    said = []
    if len(commits) == 1 and (commit := commits.pop()) is not None:
        data["revision"] = commit
        said.append("revision: the commit that was looked at, so that the data stays the same")
    data["splits"] = splits if "validation" in splits else {**splits, "validation": None}
    if set(names) - set(splits.values()):
        said.append(f"the dataset has these splits: {', '.join(names)}")
    folder = Path(place).name if os.path.isdir(place) else place.rpartition("/")[2]
    return Place(_plain(f"{folder}_{config}" if config else folder), tables, data, said)


def _plain(name: str) -> str:
    """A task's name: letters, digits, '_' and '-'."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", ascii_only).strip("_-")
    return plain if plain and plain != "none" else "my_task"
