"""TaskEmb against ranks counted one by one."""

from dataclasses import replace

import numpy as np
import pytest

from intertask.methods.facts import Facts
from intertask.methods.registry import get_method

METHODS = {"taskemb": "gradients", "taskemb-fewshot": "fewshot_gradients"}
TARGET = Facts("t", "classification", 10)


@pytest.fixture(params=METHODS)
def score(request):
    """The method as a function of components."""

    def run(target, sources):
        field = METHODS[request.param]
        facts = [replace(TARGET, **{field: components}) for components in (target, *sources)]
        return get_method(request.param)(facts[0], facts[1:])

    return run


def plain(target: dict, sources: list[dict]) -> list[float]:
    totals = [0.0] * len(sources)
    for name, v in target.items():
        cosine = {
            i: float(np.dot(s[name], v) / np.linalg.norm(s[name]) / np.linalg.norm(v))
            for i, s in enumerate(sources)
            if name in s
        }
        for i, value in cosine.items():
            better = sum(other > value for other in cosine.values())
            equal = sum(other == value for other in cosine.values())
            totals[i] += 1 / (60 + better + (equal + 1) / 2)
    return totals


def components(seed: int, names=("a", "b", "c")) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {name: random.random(7).astype(np.float32) for name in names}


def test_reciprocal_ranks_of_cosines(score):
    target, sources = components(0), [components(i) for i in range(1, 9)]
    np.testing.assert_allclose(score(target, sources), plain(target, sources), rtol=1e-12)


def test_ties_share_their_mean_rank(score):
    target, sources = components(0), [components(1), components(2), components(2)]
    found = score(target, sources)
    assert found[1] == found[2]
    np.testing.assert_allclose(found, plain(target, sources), rtol=1e-12)


def test_only_components_that_both_have(score):
    target = components(0)
    sources = [components(1), components(2, ("a", "b", "elsewhere")), components(3, ("c",)), components(4)]
    np.testing.assert_allclose(score(target, sources), plain(target, sources), rtol=1e-12)


def test_the_same_task_is_first(score):
    sources = [components(1), components(0), components(2)]
    assert score(components(0), sources)[1] == pytest.approx(3 / 61)
    assert score(components(0), sources).argmax() == 1


def test_undefined_where_nothing_is_shared(score):
    alone = [components(1), None, components(2, ("elsewhere",)), {"a": np.zeros(7)}, {"a": np.full(7, np.nan)}]
    found = score(components(0), alone)
    assert np.isnan(found).tolist() == [False, True, True, True, True]
    assert found[0] == pytest.approx(3 / 61)  # ranked among those that have a rank
    assert np.isnan(score(None, alone)).all()


def test_tiny_values_have_a_direction(score):
    """Squared gradients of a task that is learned well are near the smallest float32."""
    target = {"a": np.array([1.0, 0.0, 2.0], np.float32) * np.float32(1e-36)}
    sources = [{"a": np.array([2.0, 0.0, 4.0])}, {"a": np.array([0.0, 1.0, 0.0])}]
    np.testing.assert_allclose(score(target, sources), [1 / 61, 1 / 62])


def test_adapters_of_another_width_share_the_other_components(score):
    target = {"adapter": np.array([1.0, 2.0]), "output": np.array([1.0, 0.0])}
    wide = {"adapter": np.array([1.0, 2.0, 3.0, 4.0]), "output": np.array([1.0, 0.1])}
    same = {"adapter": np.array([1.0, 2.0]), "output": np.array([0.0, 1.0])}
    only_wide = {"adapter": np.array([1.0, 2.0, 3.0, 4.0])}
    scores = score(target, [wide, same, only_wide])
    assert scores[0] == pytest.approx(1 / 61)  # first of two by its outputs
    assert scores[1] == pytest.approx(1 / 61 + 1 / 62)
    assert np.isnan(scores[2])
