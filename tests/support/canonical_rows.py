"""Convert raw rows as a task's data is converted."""

import pytest

from intertask.config import Task
from intertask.data.canonical import canonical
from intertask.data.formats import RawRow, Table
from intertask.errors import IntertaskError


def convert(task_type, train, validation=None, class_names=None, **keys):
    """Canonical rows of raw rows of a file."""
    task = Task(name="mine", type=task_type, data={"files": {"train": "mine.jsonl"}}, **keys)
    parts = {"train": train} | ({} if validation is None else {"validation": validation})
    tables = {
        split: Table([RawRow(values, f"{split}.jsonl", n) for n, values in enumerate(rows, 1)], class_names or {})
        for split, rows in parts.items()
    }
    return canonical(task, tables)


def fails(match, *arguments, where="train.jsonl, line 2", fix="", **keys):
    with pytest.raises(IntertaskError, match=match) as error:
        convert(*arguments, **keys)
    assert where in error.value.where
    assert fix in error.value.fix and error.value.fix


def labeled(*labels, **extra):
    return [{"text_a": f"text {n}", "label": label} | extra for n, label in enumerate(labels)]


def choices(label=0, **keys):
    return {"question": "q", "choices": ["x", "y", "z"], "label": label} | keys


def question(**keys):
    return {"context": "Ann met Bob. Ann left.", "question": "Who?", "answers": {"text": [], "answer_start": []}} | keys
