"""From raw rows to checked training and validation rows: what ``snakemake check`` and the run both do."""

from dataclasses import dataclass

from ..config import Task
from ..errors import IntertaskError
from ..types import get_type
from ..types.spans import unknown_scheme
from .canonical import Canonical, canonical, table_source
from .formats import Table
from .selection import Selection


@dataclass(frozen=True)
class Assembled:
    """Checked rows of one task.

    Attributes:
        result: All canonical rows, and what became of the others.
        train: Training rows.
        validation: Validation rows.
        in_validation: Number of training rows that were removed because they are also in validation.
        validation_from: Where the validation rows come from.
        rows_read: Number of raw rows by split.
        metric: The task's metric.
        positive_label: The positive class, if the metric needs one.
    """

    result: Canonical
    train: Selection
    validation: Selection
    in_validation: int
    validation_from: str
    rows_read: dict[str, int]
    metric: str
    positive_label: str | None


def assemble(task: Task, tables: dict[str, Table], seed: int) -> Assembled:
    """Turn the raw rows of a task into checked training and validation rows, before their number is limited.

    Args:
        task: The task.
        tables: Raw rows of 'train' and perhaps 'validation'.
        seed: Seed of the split.

    Returns:
        The rows of both splits.

    Raises:
        IntertaskError: The data has an error; the message names the file and the row.
    """
    rows_read = {part: len(tables[part].rows) if part in tables else 0 for part in ("train", "validation")}
    result = canonical(task, tables)
    selections = {split: Selection(result.rows[split], result.facts.pop(split)) for split in tables}
    train = selections["train"]
    if "validation" in tables:
        validation = selections["validation"]
        validation_from = f"the data's own validation split: {table_source(task, 'validation')}"
        in_validation = len(train)
        train = train.without(validation)
        in_validation -= len(train)
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
        train, validation = train.split(fraction, seed, task.type)
        validation_from = (
            f"a seeded split of train: {len(validation)} of {len(train) + len(validation)} rows "
            f"(validation_fraction {fraction}, seed {seed})"
        )
    _check_rows(task, result, train, "train", rows_read["train"], in_validation)
    _check_rows(task, result, validation, "validation", rows_read["validation"] or rows_read["train"], 0)
    metric = task.metric or get_type(task.type).default_metric(result.labels)
    _check_scheme(task, metric, result.labels)
    positive_label = _positive_label(task, metric, result.labels)
    return Assembled(result, train, validation, in_validation, validation_from, rows_read, metric, positive_label)


def _check_rows(task: Task, result: Canonical, rows: Selection, part: str, read: int, in_validation: int) -> None:
    """Check that there are rows, and that the task type accepts them."""
    location = f"task {task.name}: {table_source(task, part)}"
    if not len(rows):
        reasons = [
            f"{result.bad_rows.get(part, 0)} bad rows",
            f"{result.dropped_labels.get(part, 0)} with a label of 'drop_labels'",
            f"{in_validation} that are also in validation",
        ]
        reasons = [reason for reason in reasons if not reason.startswith("0 ")]
        raise IntertaskError(
            f"The {part} data is empty: of {read} rows, {' and '.join(reasons) or 'none'} were left out.",
            location,
            "give other files" + (", not the same file for both splits" if in_validation else ""),
        )
    get_type(task.type).check_rows(rows.facts.outlines, part, result.labels, location)


def _check_scheme(task: Task, metric: str, labels: list[str] | None) -> None:
    """Refuse ``f1`` for tags that mark spans in a way in which spans cannot be read."""
    if metric == "f1" and "tags" in get_type(task.type).ROW_COLUMNS and (scheme := unknown_scheme(labels)):
        raise IntertaskError(
            f"The metric f1 counts spans, and the tags mark spans as {scheme}, which is not read.",
            f"task {task.name}, metric",
            "convert the tags to B-…, I-… and O, or choose accuracy or f1_macro, which count words",
        )


def _positive_label(task: Task, metric: str, labels: list[str] | None) -> str | None:
    location = f"task {task.name}, positive_label"
    if task.positive_label is not None:
        if labels is None or task.positive_label not in labels:
            raise IntertaskError(
                f"positive_label: no label {task.positive_label!r}, {labels}.", location, "name one of them"
            )
        return task.positive_label
    if metric in get_type(task.type).POSITIVE_CLASS_METRICS:
        if len(labels) != 2:
            raise IntertaskError(
                f"The metric {metric} is for two labels, and there are {len(labels)}: {', '.join(labels[:10])}.",
                location,
                "set 'positive_label:', or 'metric: f1_macro'",
            )
        return labels[1]
    return None
