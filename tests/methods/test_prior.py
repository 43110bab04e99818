import numpy as np
import pytest

from intertask.methods.facts import Facts, Past
from intertask.methods.prior import prior


def target(*same_setting: bool) -> Facts:
    past = [
        Past("mine" if same else "other", same, Facts(f"t{i}", "classification", 10))
        for i, same in enumerate(same_setting)
    ]
    return Facts("t", "classification", 10, past=tuple(past))


def sources(*history: list[float] | None) -> list[Facts]:
    return [
        Facts(f"s{i}", "tagging", 10, history=None if row is None else np.array(row)) for i, row in enumerate(history)
    ]


def test_by_hand():
    # target 0: ranks 1, 2, 3 of 3; target 1: s0 not observed, ranks 2, 1 of 2
    scores = prior(target(True, True), sources([90, np.nan], [80, 50], [70, 60]))
    np.testing.assert_allclose(scores, [-1 / 3, -(2 / 3 + 2 / 2) / 2, -(3 / 3 + 1 / 2) / 2])


def test_ties_share_their_ranks():
    np.testing.assert_allclose(prior(target(True), sources([50], [50], [40])), [-1.5 / 3, -1.5 / 3, -1])


def test_other_settings_count_only_if_the_own_has_none():
    rows = sources([90, 10], [80, 20])
    assert np.argmax(prior(target(True, False), rows)) == 0
    assert np.argmax(prior(target(False, True), rows)) == 1
    np.testing.assert_allclose(prior(target(False, False), rows), [-0.75, -0.75])


def test_a_source_of_other_settings_only_gets_the_mean():
    scores = prior(target(True, False), sources([90, 1], [80, 2], [np.nan, 3]))
    assert scores[2] == pytest.approx(np.mean(scores[:2]))


@pytest.mark.parametrize("past", [(), None])
def test_no_past_is_undefined(past):
    bare = Facts("t", "classification", 10, past=past)
    assert np.isnan(prior(bare, sources([], []))).all()
    assert np.isnan(prior(target(True), sources([np.nan], None))).all()
