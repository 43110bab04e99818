"""Classification and regression: odd names, several candidates for the label, pairs of texts."""

import random

import pytest
from column_profiles import profiles, reviews

from intertask.start.guessing import guess


def test_odd_names():
    found = guess(profiles(reviews(**{"Unnamed: 0": lambda n: n, "Was schreibt der Gast?": "text", "Urteil": "mood"})))
    assert (found.type, found.columns) == ("classification", {"text_a": "Was schreibt der Gast?", "label": "Urteil"})


def test_the_texts_say_which_column_is_the_label():
    draw = random.Random(1)
    rows = reviews(remark="text", mood="mood", channel=lambda n: draw.choice(["web", "mail", "phone"]))
    assert guess(profiles(rows)).columns == {"text_a": "remark", "label": "mood"}
    moved = [dict(sorted(row.items())) for row in rows]  # the channel comes first, then the mood
    assert guess(profiles(moved)).columns["label"] == "mood"


def test_a_name_outweighs_that():
    rows = reviews(remark="text", mood="mood", label=lambda n: n % 3)
    found = guess(profiles(rows))
    assert (found.type, found.columns["label"], found.reasons["label"]) == ("classification", "label", "by its name")


def test_amounts_are_regression_and_stars_are_classes():
    draw = random.Random(2)
    rows = reviews(remark="text", value=lambda n: draw.uniform(0, 5))
    assert guess(profiles(rows)).type == "regression"
    assert guess(profiles(reviews(remark="text", stars=lambda n: n % 5 + 1))).type == "classification"


def test_pairs():
    rows = reviews(id=lambda n: n, premise="text", hypothesis=lambda n: f"someone said number {n}", gold="mood")
    assert guess(profiles(rows)).columns == {"text_a": "premise", "text_b": "hypothesis", "label": "gold"}
    rows = reviews(one="text", other=lambda n: f"someone said number {n}", gold="mood")
    assert guess(profiles(rows)).columns == {"text_a": "one", "text_b": "other", "label": "gold"}


@pytest.mark.parametrize("value", [lambda n: f"intent_{n % 150}", lambda n: n % 150, lambda n: str(n % 150)])
def test_many_intents_are_labels(value):
    rows = [{"text": f"please do thing {n} for me now", "intent": value(n)} for n in range(6000)]
    found = guess(profiles(rows))
    assert (found.type, found.columns) == ("classification", {"text_a": "text", "label": "intent"})


@pytest.mark.parametrize(
    ("context", "question", "verdict"),
    [("paragraph", "question", "answer"), ("article", "Query", "correct"), ("Context", "question_text", "label")],
)
@pytest.mark.parametrize("answers", [["yes", "no"], [True, False], ["Yes", "No", "Maybe"], [0, 1]])
def test_a_question_about_a_text_is_a_pair(context, question, verdict, answers):
    rows = [
        {question: f"is it thing {n % 40}?", context: f"there is nothing to know about this text {n}, yes or no",
         verdict: answers[n % len(answers)]} for n in range(160)
    ]  # fmt: skip
    found = guess(profiles(rows))
    assert (found.type, found.columns) == (
        "classification",
        {"text_a": context, "text_b": question, "label": verdict},
    )


def test_a_point_that_may_separate_thousands_is_a_note():
    rows = [{"text": f"the room {n} was fine", "price": f"{1 + n}.{100 + n}"} for n in range(40)]
    (note,) = guess(profiles(rows)).notes
    assert "'1.100' is read as 1.1. If the point separates thousands" in note
    assert not guess(profiles([{**row, "price": f"{n}.5"} for n, row in enumerate(rows)])).notes
