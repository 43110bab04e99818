"""Intervals over rows: on the scale of the metric, around the score, also at its ends and with few rows."""

import numpy as np
import pytest
from scipy.stats import binomtest

from intertask.recommendation import intervals
from intertask.recommendation.intervals import bounds, score_interval, wilson
from intertask.types import get_type

LABELS = {"labels": ["no", "yes"], "positive_label": None}


@pytest.mark.parametrize("right, rows", [(0, 1), (1, 1), (0, 4), (4, 4), (1, 3), (37, 50), (999, 1000)])
def test_wilson_is_that_of_scipy(right, rows):
    expected = binomtest(right, rows).proportion_ci(0.9, method="wilson")
    low, high = wilson(100 * right / rows, rows, 0.9)
    assert (low, high) == pytest.approx((100 * expected.low, 100 * expected.high))
    assert 0 <= low <= 100 * right / rows <= high <= 100 and low < high


def rows_of(type_name: str, n: int) -> list[dict]:
    """Rows whose gold labels are 0, 1, 0, 1, …, or the like."""
    more = {
        "classification": lambda i: {"label": i % 2},
        "regression": lambda i: {"label": float(i)},
        "multiple_choice": lambda i: {"label": i % 2, "choices": ["a", "b"]},
        "extractive_qa": lambda i: {"answer_texts": ["the door"] if i % 2 else []},
        "tagging": lambda i: {"tokens": ["a", "b"], "tags": [i % 2, 0]},
    }[type_name]
    return [more(i) for i in range(n)]


RIGHT = {
    "classification": lambda i: i % 2,
    "regression": lambda i: float(i),
    "multiple_choice": lambda i: i % 2,
    "extractive_qa": lambda i: "the door" if i % 2 else "",
    "tagging": lambda i: [i % 2, 0],
}
WRONG = {
    "classification": lambda i: 1 - i % 2,
    "regression": lambda i: float(-i),
    "multiple_choice": lambda i: 1 - i % 2,
    "extractive_qa": lambda i: "" if i % 2 else "a chair",
    "tagging": lambda i: [1 - i % 2, 1],
}
METRICS = [("classification", "accuracy"), ("classification", "f1_macro"), ("classification", "matthews_correlation")]
METRICS += [("regression", "spearman"), ("multiple_choice", "accuracy"), ("extractive_qa", "f1")]
METRICS += [("extractive_qa", "exact_match"), ("tagging", "accuracy"), ("tagging", "f1")]


@pytest.mark.parametrize("type_name, metric", METRICS)
@pytest.mark.parametrize("predict", [RIGHT, WRONG], ids=["right", "wrong"])
def test_intervals_stay_on_the_scale_if_all_or_none_are_right(type_name, metric, predict, monkeypatch):
    monkeypatch.setattr(intervals, "_DRAWS", 20)
    n = 3
    task_type, rows, info = get_type(type_name), rows_of(type_name, n), {"metric": metric, **LABELS}
    predictions = [predict[type_name](i) for i in range(n)]
    low, high = score_interval(task_type, predictions, rows, info, 0.95)
    score = task_type.score(predictions, rows, info)[metric]
    assert bounds(metric)[0] <= low <= score + 1e-9 and score - 1e-9 <= high <= bounds(metric)[1]


def test_a_score_of_few_rows_is_not_certain():
    """Four of four rows are right: a normal interval would be 100 to 100."""
    info = {"metric": "accuracy", **LABELS}
    low, high = score_interval(get_type("classification"), [0, 1, 0, 1], rows_of("classification", 4), info, 0.95)
    assert low == pytest.approx(51.0, abs=0.1) and high == 100


def test_the_bootstrap_is_as_wide_as_the_spread_of_fresh_samples():
    task_type, info, generator = get_type("regression"), {"metric": "pearson"}, np.random.default_rng(1)

    def sample():
        gold = generator.normal(size=100)
        return list(gold + generator.normal(size=100)), [{"label": float(value)} for value in gold]

    scores = [task_type.score(*sample(), info)["pearson"] for _ in range(200)]
    low, high = score_interval(task_type, *sample(), info, 0.95)
    assert high - low == pytest.approx(2 * 1.96 * np.std(scores), rel=0.3)


def test_rows_of_one_group_are_drawn_together(monkeypatch):
    """Two groups, one right and one wrong: each draw scores 0, 50 or 100, whatever the number of their rows."""
    monkeypatch.setattr(intervals, "_DRAWS", 40)
    rows = [{"label": 1, "group": group} for group in "aab" for _ in range(3)]
    info, task_type = {"metric": "group_exact_match", **LABELS}, get_type("classification")
    assert score_interval(task_type, [1] * 6 + [0] * 3, rows, info, 0.95) == (0, 100)
    assert score_interval(task_type, [1] * 6, rows[:6], info, 0.95) is None
