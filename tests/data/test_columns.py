"""Columns of a task, found by name, path or position."""

import pytest
from canonical_rows import convert, fails, labeled

from intertask.data.columns import plain


@pytest.mark.parametrize("column", ["text", "sentence", "text_a"])
def test_usual_names_of_the_text(column):
    result = convert("classification", [{column: "x", "label": 1}, {column: "y", "label": 0}])
    assert result.rows["train"][0] == {"text_a": "x", "text_b": None, "label": 1}


def test_several_columns_are_joined_and_empty_ones_left_out():
    rows = [
        {"title": "T", "body": "b", "other": "o", "label": 0},
        {"title": " ", "body": "b", "other": "o", "label": 1},
    ]
    result = convert("classification", rows, columns={"text_a": ["title", "body"], "text_b": "other"}, join=": ")
    assert [row["text_a"] for row in result.rows["train"]] == ["T: b", "b"]
    assert [row["text_b"] for row in result.rows["train"]] == ["o", "o"]
    assert result.notes == []


def test_nested_columns_and_positions():
    rows = [{"x": {"deep": ["t", "u"]}, "label": n} for n in (0, 1)]
    result = convert("classification", rows, columns={"text_a": "x.deep.1", "label": -1})
    assert result.rows["train"] == [{"text_a": "u", "text_b": None, "label": n} for n in (0, 1)]
    dotted = [{"x.y": "t", "label": n} for n in (0, 1)]
    assert convert("classification", dotted, columns={"text_a": "x.y"}).rows["train"][0]["text_a"] == "t"


def test_missing_column_names_the_near_miss_and_the_others():
    rows = [{"text": "x", "lable": "a"}]
    fails("no column 'label' .* did you mean 'lable'. The columns are: text, lable", "classification", rows,
          where="task mine: train.jsonl", fix="columns: {label: <column>}")  # fmt: skip
    fails("no column 'sentense' .* did you mean 'sentence'", "classification", [{"sentence": "x", "label": "a"}],
          columns={"text_a": "sentense"}, where="train.jsonl")  # fmt: skip


def test_missing_column_of_validation_only():
    fails("no column 'label' .*in the validation data", "classification", labeled(0, 1), [{"text_a": "x"}],
          where="validation.jsonl")  # fmt: skip


def test_missing_columns_are_not_bad_rows_to_be_dropped():
    fails("no column 'label'", "classification", [{"text_a": "x"}], on_bad_row="drop", where="train.jsonl")


def test_header_that_is_not_split():
    fails("no column 'text_a'", "classification", [{"text;label": "x;a"}], where="train.jsonl", fix="delimiter")


def test_column_missing_in_one_row():
    fails("no label", "classification", [*labeled("a"), {"text_a": "x"}])
    fails("text_a is missing", "classification", [*labeled("a"), {"label": "a"}])


def test_required_column_cannot_be_null():
    fails("needs the column 'label'", "classification", labeled(0, 1), columns={"label": None}, where="columns: label")


def test_forgotten_columns_are_noted():
    rows = [{"text_a": "x", "hypothesis": "y", "label": n} for n in (0, 1)]
    assert convert("classification", rows).notes == ["Columns of the data that are not used: hypothesis."]
    span = {"text": ["Ann"], "answer_start": [0]}
    asked = {"context": "Ann is here.", "question": "Who?", "answers": span, "is_impossible": False}
    assert convert("extractive_qa", [asked]).notes == []  # what the answers say already
    notes = convert("extractive_qa", [asked | {"source": "x"}]).notes
    assert notes == ["Columns of the data that are not used: source."]


def test_label_cannot_be_joined():
    fails("label cannot be joined", "classification", labeled(0, 1), columns={"label": ["label", "text_a"]},
          where="columns: label")  # fmt: skip


@pytest.mark.parametrize("text", ["['a' 'b']", "['a'\n 'b']", "['a', 'b' \"c\"]", "['' '']"])
def test_strings_without_commas_between_them_are_not_joined(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"), [("['a', 'b']", ["a", "b"]), ("['', '']", ["", ""]), ("[\"a' 'b\"]", ["a' 'b"])]
)
def test_lists_as_python_writes_them(text, value):
    assert plain(text) == value
