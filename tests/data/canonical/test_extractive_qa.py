"""Rows of extractive question answering."""

import json

import pytest
from canonical_rows import convert, fails, question


@pytest.mark.parametrize(
    ("answers", "columns"),
    [
        ({"answers": {"text": ["Ann", "Ann"], "answer_start": [0, 13]}}, {}),
        ({"answers": [{"text": "Ann", "answer_start": 0}, {"text": "Ann", "answer_start": 13}]}, {}),
        ({"answers": json.dumps({"text": ["Ann", "Ann"], "answer_start": [0, 13]})}, {}),
        ({"answers": str({"text": ["Ann", "Ann"], "answer_start": [0, 13]})}, {}),
        ({"spans": ["Ann", "Ann"], "starts": [0, 13]}, {"answers": ["spans", "starts"]}),
        ({"spans": '["Ann", "Ann"]', "starts": "[0, 13]"}, {"answers": ["spans", "starts"]}),
    ],
)
def test_answers_in_their_forms(answers, columns):
    import numpy as np

    row = {"id": 7} | question()
    del row["answers"]
    result = convert("extractive_qa", [row | answers], columns=columns).rows["train"]
    expected = {"answer_texts": ["Ann", "Ann"], "answer_starts": [0, 13]}
    assert result == [{"id": "7", "context": row["context"], "question": "Who?"} | expected]
    arrays = {"text": np.array(["Ann"], dtype=object), "answer_start": np.array([13], dtype=np.int32)}
    (one,) = convert("extractive_qa", [question(answers=arrays)]).rows["train"]
    assert (one["answer_texts"], one["answer_starts"]) == (["Ann"], [13])
    assert json.dumps(one)


@pytest.mark.parametrize(
    "answers",
    [[], {"text": [], "answer_start": []}, {"text": "", "answer_start": -1}, {"text": [""], "answer_start": [0]}],
)
def test_unanswerable(answers):
    (row,) = convert("extractive_qa", [question(answers=answers)]).rows["train"]
    assert (row["answer_texts"], row["answer_starts"]) == ([], [])


def test_single_answer_and_cells_of_text():
    row = question(answers="Bob", start="8")
    (row,) = convert("extractive_qa", [row], columns={"answers": ["answers", "start"]}).rows["train"]
    assert (row["answer_texts"], row["answer_starts"]) == (["Bob"], [8])


def test_answers_without_offsets_are_found():
    result = convert("extractive_qa", [question(answers=["Ann", "Bob"]), question(answers="left")])
    assert [row["answer_starts"] for row in result.rows["train"]] == [[0, 8], [17]]
    assert "2 rows have answers without offsets" in result.notes[0]
    fails("does not occur in the context", "extractive_qa", [question(), question(answers=["Eve"])])


def test_answer_not_at_answer_start_says_what_stands_there_and_where_it_is():
    wrong = question(answers={"text": ["Ann"], "answer_start": [12]})
    fails("'Ann' is not at answer_start 12; the text there is ' An'", "extractive_qa", [question(), wrong], fix="at 13")
    for start in (-3, 500):
        wrong = question(answers={"text": ["Ann"], "answer_start": [start]})
        fails(f"not at answer_start {start}; the text there is ''", "extractive_qa", [question(), wrong])
    assert convert("extractive_qa", [question(), wrong], on_bad_row="drop").bad_rows == {"train": 1}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (None, "'answers' is missing"),
        ({"text": ["Ann"], "answer_start": []}, "1 answer texts, but 0 answer starts"),
        ({"text": ["Ann"], "answer_start": ["first"]}, "not a whole number"),
        ({"text": ["Ann"], "answer_start": [None]}, "not a whole number"),
        ({"text": ["Ann", ""], "answer_start": [0, 0]}, "An answer is empty"),
        ({"text": [3], "answer_start": [0]}, "An answer is not text"),
        ({"spans": ["Ann"]}, "no key 'text'"),
    ],
)
def test_bad_answers(answers, message):
    fails(message, "extractive_qa", [question(), question(answers=answers)])


def test_offsets_count_characters_also_after_emoji_and_line_ends():
    row = question(context="👍🏽\r\n\r\nAnn", answers={"text": ["Ann"], "answer_start": [6]})
    assert convert("extractive_qa", [row]).rows["train"][0]["context"] == "👍🏽\r\n\r\nAnn"


def test_ids_are_there_and_unique():
    rows = [question(id="a"), question(id="a"), question(id=None), question(id="b")]
    result = convert("extractive_qa", rows, [question()])
    assert [row["id"] for row in result.rows["train"]] == ["a#0", "a#1", "train-2", "b"]
    assert result.rows["validation"][0]["id"] == "validation-0"
    assert "2 rows of train shared an id" in result.notes[0]


@pytest.mark.parametrize("column", ["context", "question"])
def test_empty_context_or_question(column):
    fails(f"{column} is empty", "extractive_qa", [question(), question(**{column: ""})])


def test_context_cannot_be_joined():
    fails("context cannot be joined", "extractive_qa", [question(), question()],
          columns={"context": ["context", "question"]}, where="columns: context")  # fmt: skip
