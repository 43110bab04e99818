"""Rows of multiple choice."""

import pytest
from canonical_rows import choices, convert, fails


def test_choices_as_a_list_a_text_numbered_or_mapped_columns():
    expected = {"context": "", "question": "q", "choices": ["x", "y"], "label": 1}
    for row, columns in [
        ({"choices": ["x", "y"]}, {}),
        ({"choices": '["x", "y"]'}, {}),
        ({"choices": "['x', 'y']"}, {}),
        ({"choices": {"text": ["x", "y"], "label": ["A", "B"]}}, {}),
        ({"choices": [{"text": "x", "label": "A"}, {"text": "y", "label": "B"}]}, {}),
        ({"choices": [{"text": "x"}, {"text": "y"}]}, {"choices": "choices.text"}),
        ({"choice0": "x", "choice1": "y", "choice2": None}, {}),
        ({"choice_1": "x", "choice_2": "y", "choice_10": ""}, {}),
        ({"first": "x", "second": "y"}, {"choices": ["first", "second"]}),
        ({"choices": ["x", "y", None, ""]}, {}),
    ]:
        label = "B" if "'label'" in str(row) else 1
        longer = {"question": "q", "label": "A" if label == "B" else 0} | row
        rows = [{"question": "q", "label": label} | row, longer]
        assert convert("multiple_choice", rows, columns=columns).rows["train"][0] == expected


def test_rows_may_differ_in_their_number_of_choices():
    rows = [choices(2), choices(1, choices=["x", "y"]), choices(4, choices=list("abcde"))]
    result = convert("multiple_choice", rows, [choices(0, choices=["p", "q"])])
    assert [len(row["choices"]) for row in result.rows["train"]] == [3, 2, 5]
    numbered = [{"question": "q", "choice0": "x", "choice1": "y", "label": 0}]
    numbered.append(numbered[0] | {"choice2": "z", "label": 2})
    rows = convert("multiple_choice", numbered, numbered[:1]).rows["train"]
    assert [len(row["choices"]) for row in rows] == [2, 3]


@pytest.mark.parametrize(
    ("labels", "expected", "note"),
    [
        ([0, 2, 1], [0, 2, 1], ""),
        (["0", "2", "1"], [0, 2, 1], ""),
        (["1.0", "0.0", 2.0], [1, 0, 2], ""),
        ([1, 3, 2], [0, 2, 1], "count from 1"),
        (["1", "3", "3"], [0, 2, 2], "count from 1"),
        (["A", "C", "B"], [0, 2, 1], "letters"),
        (["a", "c", "b"], [0, 2, 1], "letters"),
        (["(A)", "(C)", "(B)"], [0, 2, 1], "letters"),
        (["a.", "c)", "[b]"], [0, 2, 1], "letters"),
        (["x", "z", "y "], [0, 2, 1], "text"),
    ],
)
def test_multiple_choice_labels(labels, expected, note):
    result = convert("multiple_choice", [choices(label) for label in labels])
    assert [row["label"] for row in result.rows["train"]] == expected
    assert note in " ".join(result.notes) and bool(note) == bool(result.notes)


def test_one_reading_of_labels_for_the_whole_data():
    numbers = {"choices": ["2", "3", "1"]}
    rows = convert("multiple_choice", [choices("2"), choices("0"), choices("1", **numbers)]).rows["train"]
    assert [row["label"] for row in rows] == [2, 0, 1]  # indices, though '1' is also the text of a choice
    rows = convert("multiple_choice", [choices("3", **numbers), choices("2", **numbers), choices("x")]).rows["train"]
    assert [row["label"] for row in rows] == [1, 0, 0]  # texts: 'x' is no index
    # Counting from 1 is decided over both splits.
    result = convert("multiple_choice", [choices(1), choices(2)], [choices(3)])
    assert [row["label"] for row in result.rows["train"]] == [0, 1]


def test_keys_of_the_choices():
    nested = {"text": ["x", "y"], "label": ["1", "2"]}
    rows = [choices("1", choices=nested), choices("B", choices={"text": ["x", "y"], "label": ["A", "B"]})]
    for columns in ({}, {"choices": "choices.text"}):
        result = convert("multiple_choice", rows, columns=columns)
        assert [row["label"] for row in result.rows["train"]] == [0, 1]


def test_multiple_choice_label_out_of_range():
    fails("label index 3 is out of range: 3 choices, 0 to 2", "multiple_choice", [choices(0), choices(3), choices(1)])
    fails("'D' is neither the text nor the letter", "multiple_choice", [choices("A"), choices("D"), choices("B")])
    rows = [choices(0), choices(-1), choices(2)]
    fails("label index -1 is out of range", "multiple_choice", rows, fix="drop_labels")
    assert convert("multiple_choice", rows, drop_labels=[-1]).dropped_labels == {"train": 1}
    assert convert("multiple_choice", rows, on_bad_row="drop").bad_rows == {"train": 1}


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (["only"], "1 choices, fewer than two"),
        ([], "0 choices"),
        (["x", None, "z"], "Choice 1 is missing"),
        (["x", " ", "z"], "Choice 1 is empty"),
        (["x", 3], "Choice 1 is not text but int"),
        ("x or y", "choices are not a list"),
        (None, "choices are not a list"),
    ],
)
def test_bad_choices(found, message):
    fails(message, "multiple_choice", [choices(), choices(choices=found)])


def test_context_and_question_may_be_empty_or_absent():
    rows = [choices(0, context=None, question=""), choices(1, context=float("nan"), question="q")]
    rows = convert("multiple_choice", rows).rows["train"]
    assert [(row["context"], row["question"]) for row in rows] == [("", ""), ("", "q")]
    rows = convert("multiple_choice", [choices(0, a="A", b="B")], columns={"context": ["a", "b"]}).rows["train"]
    assert rows[0]["context"] == "A B"
    bare = [{"choices": ["x", "y"], "label": 0}]
    fails("neither a context nor a question", "multiple_choice", bare, where="mine.jsonl")
    assert convert("multiple_choice", bare, columns={"context": None}).rows["train"][0]["context"] == ""
