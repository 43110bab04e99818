"""Texts of a row."""

import pytest
from canonical_rows import convert, fails, labeled


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "text_a is missing"),
        (float("nan"), "text_a is missing"),
        (3, "text_a is not text but int: 3"),
        (["x"], "text_a is not text but list"),
        (b"x", "text_a is not text but bytes"),
        ("", "text_a is empty"),
        (" \n\t", "text_a is empty"),
        ("\ud83d", "half of a surrogate pair"),
    ],
)
def test_texts_that_are_none(value, message):
    rows = [*labeled("a"), {"text_a": value, "label": "b"}, {"text_a": "good", "label": "b"}]
    fails(message, "classification", rows, fix="on_bad_row: drop")
    result = convert("classification", rows, on_bad_row="drop")
    assert len(result.rows["train"]) == 2
    assert result.bad_rows == {"train": 1}
    assert result.notes[-1].startswith("Left out of train: 1 row: ")
    assert result.notes[-1].endswith("(first: train.jsonl, line 2)")
    assert "33% of the training rows are left out (1 of 3)" in result.warnings[0]


def test_text_keeps_its_white_space():
    assert convert("classification", labeled(0, 1, text_b=" b ")).rows["train"][0]["text_b"] == " b "


def test_second_text():
    rows = labeled("a", "b", text_b="")
    assert convert("classification", rows).rows["train"][0]["text_b"] is None
    fails("text_b is empty", "classification", rows, columns={"text_b": "text_b"}, where="line 1")
    rows[0]["text_b"] = "here"
    fails("text_b is empty", "classification", rows)
    assert convert("classification", rows, columns={"text_b": None}).rows["train"][0]["text_b"] is None
