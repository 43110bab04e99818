"""Rows of tagging."""

import pytest
from canonical_rows import convert, fails


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
        (["a", "b"], ["O"], "2 tokens, but 1 tag."),
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
