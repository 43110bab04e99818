"""What a task is, for people: its facts, its labels and a few of its rows."""

from pathlib import Path
from typing import Any

from ..data import load_info

#: Longer texts are cut: a page is for a look, not for reading a data set.
MOST_LETTERS = 300
MOST_LABELS = 20
#: Files are often sorted by label: so many of the first rows are looked through for others.
LOOKED_AT = 1000


def task_card(folder: Path, rows: int = 3) -> dict[str, Any]:
    """Facts of a prepared task.

    Args:
        folder: ``results/data/<task>``.
        rows: How many training rows: near the beginning, and with different labels where there are any.

    Returns:
        ``name``, ``type``, ``train`` (rows before any cap), ``validation``, ``metric``, ``labels`` (at most
        :data:`MOST_LABELS`), ``more_labels`` (how many are left out), ``columns`` and ``rows`` (lists of texts).
    """
    info = load_info(folder)
    labels = info.get("labels") or []
    columns, table = _example_rows(folder / "train.parquet", info, rows)
    return {
        "name": info["task"],
        "type": info["type"].replace("_", " "),
        "train": info["rows_before_cap"]["train"],
        "validation": info["rows_before_cap"]["validation"],
        "metric": info["metric"].replace("_", " "),
        "labels": labels[:MOST_LABELS],
        "more_labels": max(len(labels) - MOST_LABELS, 0),
        "columns": columns,
        "rows": table,
    }


def _example_rows(path: Path, info: dict[str, Any], count: int) -> tuple[list[str], list[list[str]]]:
    """Columns and some rows as texts; columns without any value are left out."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=LOOKED_AT), None)
    rows = [] if batch is None else batch.to_pylist()
    shown = [_SHOW[info["type"]](row, info.get("labels")) for row in rows]
    first = {row.get("label"): i for i, row in reversed(list(enumerate(shown)))}  # of each label
    chosen = [*sorted(first.values()), *(i for i in range(len(shown)) if i not in first.values())][:count]
    shown = [shown[i] for i in sorted(chosen)]
    columns = [column for column in (shown[0] if shown else ()) if any(row[column] for row in shown)]
    return columns, [[_cut(row[column]) for column in columns] for row in shown]


def _cut(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"


def _classification(row: dict, labels: list[str]) -> dict[str, str]:
    return {"text": row["text_a"], "second text": row.get("text_b") or "", "label": labels[row["label"]]}


def _regression(row: dict, _: None) -> dict[str, str]:
    return {"text": row["text_a"], "second text": row.get("text_b") or "", "value": f"{row['label']:g}"}


def _multiple_choice(row: dict, _: None) -> dict[str, str]:
    return {
        "context": row.get("context") or "",
        "question": row.get("question") or "",
        "choices": " | ".join(row["choices"]),
        "right one": row["choices"][row["label"]],
    }


def _extractive_qa(row: dict, _: None) -> dict[str, str]:
    answers = " | ".join(dict.fromkeys(row["answer_texts"])) or "(none)"
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
