import pandas as pd
import pytest

from intertask.rankings.evaluation import evaluate
from intertask.rankings.with_none import CANDIDATE, with_none

TRANSFER = pd.DataFrame(
    [("m", t, s, 1, "accuracy", v) for t, values in {
        "hurts": {"none": 80.0, "a": 60.0, "b": 70.0},
        "helps": {"none": 50.0, "a": 60.0, "b": 40.0},
        "unknown": {"a": 60.0, "b": 70.0},
    }.items() for s, v in values.items()],
    columns=["model", "target", "source", "seed", "metric", "value"],
)  # fmt: skip
#: `recommended` expects a gain of a on one target, and none on the other.
SCORES = pd.DataFrame(
    [("m", t, method, s, v) for t, values in {
        "hurts": {"recommended": (-1.0, -2.0), "semb": (0.1, 0.2)},
        "helps": {"recommended": (1.0, -1.0), "semb": (0.1, 0.2)},
        "unknown": {"recommended": (1.0, 2.0), "semb": (0.1, 0.2)},
    }.items() for method, pair in values.items() for s, v in zip("ab", pair, strict=True)],
    columns=["model", "target", "method", "source", "score"],
)  # fmt: skip


def test_no_source_is_a_candidate_where_it_was_observed():
    known = {("m", "hurts"), ("m", "helps"), ("m", "unknown")}
    table = evaluate(*with_none(TRANSFER, SCORES, known), ks=[1])
    regret = table[table["metric"] == "regret"].set_index(["target", "method"])["value"]
    assert set(table["target"]) == {"hurts", "helps"}
    assert regret["hurts", "recommended"] == regret["hurts", "none"] == 0
    assert regret["hurts", "semb"] == pytest.approx(100 * 10 / 80)  # puts b first, and cannot say that nothing helps
    assert regret["helps", "recommended"] == 0
    assert regret["helps", "none"] == pytest.approx(100 * 10 / 60)


def test_without_predicted_gains_the_candidate_is_last():
    transfer, scores = with_none(TRANSFER, SCORES, set())
    assert set(scores[scores["source"] == CANDIDATE]["method"]) == {"none"}
    table = evaluate(transfer, scores, ks=[1])
    regret = table[table["metric"] == "regret"].set_index(["target", "method"])["value"]
    assert regret["hurts", "recommended"] == pytest.approx(100 * 20 / 80)
