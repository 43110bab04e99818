import json
import os
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from paths import ROOT

from intertask.config import Task
from intertask.data import DATA_KEYS, load_info, load_prepared, prepare
from intertask.errors import IntertaskError
from intertask.files import file_sha256, read_json, write_json

SCRIPT = ROOT / "workflow" / "scripts" / "prepare_data.py"


def labelled(*labels, start=0):
    return [{"text": f"the text {n}", "label": label} for n, label in enumerate(labels, start)]


def tagged(*tags):
    return [{"tokens": [f"{n}{i}" for i in range(len(row))], "tags": list(row)} for n, row in enumerate(tags)]


def question(n, answer="Ann"):
    return {
        "context": f"Ann {n}",
        "question": "Who?",
        "answers": [{"text": answer, "answer_start": 0}] if answer else [],
    }


def test_info_says_what_was_made_from_what(prepared, tmp_path):
    data = prepared(
        "classification", labelled("a", "b", "c", "a"), labelled("b", "a", start=10), labels=["a", "b", "c"]
    )
    info = data.info
    assert list(info) == [
        "task", "type", "rows", "rows_before_cap", "rows_read", "removed", "labels", "positive_label", "metric",
        "max_choices", "words", "validation_from", "origin", "notes", "recipe", "fingerprint", "versions",
    ]  # fmt: skip
    assert (info["task"], info["type"], info["recipe"]) == ("mine", "classification", {"step": "data"})
    assert info["rows"] == info["rows_before_cap"] == info["rows_read"] == {"train": 4, "validation": 2}
    nothing = {"train": 0, "validation": 0}
    assert info["removed"] == {"in_validation": 0, "dropped_labels": nothing, "bad_rows": nothing}
    assert (info["labels"], info["metric"], info["positive_label"]) == (["a", "b", "c"], "accuracy", None)
    assert (info["max_choices"], info["words"]) == (None, {"mean": 3.0, "max": 3})
    assert info["validation_from"] == f"the data's own validation split: {tmp_path}/validation.jsonl"
    path = f"{tmp_path}/train.jsonl"
    assert info["origin"]["files"]["train"] == [{"path": path, "sha256": file_sha256(path)}]
    assert info["notes"] == ["Labels without a row in validation: c."]
    assert set(info["versions"]) == {"python", "intertask", "pyarrow"}
    assert data.train[0] == {"text_a": "the text 0", "text_b": None, "label": 0}


@pytest.mark.parametrize(
    ("task_type", "rows", "columns"),
    [
        ("classification", labelled(*[0, 1] * 4), ["text_a", "text_b", "label"]),
        ("regression", [{"text": f"{n}", "label": n} for n in range(8)], ["text_a", "text_b", "label"]),
        (
            "multiple_choice",
            [{"question": f"{n}", "choices": ["x", "y", "z"][: 2 + n % 2], "label": n % 2} for n in range(8)],
            ["context", "question", "choices", "label"],
        ),
        (
            "extractive_qa",
            [question(n, "Ann" if n else "") for n in range(8)],
            ["id", "context", "question", "answer_texts", "answer_starts"],
        ),
        ("tagging", tagged("ab", "a", "b", "ba", "aa", "bb", "aba", "bab"), ["tokens", "tags"]),
    ],
)
def test_canonical_columns_of_each_type(task_type, rows, columns, prepared, tmp_path):
    data = prepared(task_type, rows, data={"validation_fraction": 0.25})
    assert pq.read_schema(tmp_path / "out" / "train.parquet").names == columns
    assert [list(row) for row in data.train] == [columns] * 6
    assert len(data.validation) == 2
    assert data.info["max_choices"] == (3 if task_type == "multiple_choice" else None)


def test_several_files_are_read_in_order(write, tmp_path):
    files = [write("b.jsonl", labelled(0, 1)), write("a.csv", "text,label\nx,1\n")]
    task = Task(name="t", type="classification", data={"files": {"train": files, "validation": files[1]}})
    with pytest.raises(IntertaskError) as error:
        prepare(task.model_copy(update={"labels": ["0"]}), 1, tmp_path / "out", {})
    assert "b.jsonl, line 2" in error.value.where
    info = prepare(task, 1, tmp_path / "out", {})
    assert (info["rows_read"]["train"], info["rows"]["train"]) == (3, 2)
    assert [file["path"] for file in info["origin"]["files"]["train"]] == files


# removals


def test_train_rows_that_stand_in_validation_are_removed_and_counted(prepared):
    train = [*labelled("a", "b", "a", "b"), {"text": " the  text\n1 ", "label": "a"}]
    data = prepared("classification", train, labelled("b", start=1))
    assert [row["text_a"] for row in data.train] == ["the text 0", "the text 2", "the text 3"]
    assert data.info["removed"]["in_validation"] == 2
    assert data.info["notes"][0] == "2 rows of train also stand in validation; they were removed from train."


def test_same_file_for_both_splits(prepared):
    with pytest.raises(IntertaskError, match="train data is empty: of 2 rows, 2 that are also in validation") as error:
        prepared("classification", labelled("a", "b"), labelled("a", "b"))
    assert "not the same file" in error.value.fix


@pytest.mark.parametrize("with_validation", [True, False])
def test_rows_add_up(with_validation, prepared):
    train = [*labelled(*"ababababab", "unsure"), {"text": "", "label": "a"}]
    validation = [*labelled("b", "unsure", start=8), {"text": "z", "label": "c"}] if with_validation else None
    keys = {"drop_labels": ["unsure"], "on_bad_row": "drop"}
    info = prepared("classification", train, validation, **keys, max_train_examples=4).info
    removed = info["removed"]
    for split in ("train", "validation"):
        gone = removed["dropped_labels"][split] + removed["bad_rows"][split]
        gone += removed["in_validation"] if split == "train" else 0
        if with_validation:
            assert info["rows_before_cap"][split] == info["rows_read"][split] - gone
    if not with_validation:
        assert info["rows_read"] == {"train": 12, "validation": 0}
        assert sum(info["rows_before_cap"].values()) == 10
    assert removed["dropped_labels"] == {"train": 1, "validation": int(with_validation)}
    assert removed["bad_rows"] == {"train": 1, "validation": int(with_validation)}
    assert info["rows"]["train"] == 4


# split and caps


def test_without_validation_a_seeded_part_of_train(prepared):
    rows = labelled(*"ab" * 20)
    first = prepared("classification", rows)
    assert (len(first.train), len(first.validation)) == (32, 8)
    assert first.info["validation_from"] == ("a seeded split of train: 8 of 40 rows (validation_fraction 0.2, seed 1)")
    assert prepared("classification", rows).info["fingerprint"] == first.info["fingerprint"]
    assert prepared("classification", rows, seed=2).info["fingerprint"] != first.info["fingerprint"]
    assert len(prepared("classification", rows, data={"validation_fraction": 0.5}).validation) == 20


def test_caps_take_a_stratified_subset(prepared):
    rows = labelled(*"a" * 30, *"b" * 30)  # sorted by label
    data = prepared(
        "classification",
        rows,
        labelled(*"a" * 10, *"b" * 10, start=100),
        max_train_examples=10,
        max_validation_examples=4,
    )
    assert [row["label"] for row in data.train] == [0] * 5 + [1] * 5
    assert [row["label"] for row in data.validation] == [0] * 2 + [1] * 2
    assert data.info["rows_before_cap"] == {"train": 60, "validation": 20}
    assert data.info["rows"] == {"train": 10, "validation": 4}


# checks of the whole


def test_one_class_in_the_training_data(prepared):
    with pytest.raises(IntertaskError, match="one class only: 'a'"):
        prepared("classification", labelled("a", "a"), labelled("a", start=5), labels=["a", "b"])
    with pytest.raises(IntertaskError, match="one class only: 'a'"):
        prepared("classification", labelled("a", "b"), labelled("b", start=1))  # what is left of it
    with pytest.raises(IntertaskError, match="one class only: 'O'"):
        prepared("tagging", tagged("O", "OO"), tagged("OOO"))


def test_no_answers_in_the_training_data(prepared):
    with pytest.raises(IntertaskError, match="No question of the training data has an answer"):
        prepared("extractive_qa", [question(n, "") for n in range(4)], [question(9)])


@pytest.mark.parametrize("split", ["train", "validation"])
def test_constant_regression_labels(split, prepared):
    rows = {"train": [{"text": f"{n}", "label": n} for n in range(3)]}
    rows["validation"] = [{"text": f"v {n}", "label": n} for n in range(3)]
    rows[split] = [row | {"label": 2.5} for row in rows[split]]
    with pytest.raises(IntertaskError, match=rf"All 3 labels of {split} are 2\.5"):
        prepared("regression", rows["train"], rows["validation"])


def test_one_row_cannot_be_split(prepared):
    with pytest.raises(IntertaskError, match="One row of train cannot be split") as error:
        prepared("extractive_qa", [question(1)])
    assert "train.jsonl" in error.value.where


def test_nothing_left(prepared):
    with pytest.raises(
        IntertaskError, match=r"2 of 2 validation rows cannot be used\. 2 rows: The label 'c' is unknown"
    ):
        prepared("classification", labelled("a", "b"), labelled("c", "c", start=5), on_bad_row="drop")
    with pytest.raises(IntertaskError, match="train data is empty: of 2 rows, 1 bad rows and 1 with a label of 'drop_"):
        prepared("classification", [*labelled("a"), {"text": None, "label": "b"}], drop_labels=["a"], on_bad_row="drop")


@pytest.mark.parametrize(
    ("labels", "keys", "metric", "positive"),
    [
        ("ab", {"metric": "f1"}, "f1", "b"),
        ("ab", {"metric": "f1", "positive_label": "a"}, "f1", "a"),
        ("abc", {"metric": "f1", "positive_label": "c"}, "f1", "c"),
        ("abc", {}, "accuracy", None),
    ],
)
def test_positive_label(labels, keys, metric, positive, prepared):
    info = prepared("classification", labelled(*labels), labelled("a", start=9), **keys).info
    assert (info["metric"], info["positive_label"]) == (metric, positive)


def test_positive_label_that_is_missing_or_unknown(prepared):
    with pytest.raises(IntertaskError, match="metric f1 is for two labels, and there are 3: a, b, c"):
        prepared("classification", labelled(*"abc"), labelled("a", start=9), metric="f1")
    with pytest.raises(IntertaskError, match="positive_label: no label 'd'"):
        prepared("classification", labelled(*"abc"), labelled("a", start=9), positive_label="d")


@pytest.mark.parametrize(
    ("tags", "metric"),
    [
        (["B-X", "I-X", "O"], "f1"),
        (["B", "I", "O"], "f1"),
        (["B-X", "I-Y"], "f1"),
        (["S-X", "B-X", "E-X", "O"], "f1"),
        (["NOUN", "VERB"], "accuracy"),
        (["B", "C"], "accuracy"),
        (["B", "I"], "accuracy"),
        (["O", "S-X"], "accuracy"),
        (["B-X", "NOUN"], "accuracy"),
    ],
)
def test_default_metric_of_tags(tags, metric, prepared):
    assert prepared("tagging", tagged(tags, tags), tagged(tags * 2)).info["metric"] == metric


def test_f_half_needs_two_tags_or_a_positive_one(prepared):
    assert prepared("tagging", tagged("ci"), tagged("ccc"), metric="f0.5").info["positive_label"] == "i"
    with pytest.raises(IntertaskError, match=r"metric f0\.5 is for two labels"):
        prepared("tagging", tagged("cix"), tagged("cccc"), metric="f0.5")


# what stands on disk


def test_rows_that_do_not_match_info(prepared, tmp_path):
    prepared("classification", labelled("a", "b"), labelled("a", start=5))
    out = tmp_path / "out"
    os.replace(out / "validation.parquet", out / "train.parquet")
    with pytest.raises(IntertaskError, match=r"stale or half-written") as error:
        load_prepared(out)
    assert error.value.fix == "delete the folder and run again"
    prepared("classification", labelled("a", "b"), labelled("a", start=5))
    write_json(out / "info.json", read_json(out / "info.json") | {"labels": ["b", "a"]})
    with pytest.raises(IntertaskError, match="stale or half-written"):
        load_prepared(out)
    (out / "train.parquet").write_bytes(b"PAR1")
    with pytest.raises(IntertaskError, match="stale or half-written"):
        load_prepared(out)


def test_killed_in_between_leaves_no_old_info(prepared, tmp_path, monkeypatch):
    prepared("classification", labelled("a", "b"), labelled("a", start=5))

    def killed(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["intertask.data.prepare"], "write_json", killed)
    with pytest.raises(KeyboardInterrupt):
        prepared("classification", labelled("a", "b", "c"), labelled("a", start=5))
    assert sorted(os.listdir(tmp_path / "out")) == ["train.parquet", "validation.parquet"]
    with pytest.raises(IntertaskError, match="is missing"):
        load_info(tmp_path / "out")


def test_info_of_something_else(tmp_path):
    (tmp_path / "info.json").write_text("{}")
    with pytest.raises(IntertaskError, match=r"not the info\.json of prepared data"):
        load_info(tmp_path)


def test_reading_info_imports_nothing_heavy(prepared, tmp_path):
    prepared("classification", labelled("a", "b"), labelled("a", start=5))
    heavy = ["pyarrow", "pandas", "datasets", "numpy", "torch", "sklearn"]
    code = f"""
import sys
from intertask.data import load_info
assert load_info({str(tmp_path / "out")!r})["task"] == "mine"
print([name for name in {heavy} if name in sys.modules])
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


# the script


def run_script(recipe, out):
    command = [sys.executable, str(SCRIPT), "--recipe", json.dumps(recipe), "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


def test_script(write, tmp_path):
    files = {
        "train": [write("train.csv", "text,label\none,x\ntwo,y\nthree,x\n")],
        "validation": [write("v.csv", "text,label\none,x\n")],
    }
    task = Task(name="mine", type="classification", data={"files": files}, max_length=64)
    recipe = {"step": "data", "version": 1, "seed": 1}
    recipe["task"] = task.model_dump(mode="json", include=set(DATA_KEYS))
    assert "max_length" not in recipe["task"]
    result = run_script(recipe, tmp_path / "out")
    assert result.stdout == "mine (classification): 2 training rows, 1 validation row, 2 labels, 1 row left out\n"
    assert result.stderr == ""
    assert load_prepared(tmp_path / "out").info["recipe"] == recipe

    write("train.csv", "text,label\none,x\ntwo\n")
    result = run_script(recipe, tmp_path / "other")
    assert result.returncode == 1
    assert result.stderr.startswith("Error: 1 cell, but 2 columns: text, label.\n  where: ")
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "other").exists()
