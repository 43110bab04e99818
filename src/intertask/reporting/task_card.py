"""Describe a task on a page: its size, its labels and a few of its rows."""

from pathlib import Path
from typing import Any

from ..data import load_info
from ..types import get_type

#: Longer texts are cut.
MAX_CHARACTERS = 300
#: Of more labels, the first ones are listed.
MAX_LABELS = 20
#: Number of rows that are searched for different labels, because files are often sorted by label.
SEARCHED_ROWS = 1000


def task_card(folder: Path, rows: int = 3) -> dict[str, Any]:
    """Collect what a page shows of a prepared task.

    Args:
        folder: ``results/data/<task>``.
        rows: Number of training rows to show. They are taken from the beginning, with different labels if possible.

    Returns:
        ``name``, ``type``, ``train`` (rows before any cap), ``validation``, ``metric``, ``labels`` (at most
        :data:`MAX_LABELS`), ``more_labels`` (how many are not listed), ``columns`` and ``rows`` (lists of texts), and
        ``links`` (pages of a task of the atlas, which has no rows).
    """
    info = load_info(folder)
    labels = info.get("labels") or []
    public = info.get("atlas") or {}
    columns, table = _example_rows(folder / "train.parquet", info, rows) if rows and not public else ([], [])
    return {
        "name": info["task"],
        "type": get_type(info["type"]).LABEL,
        "train": info["rows_before_cap"]["train"],
        "validation": info["rows_before_cap"]["validation"],
        "metric": info["metric"].replace("_", " "),
        "labels": labels[:MAX_LABELS],
        "more_labels": max(len(labels) - MAX_LABELS, 0),
        "columns": columns,
        "rows": table,
        "links": [link for link in (public.get("homepage"), public.get("license_page")) if link],
    }


def _example_rows(path: Path, info: dict[str, Any], count: int) -> tuple[list[str], list[list[str]]]:
    """Columns and some rows as texts, without columns that have no value in these rows."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=SEARCHED_ROWS), None)
    rows = [] if batch is None else batch.to_pylist()
    shown = [_SHOW[info["type"]](row, info.get("labels")) for row in rows]
    first = {row.get("label"): i for i, row in reversed(list(enumerate(shown)))}  # the first row of each label
    chosen = [*sorted(first.values()), *(i for i in range(len(shown)) if i not in first.values())][:count]
    shown = [shown[i] for i in sorted(chosen)]
    columns = [column for column in (shown[0] if shown else ()) if any(row[column] for row in shown)]
    return columns, [[_cut(row[column]) for column in columns] for row in shown]


def _cut(text: str) -> str:
    """The text, shortened to :data:`MAX_CHARACTERS`."""
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1].rstrip() + "…"


def _classification(row: dict, labels: list[str]) -> dict[str, str]:
    return {"text": row["text_a"], "second text": row.get("text_b") or "", "label": labels[row["label"]]}


def _regression(row: dict, _: None) -> dict[str, str]:
    return {"text": row["text_a"], "second text": row.get("text_b") or "", "value": f"{row['label']:g}"}


def _multiple_choice(row: dict, _: None) -> dict[str, str]:
    return {
        "context": row.get("context") or "",
        "question": row.get("question") or "",
        "choices": " | ".join(row["choices"]),
        "correct choice": row["choices"][row["label"]],
    }


def _extractive_qa(row: dict, _: None) -> dict[str, str]:
    answers = " | ".join(dict.fromkeys(row["answer_texts"])) or "(no answer)"
    return {"context": row["context"], "question": row["question"], "answer": answers}


def _tagging(row: dict, labels: list[str]) -> dict[str, str]:
    tagged = [
        token if labels[tag] == "O" else f"{token} [{labels[tag]}]"
        for token, tag in zip(row["tokens"], row["tags"], strict=True)
    ]
    return {"tokens [tags]": " ".join(tagged)}


_SHOW = {
    "classification": _classification,
    "regression": _regression,
    "multiple_choice": _multiple_choice,
    "extractive_qa": _extractive_qa,
    "tagging": _tagging,
}
