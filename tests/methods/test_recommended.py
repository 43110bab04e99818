from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from intertask.methods import recommended as module
from intertask.methods.facts import Facts, Past
from intertask.methods.history import Prediction, predict
from intertask.methods.recommended import INTERVAL, expected_gains, recommended

RANDOM = np.random.default_rng(0)


def task(name: str, form: str = "classification", near: float = 0.0) -> Facts:
    """A task; those with ``near`` 1 have the same texts."""
    return Facts(
        name,
        form,
        9,
        words=20.0,
        text_mean=near + (1 - near) * RANDOM.normal(size=5),
        sentence_mean=near + (1 - near) * RANDOM.normal(size=5),
        token_ids=RANDOM.integers(0, 40, size=60),
    )


def with_history(**options) -> tuple[Facts, list[Facts]]:
    """A target with five past targets, and six sources, of which the last is unknown."""
    past = tuple(Past("m", True, task(f"p{i}"), **options) for i in range(5))
    observed = 50 + 10 * RANDOM.random((5, 6))
    sources = [replace(task(f"s{i}"), history=observed[:, i]) for i in range(5)]
    return replace(task("t"), past=past), [*sources, Facts("unknown", "classification", 9)]


def test_scores_are_the_expected_gains():
    target, sources = with_history(none=55.0)
    scores, order = recommended(target, sources), [4, 2, 0, 5, 1, 3]
    assert np.isnan(scores[5])
    np.testing.assert_allclose(scores[:5], predict(target, sources).mean[:5], atol=1e-6)
    np.testing.assert_array_equal(recommended(target, [sources[i] for i in order]), scores[order])
    gains = expected_gains(target, sources)
    assert list(gains) == [source.task for source in sources]
    ranked = sorted(range(5), key=lambda i: scores[i])
    assert ranked == sorted(range(5), key=lambda i: gains[f"s{i}"]["gain"])
    for gain in gains.values():
        assert gain["low"] < gain["gain"] < gain["high"]
        assert (gain["helps"] > 0.5) == (gain["gain"] > 0)


def test_gains_of_a_known_prediction(monkeypatch):
    prediction = Prediction(np.array([np.log(3), -np.log(2)]), np.array([1.0, 0.5]), True)
    monkeypatch.setattr(module, "_prediction", lambda target, sources: prediction)
    gains = expected_gains(task("t"), [task("a"), task("b")])
    reach = norm.ppf((1 + INTERVAL) / 2)
    assert gains["a"]["gain"] == pytest.approx(2)
    assert gains["b"]["gain"] == pytest.approx(-1)
    assert gains["a"]["high"] == pytest.approx(3 * np.exp(reach) - 1, abs=1e-5)
    assert gains["a"]["helps"] == pytest.approx(norm.cdf(np.log(3)), abs=1e-6)


def test_gains_need_past_transfers_without_a_source():
    assert expected_gains(*with_history()) is None
    assert expected_gains(task("t"), [task("a")]) is None
    assert expected_gains(task("t"), []) is None


def test_without_history_similar_texts_the_same_form_and_good_adapters_come_first():
    sources = [task("far"), task("near", near=1.0), task("near-other-form", "tagging", near=1.0), task("far2")]
    target = task("t", near=1.0)
    scores = recommended(target, sources)
    assert np.argmax(scores) == 1
    assert scores[1] > scores[2]
    measures = {"logme": {"far": 9.0, "near": 1.0, "far2": 1.0, "none": 1.0}}
    assert np.argmax(recommended(replace(target, measures=measures), [sources[0], sources[3]])) == 0


def test_a_source_of_which_only_the_adapter_is_known_has_a_score():
    bare, target = Facts("bare", "classification", 9), task("t")
    assert np.isnan(recommended(target, [bare, task("a")])[0])
    measured = replace(target, measures={"knn": {"bare": 1.0, "a": 0.0}})
    assert np.isfinite(recommended(measured, [bare, task("a")])).all()
