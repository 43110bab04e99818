from dataclasses import replace

import numpy as np
import pytest

from intertask.errors import IntertaskError
from intertask.methods import history
from intertask.methods.adapter_measures import MEASURES
from intertask.methods.facts import Facts, Past
from intertask.methods.history import MOST, adapter_columns, pair_columns, pair_groups, points, predict, responses

FORMS = ["classification", "multiple_choice"]
NAN = float("nan")


def task(name: str, form: str, seed: int) -> Facts:
    random = np.random.default_rng(seed)
    return Facts(
        name,
        form,
        100,
        classes=2,
        words=float(random.uniform(10, 100)),
        text_mean=random.normal(size=6),
        sentence_mean=random.normal(size=5),
        token_ids=random.integers(0, 60, size=100),
    )


def world(observed, same_setting=None, none=NAN):
    """A target and sources with ``observed`` [past, sources] as their history; each past target scores ``none``."""
    observed = np.asarray(observed, float)
    same = same_setting or [True] * len(observed)
    past = [Past("mine" if s else "other", s, task(f"p{i}", FORMS[i % 2], 50 + i), none) for i, s in enumerate(same)]
    sources = [replace(task(f"s{i}", FORMS[i % 2], i), history=observed[:, i].copy()) for i in range(observed.shape[1])]
    return replace(task("t", FORMS[1], 99), past=tuple(past)), sources


def best(prediction) -> int:
    return int(np.argmax(prediction.mean))


def test_responses_by_hand():
    values = responses(np.array([80.0, np.nan, 60.0, 80.0]), NAN)
    raw = -np.log1p([0, 25, 0])
    np.testing.assert_allclose(values[[0, 2, 3]], raw - raw.mean())
    assert np.isnan(values[1])
    assert np.isnan(responses(np.array([-1.0, -2.0]), NAN)).all()
    assert np.isnan(responses(np.array([NAN, NAN]), NAN)).all()
    gains = responses(np.array([63.0, 60.0, 53.0]), 60.0)
    np.testing.assert_allclose(gains, [np.log(4), 0, -np.log(8)])
    np.testing.assert_allclose(points(gains), [3, 0, -7])


def test_a_source_that_was_best_everywhere_is_expected_to_be_best():
    observed = 60 + 5 * np.random.default_rng(0).random((8, 6))
    observed[:, 4] += 20
    assert best(predict(*world(observed))) == best(predict(*world(observed, none=60.0))) == 4


def test_the_own_setting_alone_counts_if_it_has_enough_targets():
    observed = 60 + np.random.default_rng(2).random((12, 6))
    observed[:4, 1] += 15
    observed[4:, 2] += 15
    own = [True] * 4 + [False] * 8
    target, sources = world(observed, own)
    short = world(observed[:4])
    np.testing.assert_allclose(predict(target, sources).mean, predict(*short).mean)
    few = [True] * 3 + [False] * 9
    assert best(predict(*world(observed, few))) == 2


def test_measures_that_told_the_gains_of_past_targets_tell_those_of_the_new_one():
    random = np.random.default_rng(5)
    telling = random.normal(size=(9, 6))
    observed = 60 + 4 * telling
    target, sources = world(observed[:8], none=60.0)

    def measured(fact, values):
        scores = {f"s{i}": float(value) for i, value in enumerate(values)} | {"none": 0.0}
        return replace(fact, measures={"logme": scores})

    past = tuple(
        replace(entry, facts=measured(entry.facts, values)) for entry, values in zip(target.past, telling, strict=False)
    )
    prediction = predict(replace(measured(target, telling[8]), past=past), sources)
    assert np.corrcoef(prediction.mean, telling[8])[0, 1] > 0.9
    # The base model's score tells the sign of the gain, too.
    assert prediction.is_gain
    clear = np.abs(telling[8]) > 0.5
    np.testing.assert_array_equal(np.sign(prediction.mean)[clear], np.sign(telling[8])[clear])


def test_a_source_without_a_past_is_between_good_and_bad_ones_and_less_certain():
    random = np.random.default_rng(3)
    observed = 60 + random.random((10, 6))
    observed[:, 0] += 20
    observed[:, 1] -= 20
    observed[:, 5] = np.nan
    mean, deviation, is_gain = predict(*world(observed))
    assert mean[1] < mean[5] < mean[0]
    assert deviation[5] > max(deviation[:5])
    assert not is_gain


def test_history_without_differences_or_without_anything():
    prediction = predict(*world(np.full((3, 4), 50.0)))
    assert not prediction.mean.any()
    target, sources = world(np.full((3, 4), np.nan))
    assert predict(target, sources) is None
    assert predict(replace(target, past=()), sources) is None


def test_too_many_sources_are_one_message(monkeypatch):
    monkeypatch.setattr(history, "MOST_SOURCES", 3)
    with pytest.raises(IntertaskError, match="at most 3 sources, but 4 are ranked"):
        predict(*world(np.full((3, 4), 50.0)))


def test_columns_of_adapters_by_hand():
    sources = [Facts(name, "classification", 1) for name in "abcd"]
    target = Facts("t", "classification", 1, measures={"logme": {"a": 1.0, "b": 3.0, "c": 2000.0, "none": 2.0}})
    columns = adapter_columns(target, sources)
    spread = np.std([1, 3, 2000])
    known = np.array([-1, 1, 1998]) / spread
    np.testing.assert_allclose(columns[:3, 0], known)
    assert columns[3, 0] == pytest.approx(known.mean())  # not measured
    assert not columns[:, 1:].any()
    without_base = replace(target, measures={"logme": {"a": 1.0, "b": 3.0, "c": 2000.0}})
    np.testing.assert_allclose(adapter_columns(without_base, sources)[:3, 0], np.array([-2, 0, 1997]) / spread)
    outlier = replace(target, measures={"knn": {"a": 1.0, "b": 1.001, "none": 0.0}})
    assert adapter_columns(outlier, sources)[0, list(MEASURES).index("knn")] == MOST


def test_the_target_as_its_own_source_has_no_similarity():
    target, sources = world(np.full((3, 4), 50.0))
    columns = pair_columns(target, [*sources, replace(target, past=None)])
    assert columns.shape == (5, len(pair_groups()))
    assert not columns[4].any()
