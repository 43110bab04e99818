from dataclasses import replace

import numpy as np
import pytest

from intertask.methods import recommended as module
from intertask.methods.facts import Facts, Past
from intertask.methods.recommended import recommended

TARGET = Facts("t", "tagging", 10)


def place(monkeypatch, of_history, of_profile) -> list[float]:
    """Ranks for given scores by history (None: no history) and by profile."""
    scores = {f"s{i}": i for i in range(len(of_profile))}

    def of(values):
        return lambda target, sources: np.array([values[scores[s.task]] for s in sources], float)

    monkeypatch.setattr(module, "profile", of(of_profile))
    monkeypatch.setattr(module, "expected", (lambda *_: None) if of_history is None else of(of_history))
    sources = [Facts(name, "tagging", 100 - i) for name, i in scores.items()]
    return (-recommended(TARGET, sources)).tolist()


def test_two_by_history_to_one_by_profile(monkeypatch):
    # history: s0 s1 s2 s3 s4 s5; profile: s5 s4 s3 s2 s1 s0
    places = place(monkeypatch, [6, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 6])
    # s0 by history, s5 by profile, s1 by history; s2, s4, s3
    assert places == [1, 3, 4, 6, 5, 2]


def test_a_source_is_ranked_once(monkeypatch):
    assert place(monkeypatch, [9, 8, 7], [9, 8, 7]) == [1, 2, 3]


def test_without_history_the_order_is_the_profiles(monkeypatch):
    assert place(monkeypatch, None, [0.1, 0.4, 0.3, 0.4]) == [4, 1.5, 3, 1.5]


def test_equal_by_one_kind_of_evidence_are_ordered_by_the_other(monkeypatch):
    assert place(monkeypatch, [5, 5, 1], [1, 2, 3]) == [3, 1, 2]


def test_equal_in_all_share_their_places(monkeypatch):
    # s0 and s1 are alike and have places 1 and 3
    assert place(monkeypatch, [5, 5, 1], [2, 2, 3]) == [2, 2, 2]


def test_undefined_profile_is_placed_by_history_and_undefined_in_all_is_nan(monkeypatch):
    nan = float("nan")
    np.testing.assert_array_equal(place(monkeypatch, [1, 9, 5, nan], [3, nan, 2, nan]), [2, 1, 3, nan])


@pytest.mark.parametrize("past", [None, (), "unrelated"])
def test_real_profile_with_an_empty_history(past):
    random = np.random.default_rng(0)

    def task(name, words):
        return Facts(
            name,
            "classification",
            9,
            words=words,
            text_mean=random.normal(size=5),
            sentence_mean=random.normal(size=5),
            token_ids=random.integers(0, 40, size=60),
        )

    if past == "unrelated":
        past = (Past("m", True, task("p", 9.0)),)
    target = replace(task("t", 30.0), past=past)
    sources = [replace(task(f"s{i}", 10.0 + i), history=np.full(len(past or ()), np.nan)) for i in range(6)]
    scores, texts = recommended(target, sources), module.profile(target, sources)
    np.testing.assert_array_equal(np.argsort(np.argsort(scores)), np.argsort(np.argsort(texts)))
