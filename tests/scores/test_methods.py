"""Checks that every registered method must pass; a new method is covered as soon as it is registered."""

from dataclasses import fields, replace

import numpy as np
import pytest

from intertask.scores.facts import Facts, Past, Rows, View
from intertask.scores.registry import NEEDS, READS, all_methods, get_method

TYPES = ("classification", "regression", "multiple_choice", "extractive_qa", "tagging")
METHODS = sorted(all_methods())
REQUIRED = ("task", "type", "rows")
#: Fields of a source that a method may read; of the target these and ``target_rows``, ``past``.
OPTIONAL = [field.name for field in fields(Facts) if field.name not in (*REQUIRED, "target_rows", "past")]
ROWS, FEATURES, PAST = 60, 12, 4
#: Methods that join several kinds of evidence and fall back on what is there.
DO_WITH_LESS = [name for name in METHODS if "history" in get_method(name).reads]


def target_rows(kind: str) -> Rows:
    """Labels and groups of a target's rows, as each type has them."""
    random = np.random.default_rng(7)
    everything, groups = np.arange(ROWS), np.arange(ROWS)
    if kind == "regression":
        return Rows(groups, (View(everything, random.normal(size=ROWS)),))
    if kind == "multiple_choice":
        return Rows(groups // 3, (View(everything, (everything % 3 == groups // 3 % 3).astype(np.int64)),))
    if kind == "extractive_qa":
        starts, ends = everything[everything % 6 != 1], everything[everything % 6 != 0]
        return Rows(groups // 6, (View(starts, (starts % 6 == 0) * 1), View(ends, (ends % 6 == 1) * 1)))
    return Rows(groups if kind == "classification" else groups // 4, (View(everything, random.integers(3, size=ROWS)),))


def features(rows: Rows, seed: int) -> np.ndarray:
    """Noise with some signal of the labels in it, more for a larger seed."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(ROWS, FEATURES))
    for view in rows.views:
        values[view.index, 0] += 0.1 * seed * view.labels
    return values.astype(np.float32)


def full_facts(task: str, kind: str, seed: int, target: str | None = None) -> Facts:
    """Facts with nothing missing; of a source, ``target`` is the type of the target."""
    random = np.random.default_rng(seed)
    embeddings = random.normal(loc=random.normal(size=12), size=(30, 12)).astype(np.float32)
    sentences = random.normal(size=(30, 8)).astype(np.float32)
    rows = target_rows(target or kind)
    probabilities = random.dirichlet(np.ones(4), size=ROWS).astype(np.float32)
    return Facts(
        task=task,
        type=kind,
        rows=int(random.integers(50, 100_000)),
        classes=int(random.integers(2, 7)),
        words=float(random.uniform(5, 200)),
        text_embeddings=embeddings,
        text_mean=embeddings.astype(np.float64).mean(0),
        sentence_embeddings=sentences,
        sentence_mean=sentences.astype(np.float64).mean(0),
        token_ids=random.integers(0, 400, size=int(random.integers(200, 900))),
        target_rows=rows if target is None else None,
        features=features(rows, seed),
        probabilities=probabilities,
        map=(random.normal(size=(FEATURES, FEATURES)), random.normal(size=FEATURES)),
        gradients={f"layer{i}": random.random(10) for i in range(3)},
        fewshot_gradients={f"layer{i}": random.random(10) for i in range(3)},
        weights={f"site{i}": (random.normal(size=(2, 6)), random.normal(size=(6, 2))) for i in range(2)},
        fewshot={step: float(random.uniform(20, 90)) for step in (5, 10, 25, 50)},
        history=random.uniform(40, 80, size=PAST),
        past=past(random) if target is None else None,
    )


def past(random: np.random.Generator) -> tuple[Past, ...]:
    return tuple(
        Past(
            "minilm", True, replace(full_facts(f"past{i}", TYPES[i], 50 + i, "classification"), history=None), 60.0, 1.0
        )
        for i in range(PAST)
    )


def broken(value):
    """The same, with NaN for every number."""
    if isinstance(value, dict):
        return {key: broken(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(broken, value))
    return np.full_like(value, np.nan, dtype=np.float64) if isinstance(value, np.ndarray) else float("nan")


def frozen(value):
    """A copy that compares by ==."""
    if isinstance(value, dict):
        return {key: frozen(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(frozen, value))
    if isinstance(value, Facts | Past | Rows | View):
        return tuple(frozen(getattr(value, field.name)) for field in fields(value))
    return value.tobytes() if isinstance(value, np.ndarray) else value


@pytest.fixture(params=TYPES)
def target(request) -> Facts:
    return full_facts("target", request.param, seed=99)


@pytest.fixture
def sources(target) -> list[Facts]:
    return [full_facts(f"source{i}", TYPES[i % len(TYPES)], i, target.type) for i in range(11)]


def test_the_methods_of_the_default_configuration_are_registered():
    assert {"random", "size", "vocabulary", "textemb", "semb"} <= set(METHODS)


@pytest.mark.parametrize("name", METHODS)
def test_metadata(name):
    method = get_method(name)
    assert method.name == name
    assert set(method.needs) <= set(NEEDS)
    assert set(method.undefined_for) <= set(TYPES)
    assert set(method.reads) <= set(READS)
    assert not {"base", "sentence"} & set(method.reads) or "texts" in method.needs
    assert not {"rows", "features"} & set(method.reads) or "labels" in method.needs
    assert not {"features", "maps", "weights", "fewshot"} & set(method.reads) or "adapters" in method.needs
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
    before = frozen((target, *sources))
    first = method(target, sources)
    np.testing.assert_array_equal(first, method(target, sources))
    assert frozen((target, *sources)) == before


@pytest.mark.parametrize("name", METHODS)
def test_twins_tie(name, target, sources):
    twin = replace(sources[3], task="twin")
    scores = get_method(name)(target, [*sources, twin])
    assert scores[-1] == scores[3] or (np.isnan(scores[-1]) and np.isnan(scores[3]))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("field", OPTIONAL)
@pytest.mark.parametrize("how", ["missing", "nan"])
def test_a_source_without_a_field_is_nan_or_untouched_and_the_others_keep_a_score(name, field, how, target, sources):
    if how == "nan" and field in ("token_ids", "classes"):
        pytest.skip("whole numbers are never NaN")
    method = get_method(name)
    value = None if how == "missing" else broken(getattr(sources[4], field))
    changed = [*sources[:4], replace(sources[4], **{field: value}), *sources[5:]]
    scores, complete = method(target, changed), method(target, sources)
    # Never 0 in place of undefined: the method does not read the field, or the score is NaN, or (methods that do
    # with less, such as those that learn from history) it is another finite score.
    assert np.isnan(scores[4]) or scores[4] == complete[4] or name in DO_WITH_LESS
    others = np.arange(len(sources)) != 4
    np.testing.assert_array_equal(np.isnan(scores[others]), np.isnan(complete[others]))


@pytest.mark.parametrize("name", METHODS)
def test_a_target_without_any_field_gives_the_scores_that_need_none_or_nan(name, target, sources):
    method = get_method(name)
    bare = Facts(target.task, target.type, target.rows)
    scores = method(bare, sources)
    if method.needs and name not in DO_WITH_LESS:
        assert np.isnan(scores).all()
    elif method.needs:
        assert scores.shape == (len(sources),)
    else:
        np.testing.assert_array_equal(scores, method(target, sources))


@pytest.mark.parametrize("name", METHODS)
def test_one_source_and_no_source(name, target, sources):
    assert get_method(name)(target, sources[:1]).shape == (1,)
    assert get_method(name)(target, []).shape == (0,)
