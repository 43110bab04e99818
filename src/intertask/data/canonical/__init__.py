"""Raw rows to canonical rows, checked: what every later step reads.

=================  ====================================================================================
classification     text_a: str, text_b: str | None, label: int; where the task maps them, group: str (rows that are
                   scored together) and candidate: str (the answer that the row is about)
regression         text_a: str, text_b: str | None, label: float
multiple_choice    context: str, question: str (either may be empty), choices: list[str], label: int
extractive_qa      id: str, context: str, question: str, answer_texts: list[str], answer_starts: list[int]
                   (both empty: unanswerable; several: several correct answers)
tagging            tokens: list[str], tags: list[int]
=================  ====================================================================================
"""

from importlib import import_module

from ...config import Task
from ...errors import IntertaskError
from ...types import get_type
from ..columns import resolve, unused
from ..formats import Table
from .rows import BadRows, Canonical, Converter, RowFilter, table_source

__all__ = ["BadRows", "Canonical", "canonical", "table_source"]


def canonical(task: Task, tables: dict[str, Table]) -> Canonical:
    """Convert the raw rows of each split into canonical rows of the task's type.

    Args:
        task: The task.
        tables: Raw rows of 'train' and perhaps 'validation'.

    Returns:
        The canonical rows, and what became of the others.

    Raises:
        IntertaskError: A column is missing, a row is wrong and the task has not ``on_bad_row: drop``, or more than half
            of the rows are wrong. The message names the file and the row.
    """
    if task.drop_labels and "label" not in get_type(task.type).ROW_COLUMNS:
        raise IntertaskError(
            f"'drop_labels' has no meaning for {task.type}.", f"task {task.name}, drop_labels", "remove it"
        )
    for split, table in tables.items():
        if not table.rows:
            raise IntertaskError(
                f"The {split} data is empty.", f"task {task.name}: {table_source(task, split)}", "name a file with rows"
            )
    columns = resolve(task, tables)
    row_filter = RowFilter(task)
    convert: Converter = import_module(f".{task.type}", __name__).convert
    result = convert(task, columns, tables, row_filter)
    result.dropped_labels = {split: row_filter.dropped[split] for split in tables}
    result.left_out = {split: row_filter.left_out.get(split, []) for split in tables}
    result.bad_rows = {split: row_filter.bad[split] for split in tables}
    result.facts = {split: row_filter.facts(split) for split in tables}
    if ignored := unused(columns, tables):
        result.notes.append(f"Columns of the data that are not used: {', '.join(ignored)}.")
    result.notes += row_filter.notes()
    result.reasons = row_filter.reasons()
    result.warnings += row_filter.warnings(tables)
    return result
