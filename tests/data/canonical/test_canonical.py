"""Every type's columns and every check of rows; the messages are those of docs/checks.md."""

import json

import pytest

from intertask.config import Task
from intertask.data.canonical import canonical
from intertask.data.formats import RawRow, Table
from intertask.errors import IntertaskError


def convert(task_type, train, validation=None, class_names=None, **keys):
    """Canonical rows of raw rows that stand in mine.jsonl."""
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


def labelled(*labels, **extra):
    return [{"text_a": f"text {n}", "label": label} | extra for n, label in enumerate(labels)]


def choices(label=0, **keys):
    return {"question": "q", "choices": ["x", "y", "z"], "label": label} | keys


def question(**keys):
    return {"context": "Ann met Bob. Ann left.", "question": "Who?", "answers": {"text": [], "answer_start": []}} | keys


# columns


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
    fails("no column 'label' .*in the validation data", "classification", labelled(0, 1), [{"text_a": "x"}],
          where="validation.jsonl")  # fmt: skip


def test_missing_columns_are_not_bad_rows_to_be_dropped():
    fails("no column 'label'", "classification", [{"text_a": "x"}], on_bad_row="drop", where="train.jsonl")


def test_header_that_is_not_split():
    fails("no column 'text_a'", "classification", [{"text;label": "x;a"}], where="train.jsonl", fix="delimiter")


def test_column_missing_in_one_row():
    fails("no label", "classification", [*labelled("a"), {"text_a": "x"}])
    fails("text_a is missing", "classification", [*labelled("a"), {"label": "a"}])


def test_required_column_cannot_be_null():
    fails("needs the column 'label'", "classification", labelled(0, 1), columns={"label": None}, where="columns: label")


def test_forgotten_columns_are_noted():
    rows = [{"text_a": "x", "hypothesis": "y", "label": n} for n in (0, 1)]
    assert convert("classification", rows).notes == ["Columns of the data that are not used: hypothesis."]
    span = {"text": ["Ann"], "answer_start": [0]}
    asked = {"context": "Ann is here.", "question": "Who?", "answers": span, "is_impossible": False}
    assert convert("extractive_qa", [asked]).notes == []  # what the answers say already
    notes = convert("extractive_qa", [asked | {"source": "x"}]).notes
    assert notes == ["Columns of the data that are not used: source."]


def test_label_cannot_be_joined():
    fails("label cannot be joined", "classification", labelled(0, 1), columns={"label": ["label", "text_a"]},
          where="columns: label")  # fmt: skip


@pytest.mark.parametrize("split", ["train", "validation"])
def test_empty_data(split):
    parts = {"train": labelled(0, 1), "validation": labelled(0, 1)} | {split: []}
    fails(f"The {split} data is empty", "classification", parts["train"], parts["validation"], where="task mine")


# texts


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
    rows = [*labelled("a"), {"text_a": value, "label": "b"}, {"text_a": "good", "label": "b"}]
    fails(message, "classification", rows, fix="on_bad_row: drop")
    result = convert("classification", rows, on_bad_row="drop")
    assert len(result.rows["train"]) == 2
    assert result.bad_rows == {"train": 1}
    assert result.notes[-1].startswith("1 bad rows of train were left out, first train.jsonl, line 2: ")


def test_text_keeps_its_white_space():
    assert convert("classification", labelled(0, 1, text_b=" b ")).rows["train"][0]["text_b"] == " b "


def test_second_text():
    rows = labelled("a", "b", text_b="")
    assert convert("classification", rows).rows["train"][0]["text_b"] is None
    fails("text_b is empty", "classification", rows, columns={"text_b": "text_b"}, where="line 1")
    rows[0]["text_b"] = "here"
    fails("text_b is empty", "classification", rows)
    assert convert("classification", rows, columns={"text_b": None}).rows["train"][0]["text_b"] is None


# labels of classes


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["pos", "neg"], ["neg", "pos"]),
        ([True, False], ["false", "true"]),
        (["10", "9", "-1"], ["-1", "9", "10"]),
        ([2, 10, 1.0], ["1", "2", "10"]),
        (["1.0", "2"], ["1", "2"]),
        ([" spaced ", "b"], ["b", "spaced"]),
        (["03", "2"], ["03", "2"]),
    ],
)
def test_labels_found_are_sorted(found, expected):
    assert convert("classification", labelled(*found)).labels == expected


@pytest.mark.parametrize(
    ("stated", "found", "expected"),
    [
        (["neg", "pos"], ["pos", "neg"], [1, 0]),
        (["neg", "pos"], [1, 0], [1, 0]),
        (["neg", "pos"], ["1", "0"], [1, 0]),
        (["neg", "pos"], [1.0, "0.0"], [1, 0]),
        (["1", "2", "3"], [1, 3], [0, 2]),
        (["false", "true"], [True, False], [1, 0]),
        (["1.0", "2.0"], ["2.0", "1.0"], [1, 0]),
    ],
)
def test_labels_stated(stated, found, expected):
    result = convert("classification", labelled(*found), labels=stated)
    assert [row["label"] for row in result.rows["train"]] == expected
    assert result.labels == stated


@pytest.mark.parametrize("index", [2, "2", -1])
def test_label_index_out_of_range(index):
    fails(f"label index {index} is out of range: 2 labels, 0 to 1", "classification", labelled("a", index),
          labels=["a", "b"], fix=f"drop_labels: [{index}]")  # fmt: skip


def test_number_that_is_not_among_stated_numbers_is_no_index():
    fails("label '0' is unknown", "classification", labelled(1, 0), labels=["1", "2"])


def test_unknown_label_names_the_near_miss():
    fails("label 'entailmnet' is unknown; did you mean 'entailment'", "classification",
          labelled("neutral", "entailmnet"), labels=["entailment", "neutral"], fix="drop_labels")  # fmt: skip


def test_label_that_only_validation_has():
    fails("label 'c' is unknown", "classification", labelled("a", "b"), labelled("a", "c"),
          where="validation.jsonl, line 2")  # fmt: skip
    result = convert("classification", labelled("a", "b"), labelled("a", "c"), on_bad_row="drop")
    assert result.bad_rows == {"train": 0, "validation": 1}


@pytest.mark.parametrize("value", [None, float("nan"), "", "  "])
def test_no_label(value):
    fails("label", "classification", labelled("a", value))


@pytest.mark.parametrize(("value", "message"), [(3.5, "perhaps"), ({"x": 1}, "neither"), (["a"], "neither")])
def test_label_of_another_kind(value, message):
    with pytest.raises(IntertaskError) as error:
        convert("classification", labelled("a", value))
    assert message in str(error.value)


def test_column_of_ids_is_no_label():
    fails("label column 'label' has 30 different values in 30 rows", "classification", labelled(*map(str, range(30))),
          where="mine.jsonl", fix="regression")  # fmt: skip


def test_drop_labels():
    rows = labelled("a", "b", "unsure", -1)
    result = convert("classification", rows, labelled("a", "unsure"), drop_labels=["unsure", -1])
    assert result.labels == ["a", "b"]
    assert result.dropped_labels == {"train": 2, "validation": 1}
    result = convert("classification", labelled(0, 2, 1), labels=["a", "unsure", "b"], drop_labels=["unsure"])
    assert ([row["label"] for row in result.rows["train"]], result.labels) == ([0, 1], ["a", "b"])
    result = convert("classification", labelled("a", "b"), drop_labels=["c"])
    assert result.notes == ["drop_labels: no row has the label 'c'."]


def test_class_names_of_the_data():
    named = {"label": ["neg", "pos"]}
    assert convert("classification", labelled(1, 0), class_names=named).labels == ["neg", "pos"]
    # Stated names that are the data's: matched by name, in the stated order.
    result = convert("classification", labelled(1, 0), class_names=named, labels=["pos", "neg"])
    assert [row["label"] for row in result.rows["train"]] == [0, 1]
    # Other names: given to the numbers.
    result = convert("classification", labelled(1, 0), class_names=named, labels=["bad", "good"])
    assert [row["label"] for row in result.rows["train"]] == [1, 0]
    fails("label index -1 is out of range", "classification", labelled(1, -1), class_names=named)
    rows = convert("classification", labelled(1, -1, 0), class_names=named, drop_labels=[-1]).rows["train"]
    assert [row["label"] for row in rows] == [1, 0]
    result = convert("classification", labelled(1, 0, 2), class_names={"label": ["a", "?", "c"]}, drop_labels=["?"])
    assert ([row["label"] for row in result.rows["train"]], result.labels) == ([0, 1], ["a", "c"])


# regression


def test_regression_labels():
    rows = convert("regression", labelled(1, "2.5", 3.0, "1e-3")).rows["train"]
    assert [row["label"] for row in rows] == [1.0, 2.5, 3.0, 0.001]
    assert len(convert("regression", labelled(1, -1.0, 2), drop_labels=[-1]).rows["train"]) == 2


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "high", "nan", True, [1], 10**400])
def test_regression_label_that_is_no_number(value):
    fails("label .* not a (finite )?number", "regression", labelled(1.0, value))


# multiple choice


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


# extractive question answering


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
    fails("'Ann' is not at answer_start 12; there stands ' An'", "extractive_qa", [question(), wrong], fix="at 13")
    for start in (-3, 500):
        wrong = question(answers={"text": ["Ann"], "answer_start": [start]})
        fails(f"not at answer_start {start}; there stands ''", "extractive_qa", [question(), wrong])
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


def test_drop_labels_needs_labels():
    fails("means nothing for extractive_qa", "extractive_qa", [question()], drop_labels=["x"], where="drop_labels")


# tagging


def tagged(tokens, tags):
    return {"tokens": tokens, "tags": tags}


def test_tags_are_the_sorted_union_of_both_splits():
    result = convert("tagging", [tagged(["a", "b"], ["O", "B-X"])], [tagged(["c"], ["I-X"])])
    assert result.labels == ["B-X", "I-X", "O"]
    assert result.rows["train"] == [tagged(["a", "b"], [2, 0])]
    assert result.notes == ["Tags that validation has and train lacks: I-X."]


def test_tags_as_numbers():
    rows = [tagged(["a", "b", "c"], [2, 0, 10])]
    assert convert("tagging", rows).labels == ["0", "2", "10"]
    result = convert("tagging", [tagged(["a", "b"], [1, 0])], labels=["O", "B-X"])
    assert result.rows["train"][0]["tags"] == [1, 0]
    result = convert("tagging", [tagged(["a", "b"], [1, 0])], class_names={"tags": ["O", "B-X"]})
    assert (result.rows["train"][0]["tags"], result.labels) == ([1, 0], ["O", "B-X"])
    fails("label index 10 is out of range", "tagging", [tagged(["a"], [0]), *rows], labels=["O", "B-X", "I-X"])


def test_tokens_as_text():
    for tokens, tags in [("EU rejects", "B-X O"), ('["EU", "rejects"]', "['B-X', 'O']")]:
        assert convert("tagging", [tagged(tokens, tags)]).rows["train"][0]["tokens"] == ["EU", "rejects"]


def test_conll_columns_by_default_and_by_number():
    rows = [{0: ["a", "b"], 1: ["NN", "VB"], 2: ["O", "B-X"]}]
    assert convert("tagging", rows).labels == ["B-X", "O"]
    assert convert("tagging", rows, columns={"tags": 1}).labels == ["NN", "VB"]
    fails("no column 3 .*known: 0, 1, 2", "tagging", rows, columns={"tags": 3}, where="train.jsonl")


def test_conllu_columns_by_default():
    rows = [{"id": ["1", "2"], "form": ["a", "b"], "upos": ["X", "Y"], "deprel": ["root", "obj"]}]
    assert convert("tagging", rows).labels == ["X", "Y"]
    assert convert("tagging", rows, columns={"tags": "deprel"}).labels == ["obj", "root"]


@pytest.mark.parametrize(
    ("tokens", "tags", "message"),
    [
        (["a", "b"], ["O"], "2 tokens, but 1 tags"),
        ([], [], "no tokens"),
        (["a", ""], ["O", "O"], "Token 1 is empty"),
        (["a", None], ["O", "O"], "Token 1 is missing"),
        (["a", 3], ["O", "O"], "Token 1 is not text"),
        (["a"], [None], "no label"),
        (["a"], [""], "label is empty"),
        (["a"], ["B-Y"], "'B-Y' is unknown; did you mean 'B-X'"),
        (None, ["O"], "not a list"),
    ],
)
def test_bad_tags(tokens, tags, message):
    rows = [tagged(["a", "b"], ["O", "B-X"]), tagged(tokens, tags)]
    fails(message, "tagging", rows, labels=["O", "B-X"])
    assert convert("tagging", rows, labels=["O", "B-X"], on_bad_row="drop").bad_rows == {"train": 1}


# groups of classification


GROUPED = [
    {"text": f"{n}", "label": n % 2, "idx": {"p": n // 4, "q": n // 2}, "entity": f"e{n}", "group": 9} for n in range(8)
]


def test_groups_and_candidates_where_the_task_maps_them(prepared):
    columns = {"text_a": "text", "group": ["idx.p", "idx.q"], "candidate": "entity"}
    result = prepared("classification", GROUPED, GROUPED[4:], columns=columns, metric="group_f1", labels=["no", "yes"])
    assert result.validation[0] == {"text_a": "4", "text_b": None, "label": 0, "group": "1 2", "candidate": "e4"}
    assert (result.info["metric"], result.info["positive_label"]) == ("group_f1", "yes")
    result = prepared("classification", GROUPED, columns={"group": "idx.q"}, metric="group_exact_match")
    assert {row["group"] for row in result.train} | {row["group"] for row in result.validation} == set("0123")
    assert not {row["group"] for row in result.train} & {row["group"] for row in result.validation}
    assert "candidate" not in result.train[0]


def test_a_column_that_is_called_group_is_none_unless_mapped(prepared):
    result = prepared("classification", GROUPED)
    assert set(result.train[0]) == {"text_a", "text_b", "label"}
    assert any("not used" in note and "group" in note for note in result.info["notes"])


@pytest.mark.parametrize(
    "metric, columns, message",
    [
        ("group_f1", {}, "metric group_f1 needs the columns group and candidate"),
        ("group_f1", {"group": "group"}, "map candidate in 'columns:'"),
        ("group_exact_match", {"candidate": "entity"}, "metric group_exact_match needs the column group"),
    ],
)
def test_group_metrics_need_their_columns(prepared, metric, columns, message):
    with pytest.raises(IntertaskError, match=message):
        prepared("classification", GROUPED, metric=metric, columns=columns)


@pytest.mark.parametrize("group, message", [(None, "group is missing"), ("", "missing"), ([1], "neither text nor")])
def test_rows_of_no_group(prepared, group, message):
    rows = [*GROUPED, GROUPED[0] | {"group": group}]
    with pytest.raises(IntertaskError, match=message):
        prepared("classification", rows, columns={"group": "group"})


def test_group_f1_is_of_one_class(prepared):
    rows = [row | {"label": n % 3} for n, row in enumerate(GROUPED)]
    with pytest.raises(IntertaskError, match="positive_label"):
        prepared("classification", rows, metric="group_f1", columns={"group": "group", "candidate": "entity"})
