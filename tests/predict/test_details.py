"""Probabilities sum to 1, absent choices have none, and words without tokens too."""

import numpy as np
import pytest

from intertask.predict.details import details_of


def test_classes_have_probabilities():
    info, logits = {"labels": ["a", "b"]}, [np.array([[0.0, np.log(3)], [5.0, 5.0]])]
    found = details_of("classification")(logits, [{"row": 1}, {"row": 0}], [{}, {}], info)
    assert found == [{"probability_a": 0.5, "probability_b": 0.5}, {"probability_a": 0.25, "probability_b": 0.75}]


def test_absent_choices_have_no_probability():
    rows = [{"choices": ["x", "y"]}]
    (found,) = details_of("multiple_choice")([np.array([[0.0, 1.0, -1e9]])], [{"row": 0}], rows, {"max_choices": 3})
    assert (found["choice"], found["probability_2"]) == ("y", None)
    assert found["probability_0"] + found["probability_1"] == pytest.approx(1)


def test_words_without_tokens_have_no_probability():
    logits = [np.array([[[9.0, 9.0], [0.0, 0.0]]])]
    (found,) = details_of("tagging")(logits, [{"row": 0, "words": [(1, 0)]}], [{"tokens": ["a", "\u200b"]}], {})
    assert found == {"tokens": ["a", "\u200b"], "probabilities": [0.5, None]}
