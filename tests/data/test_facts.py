"""Facts of rows."""

import numpy as np

from intertask.data.facts import facts_of


def test_input_is_compared_with_white_space_evened_out():
    def key(task_type, **row):
        return facts_of([{"label": 0, "tags": [0], **row}], task_type).inputs[0]

    assert key("classification", text_a="a  b", text_b=None) == key("classification", text_a=" a b\n", text_b="")
    assert key("classification", text_a="a", text_b="b") != key("classification", text_a="a b", text_b=None)
    assert key("tagging", tokens=["a", "b"]) != key("tagging", tokens=["a b"])
    same = {"context": "c", "question": "q"}
    assert key("multiple_choice", **same, choices=["x", "y"]) != key("multiple_choice", **same, choices=["y", "x"])
    assert key("extractive_qa", **same, answer_texts=["c"]) == key("extractive_qa", **same, answer_texts=[])


def test_labels_are_kept_as_they_are_and_texts_are_not():
    for label in (0, 3, 0.25, -1e300):
        type_name = "regression" if isinstance(label, float) else "classification"
        facts = facts_of([{"text_a": f"{n}", "text_b": None, "label": label} for n in range(3)], type_name)
        assert list(facts.outlines) == [facts.outlines[2]] * 3 == [{"label": label}] * 3
        assert list(facts.take(np.array([0, 2])).outlines) == [{"label": label}] * 2
    tagged = facts_of([{"tokens": ["a", "b", "c"], "tags": [2, 0, 2]}], "tagging")
    assert list(tagged.outlines) == [{"tags": (0, 2)}]


def test_rows_without_a_passage_have_their_input_instead():
    rows = [{"context": context, "question": "q", "choices": ["a", "b"], "label": 0} for context in ("", "c", " c", "")]
    facts = facts_of(rows, "multiple_choice")
    assert facts.passages[0] == facts.inputs[0] == facts.passages[3] != facts.passages[1] == facts.passages[2]
    assert facts.take(np.array([1, 3])).passages.tolist() == facts.passages[[1, 3]].tolist()
