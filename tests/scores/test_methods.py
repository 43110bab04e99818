"""Checks that every registered method must pass; a new method is covered as soon as it is registered."""

from dataclasses import replace

import numpy as np
import pytest

from intertask.scores.facts import Facts
from intertask.scores.registry import NEEDS, all_methods, get_method

TYPES = ("classification", "regression", "multiple_choice", "extractive_qa", "tagging")
METHODS = sorted(all_methods())
OPTIONAL = ("text_embeddings", "text_mean", "sentence_mean", "token_ids")


def full_facts(task: str, kind: str, seed: int) -> Facts:
    """Facts with nothing missing."""
    random = np.random.default_rng(seed)
    embeddings = random.normal(loc=random.normal(size=12), size=(30, 12)).astype(np.float32)
    return Facts(
        task=task,
        type=kind,
        rows=int(random.integers(50, 100_000)),
        text_embeddings=embeddings,
        text_mean=embeddings.astype(np.float64).mean(0),
        sentence_mean=random.normal(size=8),
        token_ids=random.integers(0, 400, size=int(random.integers(200, 900))),
    )


@pytest.fixture(params=TYPES)
def target(request) -> Facts:
    return full_facts("target", request.param, seed=99)


@pytest.fixture
def sources() -> list[Facts]:
    return [full_facts(f"source{i}", TYPES[i % len(TYPES)], seed=i) for i in range(11)]


def test_the_methods_of_the_default_configuration_are_registered():
    assert {"random", "size", "vocabulary", "textemb", "semb"} <= set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_metadata(name):
    method = get_method(name)
    assert method.name == name
    assert set(method.needs) <= set(NEEDS)
    assert set(method.undefined_for) <= set(TYPES)
    assert method.encoder in ("base", "sentence", None)
    assert method.encoder is None or "texts" in method.needs
    assert method.paper


@pytest.mark.parametrize("name", METHODS)
def test_one_finite_float64_score_per_source(name, target, sources):
    scores = get_method(name)(target, sources)
    assert scores.shape == (len(sources),)
    assert scores.dtype == np.float64
    if target.type in get_method(name).undefined_for:
        assert np.isnan(scores).all()
    else:
        assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", METHODS)
def test_order_of_the_sources_does_not_matter(name, target, sources):
    method = get_method(name)
    order = np.random.default_rng(5).permutation(len(sources))
    np.testing.assert_array_equal(method(target, [sources[i] for i in order]), method(target, sources)[order])


@pytest.mark.parametrize("name", METHODS)
def test_names_of_the_sources_do_not_matter(name, target, sources):
    method = get_method(name)
    renamed = [replace(source, task=f"other{i}") for i, source in enumerate(sources)]
    np.testing.assert_array_equal(method(target, renamed), method(target, sources))


@pytest.mark.parametrize("name", METHODS)
def test_same_input_same_score_and_input_unchanged(name, target, sources):
    method = get_method(name)
    before = [getattr(fact, field).copy() for fact in (target, *sources) for field in OPTIONAL]
    first = method(target, sources)
    np.testing.assert_array_equal(first, method(target, sources))
    after = [getattr(fact, field) for fact in (target, *sources) for field in OPTIONAL]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", METHODS)
def test_twins_tie(name, target, sources):
    twin = replace(sources[3], task="twin")
    scores = get_method(name)(target, [*sources, twin])
    assert scores[-1] == scores[3] or (np.isnan(scores[-1]) and np.isnan(scores[3]))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("field", "broken"),
    [(field, "missing") for field in OPTIONAL] + [(field, "nan") for field in OPTIONAL if field != "token_ids"],
)
def test_a_source_without_a_field_is_nan_or_untouched_and_the_others_keep_a_score(name, field, broken, target, sources):
    method = get_method(name)
    value = None if broken == "missing" else np.full_like(getattr(sources[4], field), np.nan)
    changed = [*sources[:4], replace(sources[4], **{field: value}), *sources[5:]]
    scores, complete = method(target, changed), method(target, sources)
    # Never 0 in place of undefined: either the method does not read the field, or the score is NaN.
    assert np.isnan(scores[4]) or scores[4] == complete[4]
    others = np.arange(len(sources)) != 4
    np.testing.assert_array_equal(np.isnan(scores[others]), np.isnan(complete[others]))


@pytest.mark.parametrize("name", METHODS)
def test_a_target_without_any_field_gives_the_scores_that_need_none_or_nan(name, target, sources):
    method = get_method(name)
    bare = Facts(target.task, target.type, target.rows)
    scores = method(bare, sources)
    if method.needs:
        assert np.isnan(scores).all()
    else:
        np.testing.assert_array_equal(scores, method(target, sources))


@pytest.mark.parametrize("name", METHODS)
def test_one_source_and_no_source(name, target, sources):
    assert get_method(name)(target, sources[:1]).shape == (1,)
    assert get_method(name)(target, []).shape == (0,)
