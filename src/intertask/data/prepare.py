"""Prepare a task's data: read, check, split and cap the rows, and write the files that every later step reads.

Reading ``info.json`` alone (:func:`load_info`) imports nothing heavy.
"""

import hashlib
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import Task
from ..errors import IntertaskError, without_secret_addresses, without_secrets
from ..files import atomic, canonical_json, read_json, write_json
from ..types import get_type
from .origin import read_task

#: Number of rows that are converted for the files at a time, which takes less memory than all at once.
_ROWS_AT_A_TIME = 16_384
#: Fields of a task that change its prepared data. These and no others belong in the recipe.
DATA_KEYS = (
    "name",
    "type",
    "data",
    "columns",
    "join",
    "labels",
    "positive_label",
    "drop_labels",
    "on_bad_row",
    "metric",
    "max_train_examples",
    "max_validation_examples",
)


@dataclass(frozen=True)
class Prepared:
    """Prepared data of one task.

    Attributes:
        info: Content of ``info.json``.
        train: Canonical training rows.
        validation: Canonical validation rows.
    """

    info: dict[str, Any]
    train: list[dict]
    validation: list[dict]


def prepare(task: Task, seed: int, folder: str | Path, recipe: dict) -> dict[str, Any]:
    """Read a task's data, check it, and write ``train.parquet``, ``validation.parquet``, then ``info.json``.

    The steps have this order. Rows are read from the first location that is available, shaped (``data: shape:``) and
    checked. Large files are read again in each pass, so that only the chosen rows are held. Bad rows and
    ``drop_labels`` are left out. Rows of train that are also in validation are removed from
    train. Without a validation split, a seeded part of train becomes one. Both splits are capped at
    ``max_train_examples`` and ``max_validation_examples``. For each split that was read, ``rows_before_cap = rows_read
    - removed``, counted after shaping; for both splits together if validation is a part of train.

    Args:
        task: The task; its file paths are relative to the working folder.
        seed: Seed of the split and of the subsets.
        folder: Folder of the files, ``results/data/<task>``.
        recipe: Recipe of the step, which is stored in ``info.json``.

    Returns:
        The content of ``info.json``.

    Raises:
        IntertaskError: The data has an error; the message names the file and the row.
    """
    # These import NumPy, which jobs that only read info.json do not need.
    from .assemble import assemble
    from .selection import chosen_rows

    reading = read_task(task, hold=False)
    task = reading.task
    found = assemble(task, reading.tables, seed)
    result, in_validation = found.result, found.in_validation
    for warning in result.warnings:
        print(f"WARNING: {without_secrets(warning)}")
    before_cap = {"train": len(found.train), "validation": len(found.validation)}
    # The facts of the other rows are no longer needed, and may take as much memory as the chosen rows.
    found = replace(
        found,
        train=found.train.subset(task.max_train_examples, seed, task.type),
        validation=found.validation.subset(task.max_validation_examples, seed, task.type),
    )
    train, validation = chosen_rows([found.train, found.validation])
    notes = reading.notes + result.notes + _notes(task, result.labels, train, validation, in_validation)
    info = {
        "task": task.name,
        "type": task.type,
        "rows": {"train": len(train), "validation": len(validation)},
        "rows_before_cap": before_cap,
        "rows_read": found.rows_read,
        "removed": {
            "in_validation": in_validation,
            "dropped_labels": {"train": 0, "validation": 0} | result.dropped_labels,
            "bad_rows": {"train": 0, "validation": 0} | result.bad_rows,
        },
        "labels": result.labels,
        "positive_label": found.positive_label,
        "metric": found.metric,
        "max_choices": max_choices(train + validation),
        "words": words_per_row(train, task.type),
        "validation_from": found.validation_from,
        "origin": without_secret_addresses(reading.origin),
        "notes": without_secret_addresses(notes),
        "recipe": without_secret_addresses(recipe),
        "fingerprint": rows_fingerprint(train, validation, result.labels),
        "versions": _versions(task),
    }
    _write(Path(folder), task.type, train, validation, info)
    return info


def load_info(folder: str | Path) -> dict[str, Any]:
    """Load ``info.json`` of a prepared task.

    Args:
        folder: Folder of the task's prepared data.

    Returns:
        The content of the file.

    Raises:
        IntertaskError: The file is missing, or :func:`prepare` did not write it.
    """
    path = Path(folder) / "info.json"
    info = read_json(path)
    if not isinstance(info, dict) or not {"task", "type", "fingerprint"} <= set(info):
        raise IntertaskError(f"{path} is not the info.json of prepared data.", path, "delete it and run again")
    return info


def load_prepared(folder: str | Path) -> Prepared:
    """Load the rows and ``info.json`` of a prepared task.

    Args:
        folder: Folder of the task's prepared data.

    Returns:
        The prepared data.

    Raises:
        IntertaskError: A file is missing, or the rows are not those of ``info.json``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(folder)
    info = load_info(folder)
    stale = f"The rows in {folder} are not those of its info.json (stale or half-written)."
    try:
        train, validation = (pq.read_table(folder / f"{part}.parquet").to_pylist() for part in ("train", "validation"))
    except (OSError, pa.ArrowInvalid) as error:
        raise IntertaskError(stale, f"{folder}: {error}", "delete the folder and run again") from None
    if rows_fingerprint(train, validation, info.get("labels")) != info["fingerprint"]:
        raise IntertaskError(stale, folder / "info.json", "delete the folder and run again")
    return Prepared(info, train, validation)


def rows_fingerprint(train: list[dict], validation: list[dict], labels: list[str] | None) -> str:
    """Compute the fingerprint of prepared data.

    Args:
        train: Canonical training rows.
        validation: Canonical validation rows.
        labels: Names of the classes; None for types without label names.

    Returns:
        First 16 hex digits of the SHA-256 over the rows of both splits and the labels.
    """
    digest = hashlib.sha256()
    for part in (train, validation, [labels]):
        for row in part:
            digest.update(canonical_json(row).encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()[:16]


def max_choices(rows: list[dict]) -> int | None:
    """Return the largest number of choices of a row; None if rows have no choices."""
    return max((len(row["choices"]) for row in rows if "choices" in row), default=None)


def words_per_row(rows: list[dict], type_name: str) -> dict[str, float]:
    """Count the words of each row, over all texts of its input.

    Args:
        rows: Canonical rows.
        type_name: Name of the task type.

    Returns:
        ``mean`` and ``max`` of the number of words per row; words are separated by white space.
    """
    task_type = get_type(type_name)
    texts = [task_type.input_texts(row) for row in rows]
    counts = [len(row) if task_type.PRE_SPLIT else sum(len(text.split()) for text in row) for row in texts]
    return {"mean": round(statistics.fmean(counts), 2), "max": max(counts)}


def _notes(task: Task, labels: list[str] | None, train: list[dict], validation: list[dict], shared: int) -> list[str]:
    notes = []
    if shared:
        notes.append(f"{shared} rows of train also stand in validation; they were removed from train.")
    if labels and "label" in get_type(task.type).ROW_COLUMNS:
        for part, rows in (("train", train), ("validation", validation)):
            counts = Counter(row["label"] for row in rows)
            if absent := [label for n, label in enumerate(labels) if not counts[n]]:
                notes.append(f"Labels without a row in {part}: {', '.join(absent)}.")
    return notes


def _versions(task: Task) -> dict[str, str]:
    packages = ["pyarrow", *(["datasets"] if task.data.hub else [])]
    own = {"python": sys.version.split()[0], "intertask": __version__}
    return own | {package: version(package) for package in packages}


def _schema(type_name: str, rows: list[dict]):
    import pyarrow as pa

    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    arrow |= {list[str]: pa.list_(pa.string()), list[int]: pa.list_(pa.int64())}
    columns = get_type(type_name).ROW_COLUMNS
    return pa.schema([(name, arrow[column_type]) for name, column_type in columns.items() if name in rows[0]])


def _write(folder: Path, type_name: str, train: list[dict], validation: list[dict], info: dict) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # The old info is removed first, so that a run killed halfway never pairs the old info with new rows.
    (folder / "info.json").unlink(missing_ok=True)
    for part, rows in (("train", train), ("validation", validation)):
        with atomic(folder / f"{part}.parquet") as path:
            schema = _schema(type_name, rows)
            starts = range(0, len(rows), _ROWS_AT_A_TIME)
            parts = [pa.RecordBatch.from_pylist(rows[start : start + _ROWS_AT_A_TIME], schema) for start in starts]
            pq.write_table(pa.Table.from_batches(parts, schema), path)
    write_json(folder / "info.json", info)
