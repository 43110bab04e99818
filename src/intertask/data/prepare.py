"""Prepare a task's data: read, check, split, cut to size, and write what every later step reads.

Reading ``info.json`` alone (:func:`load_info`) imports nothing heavy.
"""

import hashlib
import statistics
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import __version__
from ..config import Task
from ..errors import IntertaskError
from ..files import atomic, canonical_json, read_json, write_json
from ..types import get_type
from .canonical import Canonical, canonical, table_source
from .origin import read_task
from .subset import input_key, split, stratified_subset

#: Fields of a task that alter its prepared data: these, and no others, belong in the recipe.
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
    """Prepared data of one task: ``info.json`` and the canonical rows of both splits."""

    info: dict[str, Any]
    train: list[dict]
    validation: list[dict]


def prepare(task: Task, seed: int, folder: str | Path, recipe: dict) -> dict[str, Any]:
    """Read a task's data, check it, and write ``train.parquet``, ``validation.parquet``, then ``info.json``.

    In this order: rows are read from the first place that has them, shaped (``data: shape:``) and checked, bad rows
    and ``drop_labels`` left out; rows of train that also stand in validation are removed from train; without a
    validation split, a seeded part of train becomes one; both are cut to ``max_train_examples`` and
    ``max_validation_examples``. So, for each split that was read, ``rows_before_cap = rows_read - removed`` (both
    splits together, if validation is a part of train; rows are counted after shaping).

    Args:
        task: The task; its file paths relative to the working folder.
        seed: For the split and the subsets.
        folder: Where to write, ``results/data/<task>``.
        recipe: Stored in ``info.json`` as it is.

    Returns:
        The content of ``info.json``.

    Raises:
        IntertaskError: Anything wrong with the data; names file and row.
    """
    reading = read_task(task)
    tables, task = reading.tables, reading.task
    rows_read = {part: len(tables[part].rows) if part in tables else 0 for part in ("train", "validation")}
    result = canonical(task, tables)
    train = result.rows["train"]
    if "validation" in tables:
        validation = result.rows["validation"]
        validation_from = f"the data's own validation split: {table_source(task, 'validation')}"
        train, in_validation = _remove_shared(train, validation, task.type)
    else:
        in_validation = 0
        _check_rows(task, result, train, "train", rows_read["train"], 0)
        fraction = task.data.validation_fraction
        if len(train) < 2:
            raise IntertaskError(
                "One row of train cannot be split into train and validation.",
                f"task {task.name}: {table_source(task, 'train')}",
                "give a validation split, or more rows",
            )
        train, validation = split(train, fraction, seed, task.type)
        validation_from = (
            f"a seeded split of train: {len(validation)} of {len(train) + len(validation)} rows "
            f"(validation_fraction {fraction}, seed {seed})"
        )
    _check_rows(task, result, train, "train", rows_read["train"], in_validation)
    _check_rows(task, result, validation, "validation", rows_read["validation"] or rows_read["train"], 0)
    before_cap = {"train": len(train), "validation": len(validation)}
    train = stratified_subset(train, task.max_train_examples or len(train), seed, task.type)
    validation = stratified_subset(validation, task.max_validation_examples or len(validation), seed, task.type)

    metric = task.metric or get_type(task.type).default_metric(result.labels)
    info = {
        "task": task.name,
        "type": task.type,
        "rows": {"train": len(train), "validation": len(validation)},
        "rows_before_cap": before_cap,
        "rows_read": rows_read,
        "removed": {
            "in_validation": in_validation,
            "dropped_labels": {"train": 0, "validation": 0} | result.dropped_labels,
            "bad_rows": {"train": 0, "validation": 0} | result.bad_rows,
        },
        "labels": result.labels,
        "positive_label": _positive_label(task, metric, result.labels),
        "metric": metric,
        "max_choices": max_choices(train + validation),
        "words": words_per_row(train, task.type),
        "validation_from": validation_from,
        "origin": reading.origin,
        "notes": reading.notes + result.notes + _notes(task, result.labels, train, validation, in_validation),
        "recipe": recipe,
        "fingerprint": rows_fingerprint(train, validation, result.labels),
        "versions": _versions(task),
    }
    _write(Path(folder), task.type, train, validation, info)
    return info


def load_info(folder: str | Path) -> dict[str, Any]:
    """``info.json`` of a prepared task.

    Raises:
        IntertaskError: It is missing, or is not one that :func:`prepare` wrote.
    """
    path = Path(folder) / "info.json"
    info = read_json(path)
    if not isinstance(info, dict) or not {"task", "type", "fingerprint"} <= set(info):
        raise IntertaskError(f"{path} is not the info.json of prepared data.", path, "delete it and run again")
    return info


def load_prepared(folder: str | Path) -> Prepared:
    """A prepared task's rows and ``info.json``.

    Raises:
        IntertaskError: A file is missing, or the rows are not those that ``info.json`` was written for.
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
    """First 16 hex digits of the SHA-256 over the canonical rows of both splits and the label names."""
    digest = hashlib.sha256()
    for part in (train, validation, [labels]):
        for row in part:
            digest.update(canonical_json(row).encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()[:16]


def _remove_shared(train: list[dict], validation: list[dict], task_type: str) -> tuple[list[dict], int]:
    """``train`` without the rows whose input also stands in ``validation``, and how many those are."""
    seen = {input_key(row, task_type) for row in validation}
    kept = [row for row in train if input_key(row, task_type) not in seen]
    return kept, len(train) - len(kept)


def _check_rows(task: Task, result: Canonical, rows: list[dict], part: str, read: int, in_validation: int) -> None:
    """Enough rows, and something to learn in them."""
    where = f"task {task.name}: {table_source(task, part)}"
    if not rows:
        reasons = [
            f"{result.bad_rows.get(part, 0)} bad rows",
            f"{result.dropped_labels.get(part, 0)} with a label of 'drop_labels'",
            f"{in_validation} that also stand in validation",
        ]
        reasons = [reason for reason in reasons if not reason.startswith("0 ")]
        raise IntertaskError(
            f"The {part} data is empty: of {read} rows, {' and '.join(reasons) or 'none'} were left out.",
            where,
            "give other files" + (", not the same file for both splits" if in_validation else ""),
        )
    get_type(task.type).check_rows(rows, part, result.labels, where)


def _positive_label(task: Task, metric: str, labels: list[str] | None) -> str | None:
    where = f"task {task.name}, positive_label"
    if task.positive_label is not None:
        if labels is None or task.positive_label not in labels:
            raise IntertaskError(
                f"positive_label: no label {task.positive_label!r}, {labels}.", where, "name one of them"
            )
        return task.positive_label
    if metric in get_type(task.type).POSITIVE_CLASS_METRICS:
        if len(labels) != 2:
            raise IntertaskError(
                f"The metric {metric} is for two labels, and there are {len(labels)}: {', '.join(labels[:10])}.",
                where,
                "set 'positive_label:', or 'metric: f1_macro'",
            )
        return labels[1]
    return None


def max_choices(rows: list[dict]) -> int | None:
    """Return the largest number of choices of a row; None if rows have no choices."""
    return max((len(row["choices"]) for row in rows if "choices" in row), default=None)


def words_per_row(rows: list[dict], task_type: str) -> dict[str, float]:
    """Mean and maximum of the white-space separated words per row, all texts of a row together."""
    kind = get_type(task_type)
    texts = [kind.input_texts(row) for row in rows]
    counts = [len(row) if kind.PRE_SPLIT else sum(len(text.split()) for text in row) for row in texts]
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


def _schema(task_type: str, rows: list[dict]):
    import pyarrow as pa

    arrow = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    arrow |= {list[str]: pa.list_(pa.string()), list[int]: pa.list_(pa.int64())}
    columns = get_type(task_type).ROW_COLUMNS
    return pa.schema([(name, arrow[column_type]) for name, column_type in columns.items() if name in rows[0]])


def _write(folder: Path, task_type: str, train: list[dict], validation: list[dict], info: dict) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Without info.json a folder is not prepared: a run that is killed in between leaves no old info to new rows.
    (folder / "info.json").unlink(missing_ok=True)
    for part, rows in (("train", train), ("validation", validation)):
        with atomic(folder / f"{part}.parquet") as path:
            pq.write_table(pa.Table.from_pylist(rows, schema=_schema(task_type, rows)), path)
    write_json(folder / "info.json", info)
