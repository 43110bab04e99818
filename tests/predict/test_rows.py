"""Rows to predict: every type, with and without labels, under the task's columns; bad files and rows are named."""

import json

import pytest

from intertask.errors import IntertaskError
from intertask.predict.rows import read_rows

NOTHING = {"format": None, "encoding": None, "delimiter": None}


def about(type_name, **settings) -> dict:
    return {"info": {"type": type_name, "task": "t"}, "input": settings}


CASES = [
    ("classification", {"text": "a b", "label": "x"}, {"text_a": "a b", "text_b": None}),
    ("regression", {"text_a": "a", "text_b": "b"}, {"text_a": "a", "text_b": "b"}),
    (
        "multiple_choice",
        {"context": "c", "choices": ["one", "two"]},
        {"context": "c", "question": "", "choices": ["one", "two"]},
    ),
    ("extractive_qa", {"context": "c", "question": "q", "id": "7"}, {"id": "7", "context": "c", "question": "q"}),
    ("tagging", {"tokens": ["a", "b"], "tags": ["?"]}, {"tokens": ["a", "b"]}),
]


@pytest.mark.parametrize("type_name, row, expected", CASES)
def test_rows_of_each_type_need_no_labels(tmp_path, type_name, row, expected):
    file = tmp_path / "in.jsonl"
    file.write_text((json.dumps(row) + "\n") * 2)
    rows = read_rows(str(file), about(type_name), NOTHING)
    assert [row | {"id": None} for row in rows] == [expected | {"id": None}] * 2 or rows[0] == expected


def test_columns_and_reading_are_those_of_the_task(tmp_path):
    settings = {"columns": {"text_a": "body", "label": "stars"}, "join": " "}
    settings["data"] = {"delimiter": ";", "encoding": "latin-1", "extension": ".csv"}
    file = tmp_path / "in.csv"
    file.write_text("n;body\n1;caf\u00e9\n", encoding="latin-1")
    expected = [{"text_a": "caf\u00e9", "text_b": None}]
    assert read_rows(str(file), about("classification", **settings), NOTHING) == expected
    other = tmp_path / "in.jsonl"
    other.write_text('{"body": "caf\u00e9"}\n', encoding="utf-8")  # the task's delimiter and encoding are not for it
    assert read_rows(str(other), about("classification", **settings), NOTHING) == expected
    piped = tmp_path / "piped.csv"
    piped.write_text("body|n\nx|1\n")
    assert read_rows(str(piped), about("classification", **settings), NOTHING | {"delimiter": "|"})[0]["text_a"] == "x"


@pytest.mark.parametrize(
    "content, what",
    [
        ("", "empty|no rows"),
        ("txet,n\na,1\n", "no column 'text_a'"),
        ("text,n\na,1\n ,2\n", "is empty"),
    ],
)
def test_files_that_cannot_be_predicted(tmp_path, content, what):
    file = tmp_path / "in.csv"
    file.write_text(content)
    with pytest.raises(IntertaskError, match=what) as error:
        read_rows(str(file), about("classification"), NOTHING)
    assert "no label" not in str(error.value) and "in.csv" in str(error.value)
