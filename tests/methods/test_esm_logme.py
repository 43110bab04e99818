from dataclasses import replace

import numpy as np
import pytest

from intertask.methods import esm_logme as module
from intertask.methods.esm_logme import esm_logme
from intertask.methods.facts import Facts, Rows, View
from intertask.methods.logme import logme
from intertask.methods.spectrum import centered_moments

D = 24


def target(kind: str, n: int) -> Facts:
    random = np.random.default_rng(n)
    everything = np.arange(n)
    views = (View(everything, random.integers(3, size=n)),)
    if kind == "regression":
        views = (View(everything, random.normal(size=n)),)
    if kind == "multiple_choice":
        views = (View(everything, (everything % 4 == 0) * 1),)
    if kind == "extractive_qa":
        views = (
            View(everything[: n // 2], everything[: n // 2] % 2),
            View(everything[n // 3 :], everything[n // 3 :] % 2),
        )
    features = random.normal(size=(n, D)).astype(np.float32) + 3
    return Facts("t", kind, 1, target_rows=Rows(everything // 4, views), features=features)


def sources(count: int = 4) -> list[Facts]:
    random = np.random.default_rng(0)
    maps = [(random.normal(size=(D, D)), random.normal(size=D)) for _ in range(count)]
    return [Facts(f"s{i}", "tagging", 1, map=space_map) for i, space_map in enumerate(maps)]


@pytest.mark.parametrize("kind", ["classification", "regression", "multiple_choice", "extractive_qa", "tagging"])
@pytest.mark.parametrize("n", [20, 200])
def test_equals_logme_of_the_mapped_features(kind, n):
    of_target = target(kind, n)
    F = of_target.features.astype(np.float64)
    direct = [replace(source, features=F @ source.map[0] + source.map[1]) for source in sources()]
    np.testing.assert_allclose(esm_logme(of_target, sources()), logme(of_target, direct), atol=1e-6)


def test_rows_are_touched_once_per_view_whatever_the_number_of_sources(monkeypatch):
    calls = []
    monkeypatch.setattr(module, "centered_moments", lambda F, Y: calls.append(len(F)) or centered_moments(F, Y))
    of_target = target("extractive_qa", 60)
    few, many = esm_logme(of_target, sources(2)), esm_logme(of_target, sources(9))
    assert calls == [30, 40] * 2
    np.testing.assert_array_equal(few, many[:2])


def test_a_source_never_meets_more_rows_than_features(monkeypatch):
    sizes = []
    monkeypatch.setattr(module, "log_evidence", lambda F, *_: sizes.append(F.shape) or 0.0)
    for n in (10, 50, 5000):
        esm_logme(target("classification", n), sources(1))
    assert sizes == [(9, D), (D, D), (D, D)]


def test_maps_are_read_one_after_the_other():
    read = []

    class Stored:
        def __init__(self, number):
            self.number = number

        def __iter__(self):
            read.append(self.number)
            return iter(sources(1)[0].map)

    scores = esm_logme(target("extractive_qa", 50), [Facts("s", "tagging", 1, map=Stored(i)) for i in range(3)])
    assert read == [0, 1, 2]
    assert np.ptp(scores) == 0


def test_a_map_onto_few_dimensions():
    of_target = target("classification", 100)
    W, b = sources(1)[0].map
    W = W[:, :2] @ W[:2]
    F = of_target.features.astype(np.float64)
    given = Facts("s", "tagging", 1, map=(W, b), features=F @ W + b)
    np.testing.assert_allclose(esm_logme(of_target, [given]), logme(of_target, [given]), atol=1e-6)


def test_a_map_onto_one_point_leaves_the_evidence_of_noise():
    of_target = target("classification", 100)
    constant = Facts("s", "tagging", 1, map=(np.zeros((D, D)), np.ones(D)), features=np.ones((100, D)))
    np.testing.assert_allclose(esm_logme(of_target, [constant]), logme(of_target, [constant]), atol=1e-12)


def test_a_map_of_the_right_features_wins():
    random = np.random.default_rng(0)
    labels = np.arange(300) % 3
    F = random.normal(size=(300, D))
    F[:, 0] += labels
    of_target = Facts(
        "t", "classification", 1, target_rows=Rows(np.arange(300), (View(np.arange(300), labels),)), features=F
    )
    keep, lose = np.eye(D), np.eye(D)
    lose[0, 0] = 0
    best, worst = esm_logme(
        of_target, [Facts(n, "tagging", 1, map=(W, np.zeros(D))) for n, W in (("k", keep), ("l", lose))]
    )
    assert best > worst + 0.05


@pytest.mark.parametrize("part", [0, 1])
def test_a_map_that_is_not_finite_is_undefined(part):
    broken = list(sources(1)[0].map)
    broken[part] = np.full_like(broken[part], np.inf)
    scores = esm_logme(target("classification", 50), [Facts("s", "tagging", 1, map=tuple(broken)), *sources(1)])
    np.testing.assert_array_equal(np.isnan(scores), [True, False])
