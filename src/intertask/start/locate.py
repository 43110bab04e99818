"""Find and read the raw data of a new task: files, a folder of files, or a dataset of the Hugging Face Hub."""

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import Origin, Splits
from ..data.columns import MISSING, Column, get
from ..data.formats import EXTENSIONS, Table, extension
from ..data.formats.sentences import join_sentences
from ..data.hub import read_split, split_names
from ..errors import IntertaskError, did_you_mean
from ..words import in_words
from .sniffing import read_unknown
from .token_tables import find_sentence_column

#: Words in the names of files and splits, in order of preference.
TRAIN_WORDS = ("train", "training")
VALIDATION_WORDS = ("validation", "valid", "val", "dev", "devel", "eval", "test", "testing")
#: Values that stand for a missing label, in lower case. A column that does not exist gives the first.
NO_LABEL = {str(MISSING).lower(), "none", "nan", "null", "", "-1", "-1.0", "?", "_", "-", "unlabeled", "unlabelled"}
#: Extensions of text files whose format only their content tells, and names of such files that hold no rows.
PLAIN_EXTENSIONS = ("", ".txt", ".dat", ".data", ".text", ".tags", ".ner", ".pos", ".iobes", ".bioes", ".bmes")
ABOUT_WORDS = ("readme", "license", "licence", "labels", "classes", "tags", "vocab", "notes", "makefile", "citation")


@dataclass(frozen=True)
class RawData:
    """Raw data of a task.

    Attributes:
        name: Name for the task, made from the name of the file, the folder or the dataset.
        tables: Raw rows of ``train`` and, if there is one, ``validation``.
        data: The key ``data`` of the task's YAML. File names are as the user gave them.
        notes: What was detected while reading, one sentence each.
    """

    name: str
    tables: dict[str, Table]
    data: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def locate(
    locations: Sequence[str],
    config: str | None = None,
    sentence_column: str | None = None,
    stated: Mapping[str, Any] | None = None,
) -> RawData:
    """Find and read the data that the command line names. In a table with one token per row, the sentences are joined.

    Args:
        locations: Files of one task (their names tell which are validation data), one folder, or one dataset id.
        config: Name of the configuration of a Hub dataset.
        sentence_column: Column that numbers the sentences of a table with one token per row; None to detect it.
        stated: Keys of ``data:`` of files that the user states: ``encoding``, ``records``.

    Returns:
        The data.

    Raises:
        IntertaskError: The files or the dataset do not exist or cannot be read.
    """
    raw = _find(locations, config, stated)
    column = sentence_column or find_sentence_column(raw.tables["train"].rows)
    if column is None:
        return raw
    tables = {
        split: Table(join_sentences(table.rows, column, table.rows[0].source if table.rows else ""), table.class_names)
        for split, table in raw.tables.items()
    }
    note = f"The table has one token per row. The rows of a sentence are joined by the column {column!r}."
    return RawData(raw.name, tables, {**raw.data, "sentence_column": column}, [*raw.notes, note])


def without_unlabeled(raw: RawData, label: Column) -> RawData:
    """Leave the validation data out if none of its rows has a label, as in the test splits of competitions.

    Args:
        raw: The data.
        label: The column of the label, if it is one column.

    Returns:
        The data, perhaps without validation data.
    """
    if not isinstance(label, str | int) or "validation" not in raw.tables:
        return raw
    values = {
        split: {str(get(row.values, label)).strip().lower() for row in table.rows}
        for split, table in raw.tables.items()
    }
    if not values["validation"] <= NO_LABEL or values["train"] <= NO_LABEL:
        return raw
    (key,) = {"files", "splits"} & set(raw.data)
    named = raw.data[key]["validation"]
    rest = {split: names for split, names in raw.data[key].items() if split != "validation"}
    data = {**raw.data, key: rest if key == "files" else {**rest, "validation": None}}
    named = ", ".join(map(str, named)) if isinstance(named, list) else named
    shown = ", ".join(sorted(value for value in values["validation"] if value.strip())) or "empty"
    note = f"{named} is not used, because its rows have no labels (the column {label} is {shown})."
    return RawData(raw.name, {"train": raw.tables["train"]}, data, [*raw.notes, note])


def _find(locations: Sequence[str], config: str | None, stated: Mapping[str, Any] | None) -> RawData:
    """Find and read the data that the command line names."""
    paths = [Path(location).expanduser() for location in locations]
    if len(paths) == 1 and paths[0].is_dir():
        inside = [path for path in sorted(paths[0].iterdir()) if path.is_file() and not path.name.startswith(".")]
        splits = _by_split(_files_with_rows(inside))
        if not (paths[0] / "dataset_dict.json").is_file() and splits.get("train"):
            return _read_files(splits, _task_name(paths[0].resolve().name), inside, stated)
        return _read_hub(locations[0], config)
    missing = [path for path in paths if not path.exists()]
    if len(paths) == 1 and missing and _is_hub_id(locations[0]):
        return _read_hub(locations[0], config)
    if missing:
        path = missing[0]
        near = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, near)
        hint = f" {hint[0].upper()}{hint[1:]}" if not hint.startswith("known") else ""
        fix = "name existing files, or a Hub dataset as owner/name"
        raise IntertaskError(f"There is no file {path}.{hint}", str(path), fix)
    splits = _by_split(paths)
    first = splits["train"][0]
    stem = first.name.removesuffix(".gz").rpartition(".")[0] or first.name
    words = [word for word in re.split(r"[._-]", stem) if word.lower() not in TRAIN_WORDS]
    return _read_files(splits, _task_name("_".join(words) if words else first.resolve().parent.name), paths, stated)


def _has_known_extension(path: Path) -> bool:
    """Tell whether the extension of a file is one of a data format."""
    return extension(path) in EXTENSIONS


def _files_with_rows(paths: Sequence[Path]) -> list[Path]:
    """Keep the files of a folder that look like data: by their extensions, or by the names of splits (train.txt, dev).

    If there are none, all plain text files are kept.
    """
    plain = [path for path in paths if path.suffix.lower() in PLAIN_EXTENSIONS and path.stem.lower() not in ABOUT_WORDS]
    split_words = TRAIN_WORDS + VALIDATION_WORDS
    named = [path for path in plain if _has_known_extension(path) or _split_word(path.name, split_words)]
    return [path for path in paths if path in named or _has_known_extension(path)] or plain


def _is_hub_id(location: str) -> bool:
    """Tell whether a text looks like the id of a dataset, owner/name."""
    has_owner = re.fullmatch(r"[\w-][\w.-]*/[\w-][\w.-]*", location) is not None
    extensions = (".txt", ".gz", ".zip", ".xlsx")
    return has_owner and not _has_known_extension(Path(location)) and Path(location).suffix.lower() not in extensions


def _by_split(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """Sort files into training and validation data by their names.

    If there are validation files of several names, those of the first word of :data:`VALIDATION_WORDS` are taken.
    """
    word_of = {path: _split_word(path.name, VALIDATION_WORDS) for path in paths}
    # train_dev.tsv repeats the rows of train.tsv and dev.tsv.
    both = [path for path, word in word_of.items() if word and _split_word(path.name, TRAIN_WORDS)]
    if any(word and path not in both for path, word in word_of.items()):
        paths = [path for path in paths if path not in both]
        word_of = {path: word for path, word in word_of.items() if path in paths}
    held_out = [word for word in VALIDATION_WORDS if word in word_of.values()]
    validation = [path for path in paths if held_out and word_of[path] == held_out[0]]
    train = [path for path in paths if word_of[path] is None]
    named = [path for path in train if _split_word(path.name, TRAIN_WORDS)]
    train = named or train
    if not train:  # A single file is training data even if its name is test.csv.
        return {"train": list(paths)}
    return {"train": train} | ({"validation": validation} if validation else {})


def _split_word(name: str, words: Sequence[str]) -> str | None:
    """Find the first of some words in a name."""
    parts = re.split(r"[^a-z]+", name.lower())
    return next((word for word in words if word in parts), None)


def _read_files(
    splits: dict[str, list[Path]], name: str, offered: Sequence[Path], stated: Mapping[str, Any] | None
) -> RawData:
    """Read the files of each split, which must all have the same layout, and note those that are not read."""
    tables, keys, notes = {}, None, []
    for split, paths in splits.items():
        rows, names = [], {}
        for path in paths:
            table, found, file_notes = read_unknown(path, stated)
            rows += table.rows
            names |= table.class_names
            if found != keys and keys is not None:
                raise IntertaskError(
                    f"The files have different layouts: {path} has {_layout(found)}, the files before it have "
                    f"{_layout(keys)}.",
                    path,
                    "convert the files to one layout, or start with only one of them",
                )
            keys = found
            notes = notes or file_notes
        tables[split] = Table(rows, names)
    if not tables["train"].rows:
        raise IntertaskError("The file has no rows.", splits["train"][0], "name a file that has rows")
    files = {split: [str(path) for path in paths] for split, paths in splits.items()}
    files = {split: paths[0] if len(paths) == 1 else paths for split, paths in files.items()}
    used = [path for paths in splits.values() for path in paths]
    if left_out := [path.name for path in offered if path not in used]:
        notes = [*notes, f"Not read: {in_words(left_out, 8)}."]
    return RawData(name, tables, {"files": files, **(keys or {})}, notes)


def _layout(keys: dict[str, Any]) -> str:
    """Describe the layout of a file by the keys that differ from the defaults."""
    return ", ".join(f"{key} {value!r}" for key, value in keys.items()) or "the default layout"


def _read_hub(location: str, config: str | None) -> RawData:
    """Read a dataset of the Hub, or a local folder of the same layout."""
    origin = Origin(hub=location, config=config)
    names = split_names(origin)
    by_name = {name: name for name in names}
    train = next((by_name[word] for word in TRAIN_WORDS if word in by_name), names[0])
    validation = next((name for word in VALIDATION_WORDS for name in names if _split_word(name, [word])), None)
    splits = {"train": train} | ({"validation": validation} if validation and validation != train else {})
    tables, commits = {}, set()
    for split, name in splits.items():
        tables[split], commit = read_split(origin.model_copy(update={"splits": Splits(**splits)}), name)
        commits.add(commit)
    data: dict[str, Any] = {"hub": location} | ({"config": config} if config else {})
    notes = []
    if len(commits) == 1 and (commit := commits.pop()) is not None:
        data["revision"] = commit
        notes.append("The revision is the commit that was read just now. It keeps the data the same from now on.")
    data["splits"] = splits if "validation" in splits else {**splits, "validation": None}
    if set(names) - set(splits.values()):
        notes.append(f"The dataset has these splits: {', '.join(names)}.")
    folder = Path(location).name if os.path.isdir(location) else location.rpartition("/")[2]
    return RawData(_task_name(f"{folder}_{config}" if config else folder), tables, data, notes)


def _task_name(name: str) -> str:
    """Turn a name into a task's name of letters, digits, '_' and '-'."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", ascii_only).strip("_-")
    return plain if plain and plain != "none" else "my_task"
