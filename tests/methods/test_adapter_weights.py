"""Adapter weights: the cosine of the products, whatever the order of the hidden units."""

import numpy as np
import pytest
from scipy.stats import ortho_group

from intertask.methods.facts import Facts
from intertask.methods.registry import get_method


def weights(seed: int, r: int = 4, sites=("one", "two")) -> dict:
    random = np.random.default_rng(seed)
    # in and out of a site may differ in size, as LoRA's do
    return {site: (random.normal(size=(r, 10)), random.normal(size=(12, r))) for site in sites}


def score(target, *sources) -> np.ndarray:
    facts = [Facts("t", "classification", 10, weights=w) for w in (target, *sources)]
    return get_method("adapter-weights")(facts[0], facts[1:])


def flat_cosine(a: dict, b: dict) -> float:
    x, y = (np.concatenate([half.ravel() for site in sorted(w) for half in w[site]]) for w in (a, b))
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


def dense_cosine(a: dict, b: dict) -> float:
    zero = (np.zeros((1, 10)), np.zeros((12, 1)))
    pairs = [(a.get(site, zero), b.get(site, zero)) for site in sorted(a.keys() | b.keys())]
    x, y = (np.concatenate([(pair[k][1] @ pair[k][0]).ravel() for pair in pairs]) for k in (0, 1))
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


@pytest.mark.parametrize("change", [np.eye(4)[[2, 0, 3, 1]], ortho_group.rvs(4, random_state=1)])
def test_units_in_another_order_or_rotated(change):
    original = weights(0)
    changed = {site: (change @ down, up @ change.T) for site, (down, up) in original.items()}
    assert score(original, changed)[0] == pytest.approx(1, abs=1e-12)
    assert abs(flat_cosine(original, changed)) < 0.7


def test_products_as_dense_matrices():
    target, sources = weights(0), [weights(1), weights(2, r=3), weights(3, sites=("one",)), weights(4, sites=("x",))]
    np.testing.assert_allclose(score(target, *sources), [dense_cosine(target, s) for s in sources], atol=1e-12)


def test_scale_and_sign():
    original = weights(0)
    larger = {site: (3 * down, up) for site, (down, up) in original.items()}
    opposite = {site: (down, -up) for site, (down, up) in original.items()}
    np.testing.assert_allclose(score(original, larger, opposite), [1, -1])
    assert (np.abs(score(original, larger, opposite)) <= 1).all()


def test_float32_on_disk_is_summed_in_float64():
    original = {site: tuple(half.astype(np.float32) for half in halves) for site, halves in weights(0, r=64).items()}
    assert score(original, original)[0] == pytest.approx(1, abs=1e-14)


def test_undefined():
    zero = {site: (down, 0 * up) for site, (down, up) in weights(0).items()}
    infinite = {site: (down, up + np.inf) for site, (down, up) in weights(0).items()}
    found = score(weights(0), None, {}, zero, infinite, weights(1))
    assert np.isnan(found).tolist() == [True, True, True, True, False]
    for target in (None, {}, zero, infinite):
        assert np.isnan(score(target, weights(1))).all()
