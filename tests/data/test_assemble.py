"""``snakemake check`` refuses what the run would refuse, and the run refuses nothing that the check has passed."""

import json
from pathlib import Path

import pytest

from intertask.config import Task
from intertask.data.first_rows import read_first_rows
from intertask.data.prepare import prepare
from intertask.errors import IntertaskError

WORDS = ["the", "room", "was", "clean", "and", "the", "food", "was", "good", "so", "we", "will", "come", "again"]


def texts(labels, **more) -> list[dict]:
    return [{"text": f"{n} {' '.join(WORDS[n % 7 :])}", "label": label, **more} for n, label in enumerate(labels)]


def questions(count: int, shift: int = 0, wrong: int = 0) -> list[dict]:
    rows = []
    for n in range(count):
        context = f"Row {n}: 🚀 it flew\r\nto Oslo in 1987."
        start = context.index("Oslo") + (9 if n < wrong else shift)
        answers = {"text": ["Oslo"], "answer_start": [start]}
        rows.append({"context": context, "question": f"Where, {n}?", "answers": answers})
    return rows


def sentences(*tags: str, count: int = 12) -> list[dict]:
    return [{"tokens": [f"w{n}", *("x" for _ in tags[1:])], "tags": list(tags)} for n in range(count)]


def choices(*labels) -> list[dict]:
    return [{"question": f"What, {n}?", "choices": ["one", "two"], "label": label} for n, label in enumerate(labels)]


#: Name -> (type, training rows, validation rows or None, keys of the task, part of the message or None for good data).
CASES = {
    "good": ("classification", texts("ab" * 20), texts("ab" * 5), {}, None),
    "a few bad rows": ("classification", texts(["a", "b"] * 20 + [None]), None, {"on_bad_row": "drop"}, None),
    "a bad row": ("classification", texts(["a", "b"] * 20 + [None]), None, {}, "has no label"),
    "mostly bad": ("classification", texts(["a", "b", None, None, None] * 9), None, {"on_bad_row": "drop"}, "27 of 45"),
    "bad validation": ("classification", texts("ab" * 20), texts([-1] * 9), {"on_bad_row": "drop"}, "9 of 9 "),
    "unlabeled validation": ("classification", texts("ab" * 20), texts([-1] * 9), {}, "'-1' is unknown"),
    "one class": ("classification", texts("a" * 20), None, {}, "one class only"),
    "ids": ("classification", texts(map(str, range(60))), None, {}, "60 different values"),
    "all in validation": ("classification", texts("ab" * 5), texts("ab" * 5), {}, "also in validation"),
    "f1 of three": ("classification", texts("abc" * 9), None, {"metric": "f1"}, "for two labels"),
    "no such class": ("classification", texts("ab" * 9), None, {"positive_label": "c"}, "no label 'c'"),
    "decimal comma": ("regression", texts(["4,82", "1,5", "3"] * 9), None, {"data": {"decimal": ","}}, None),
    "decimal comma unsaid": ("regression", texts(["4,82", "1,5"] * 9), None, {}, "'4,82' is not a number"),
    "thousands": ("regression", texts(["1.234,5", "7"] * 9), None, {"data": {"decimal": ",", "thousands": "."}}, None),
    "constant": ("regression", texts([2.5] * 20), None, {}, "labels of train are 2.5"),
    "endless": ("regression", texts(["1e400", "2"] * 9), None, {}, "not a finite number"),
    "long number": ("regression", texts(["9" * 5000, "2"] * 9), None, {}, "number"),
    "offsets": ("extractive_qa", questions(20), None, {}, None),
    "offsets in utf-16": ("extractive_qa", questions(20, 1), None, {"data": {"offsets": "utf-16"}}, None),
    "offsets unsaid": ("extractive_qa", questions(20, 1), None, {}, "'Oslo' is not at answer_start"),
    "some offsets": ("extractive_qa", questions(20, wrong=6), None, {"on_bad_row": "drop"}, None),
    "most offsets": ("extractive_qa", questions(20, wrong=12), None, {"on_bad_row": "drop"}, "12 of 20 training rows"),
    "spans": ("tagging", sentences("B-PER", "I-PER", "O"), None, {"metric": "f1"}, None),
    "bilou": ("tagging", sentences("B-PER", "L-PER", "O"), None, {"metric": "f1"}, "mark spans as BILOU"),
    "bmes": ("tagging", sentences("B-PER", "M-PER", "O"), None, {"metric": "f1"}, "mark spans as BMES"),
    "suffixes": ("tagging", sentences("PER-B", "PER-I", "O"), None, {"metric": "f1"}, "mark spans as X-B, X-I"),
    "bilou by word": ("tagging", sentences("B-PER", "L-PER", "O"), None, {}, None),
    "numpy": ("tagging", [{"tokens": "['a' 'b']", "tags": "['O' 'B-X']"}] * 9, None, {}, "commas are missing"),
    "numpy numbers": ("tagging", [{"tokens": "['a', 'b']", "tags": "[0 1]"}] * 9, None, {}, "commas are missing"),
    "unequal": ("tagging", [{"tokens": ["a", "b"], "tags": ["O"]}] * 9, None, {}, "2 tokens, but 1 tag"),
    "choices": ("multiple_choice", choices(*[0, 1] * 9), None, {}, None),
    "no such choice": ("multiple_choice", choices(*[0, 1] * 9, 7), None, {}, "7"),
    "surrogate": ("classification", texts(["a\ud83d", "b"] * 9), None, {}, "surrogate"),
    "empty": ("classification", [], None, {}, ""),
}  # fmt: skip


def task_of(name: str, folder: Path) -> Task:
    type_name, train, validation, keys, _ = CASES[name]
    files = {}
    for split, rows in (("train", train), ("validation", validation)):
        if rows is not None:
            path = folder / f"{split}.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            files[split] = str(path)
    data = {"files": files, **keys.get("data", {})}
    return Task.model_validate({"name": "t", "type": type_name, **keys, "data": data})


@pytest.mark.parametrize("name", CASES)
def test_check_and_run_agree(tmp_path, name):
    message, task = CASES[name][-1], task_of(name, tmp_path)
    attempts = (lambda: read_first_rows(task), lambda: prepare(task, 1, tmp_path / "out", {}))
    if message is None:
        for attempt in attempts:
            attempt()
        assert (tmp_path / "out" / "info.json").is_file()
        return
    messages = []
    for attempt in attempts:
        with pytest.raises(IntertaskError) as error:
            attempt()
        messages.append((error.value.what, error.value.where, error.value.fix))
        assert message in error.value.what and error.value.fix
    assert messages[0] == messages[1]
    assert not (tmp_path / "out" / "info.json").exists()


def test_a_share_of_bad_rows_is_a_warning_in_check_and_run(tmp_path, capsys):
    task = task_of("some offsets", tmp_path)
    warnings = read_first_rows(task).rows.warnings
    info = prepare(task, 1, tmp_path / "out", {})
    assert len(warnings) == 1 and warnings[0].startswith("30% of the training rows are left out (6 of 20). 6 rows: ")
    assert f"WARNING: {warnings[0]}" in capsys.readouterr().out
    assert info["notes"][-1].startswith("Left out of train: 6 rows: The answer 'Oslo' is not at answer_start")
    assert info["removed"]["bad_rows"] == {"train": 6, "validation": 0}
