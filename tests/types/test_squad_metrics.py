import pytest

from intertask.types.squad_metrics import best_over_golds, exact_match, f1, normalize


@pytest.mark.parametrize(
    "answer, expected",
    [
        ("The Eiffel  Tower!", "eiffel tower"),
        ("an apple, a pear", "apple pear"),
        ("theatre", "theatre"),
        ("U.S.", "us"),
        ("The", ""),
        ("Ünïted\tStates", "ünïted states"),
    ],
)
def test_normalize(answer, expected):
    assert normalize(answer) == expected


@pytest.mark.parametrize(
    "predicted, gold, em, overlap",
    [
        ("the cat", "cat", 1, 1),
        ("black cat", "a cat", 0, 2 / 3),
        ("cat cat dog", "cat dog dog", 0, 2 / 3),  # words count as often as they occur
        ("dog", "cat", 0, 0),
        ("", "cat", 0, 0),
        ("cat", "", 0, 0),
        ("", "", 1, 1),
    ],
)
def test_one_gold_answer(predicted, gold, em, overlap):
    assert exact_match(predicted, gold) == em
    assert f1(predicted, gold) == pytest.approx(overlap)


def test_the_best_of_several_golds():
    assert best_over_golds(f1, "black cat", ["dog", "a cat", "the black cat"]) == 1
    assert best_over_golds(f1, "black cat", ["dog", "a cat"]) == pytest.approx(2 / 3)


def test_unanswerable():
    assert best_over_golds(exact_match, "", []) == best_over_golds(f1, "", []) == 1
    assert best_over_golds(exact_match, "cat", []) == best_over_golds(f1, "cat", []) == 0
