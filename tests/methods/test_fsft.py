"""FSFT: the step whose score each method returns."""

import numpy as np

from intertask.methods.facts import Facts
from intertask.methods.registry import get_method

TARGET = Facts("t", "classification", 10)


def scores(method: str, *fewshot) -> list[float]:
    sources = [Facts(f"s{i}", "tagging", 10, fewshot=steps) for i, steps in enumerate(fewshot)]
    return get_method(method)(TARGET, sources).tolist()


def test_last_step():
    assert scores("fsft", {5: 40.0, 50: 60.0, 25: 70.0}, {5: 50.0, 25: 45.0, 50: 55.0}) == [60.0, 55.0]


def test_standard_steps():
    steps = {5: 41.0, 10: 42.0, 25: 43.0, 50: 44.0}
    assert [scores(f"fsft-{step}", steps) for step in (5, 10, 25)] == [[41.0], [42.0], [43.0]]


def test_undefined():
    for method in ("fsft", "fsft-5"):
        found = scores(method, None, {}, {5: 40.0})
        assert np.isnan(found).tolist() == [True, True, False]
    assert np.isnan(scores("fsft-10", {5: 40.0, 50: 41.0})).all()
    assert scores("fsft", {1: 40.0, 2: 41.0}) == [41.0]
    assert np.isnan(scores("fsft", {5: 40.0, 50: np.nan})).all()
