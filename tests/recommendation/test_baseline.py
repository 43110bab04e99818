"""Baselines without a language model: they learn what words tell, for each task type that has one."""

import pytest

from intertask.recommendation.baseline import baseline

WORDS = ["good fine nice", "bad awful poor", "red blue green"]


def info(type_name: str, metric: str) -> dict:
    return {"type": type_name, "metric": metric, "labels": ["a", "b", "c"], "positive_label": None, "max_choices": 3}


def texts(count: int) -> list[dict]:
    return [{"text_a": f"it was {WORDS[n % 3]} {n}", "text_b": None, "label": n % 3} for n in range(count)]


CASES = {
    "classification": ("accuracy", texts(30)),
    "regression": ("spearman", [row | {"label": float(row["label"])} for row in texts(30)]),
    "tagging": ("accuracy", [{"tokens": ["the", f"w{n % 3}"], "tags": [0, n % 3]} for n in range(30)]),
    "multiple_choice": (
        "accuracy",
        [
            {"context": f"it was {WORDS[n % 3]}", "question": "what?", "choices": WORDS, "label": n % 3}
            for n in range(30)
        ],
    ),
}


@pytest.mark.parametrize("type_name", CASES)
def test_words_are_learned(type_name):
    metric, rows = CASES[type_name]
    found = baseline(rows[:21], rows[21:], info(type_name, metric))
    assert found.name and found.value > 90


def test_without_a_baseline():
    rows = [{"id": "1", "context": "c", "question": "q", "answer_texts": ["c"], "answer_starts": [0]}]
    assert baseline(rows, rows, info("extractive_qa", "f1")) is None
    assert baseline(texts(9), texts(9), info("classification", "group_exact_match")) is None


def test_one_class_in_train():
    rows = texts(30)
    same = [row for row in rows if row["label"] == 1]
    assert baseline(same, rows, info("classification", "accuracy")).value == pytest.approx(100 / 3)


def test_texts_of_signs_alone():
    rows = [{"context": "", "question": "?", "choices": ["+", "?"], "label": 1} for _ in range(6)]
    assert baseline(rows, rows, info("multiple_choice", "accuracy")).value == 100
    signs = [{"text_a": "+-"[n % 2], "text_b": None, "label": n % 2} for n in range(20)]
    assert baseline(signs, signs, info("classification", "accuracy")).value == 100
