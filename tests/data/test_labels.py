"""Labels of classes, by name and by number."""

import pytest
from canonical_rows import convert, fails, labeled

from intertask.errors import IntertaskError


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
    assert convert("classification", labeled(*found)).labels == expected


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
    result = convert("classification", labeled(*found), labels=stated)
    assert [row["label"] for row in result.rows["train"]] == expected
    assert result.labels == stated


@pytest.mark.parametrize("index", [2, "2", -1])
def test_label_index_out_of_range(index):
    fails(f"label index {index} is out of range: 2 labels, 0 to 1", "classification", labeled("a", index),
          labels=["a", "b"], fix=f"drop_labels: [{index}]")  # fmt: skip


def test_number_that_is_not_among_stated_numbers_is_no_index():
    fails("label '0' is unknown", "classification", labeled(1, 0), labels=["1", "2"])


def test_unknown_label_names_the_near_miss():
    fails("label 'entailmnet' is unknown; did you mean 'entailment'", "classification",
          labeled("neutral", "entailmnet"), labels=["entailment", "neutral"], fix="drop_labels")  # fmt: skip


def test_label_that_only_validation_has():
    fails("label 'c' is unknown", "classification", labeled("a", "b"), labeled("a", "c"),
          where="validation.jsonl, line 2")  # fmt: skip
    result = convert("classification", labeled("a", "b"), labeled("a", "c"), on_bad_row="drop")
    assert result.bad_rows == {"train": 0, "validation": 1}


@pytest.mark.parametrize("value", [None, float("nan"), "", "  "])
def test_no_label(value):
    fails("label", "classification", labeled("a", value))


@pytest.mark.parametrize(("value", "message"), [(3.5, "perhaps"), ({"x": 1}, "neither"), (["a"], "neither")])
def test_label_of_another_kind(value, message):
    with pytest.raises(IntertaskError) as error:
        convert("classification", labeled("a", value))
    assert message in str(error.value)


def test_drop_labels():
    rows = labeled("a", "b", "unsure", -1)
    result = convert("classification", rows, labeled("a", "unsure"), drop_labels=["unsure", -1])
    assert result.labels == ["a", "b"]
    assert result.dropped_labels == {"train": 2, "validation": 1}
    result = convert("classification", labeled(0, 2, 1), labels=["a", "unsure", "b"], drop_labels=["unsure"])
    assert ([row["label"] for row in result.rows["train"]], result.labels) == ([0, 1], ["a", "b"])
    result = convert("classification", labeled("a", "b"), drop_labels=["c"])
    assert result.notes == ["drop_labels: no row has the label 'c'."]


def test_class_names_of_the_data():
    named = {"label": ["neg", "pos"]}
    assert convert("classification", labeled(1, 0), class_names=named).labels == ["neg", "pos"]
    # Stated names that are the data's: matched by name, in the stated order.
    result = convert("classification", labeled(1, 0), class_names=named, labels=["pos", "neg"])
    assert [row["label"] for row in result.rows["train"]] == [0, 1]
    # Other names: given to the numbers.
    result = convert("classification", labeled(1, 0), class_names=named, labels=["bad", "good"])
    assert [row["label"] for row in result.rows["train"]] == [1, 0]
    fails("label index -1 is out of range", "classification", labeled(1, -1), class_names=named)
    rows = convert("classification", labeled(1, -1, 0), class_names=named, drop_labels=[-1]).rows["train"]
    assert [row["label"] for row in rows] == [1, 0]
    result = convert("classification", labeled(1, 0, 2), class_names={"label": ["a", "?", "c"]}, drop_labels=["?"])
    assert ([row["label"] for row in result.rows["train"]], result.labels) == ([0, 1], ["a", "c"])
