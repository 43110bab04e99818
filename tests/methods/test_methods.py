"""Checks that every registered method must pass; a new method is covered as soon as it is registered."""

import warnings
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from intertask.methods.facts import Facts, Past, Rows, View
from intertask.methods.registry import NEEDS, READS, all_methods, get_method

TYPES = ("classification", "regression", "multiple_choice", "extractive_qa", "tagging")
METHODS = sorted(all_methods())
REQUIRED = ("task", "type", "rows")
#: Fields of a source that a method may read; of the target these and ``target_rows``, ``past``.
OPTIONAL = [field.name for field in fields(Facts) if field.name not in (*REQUIRED, "target_rows", "past")]
ROWS, FEATURES, PAST = 60, 12, 4
#: Methods that join several kinds of evidence and fall back on what is there.
DO_WITH_LESS = [name for name in METHODS if "history" in get_method(name).reads]
#: Methods that look at the target's rows: their labels, and what a source makes of them.
ON_ROWS = [name for name in METHODS if {"rows", "features", "maps"} & set(get_method(name).reads)]
#: Published forms that are known to prefer noise where rows are fewer than features; their docstrings say so.
NOT_FOR_FEW_ROWS = ("transrate",)


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


def signal(rows: Rows, width: int, seed: int) -> np.ndarray:
    """[ROWS, width] what the labels alone say: a direction for each class, or one times the value."""
    random = np.random.default_rng(seed)
    values = np.zeros((ROWS, width))
    for view in rows.views:
        if np.issubdtype(view.labels.dtype, np.floating):
            values[view.index] += view.labels[:, None] * random.normal(size=width)
        else:
            values[view.index] += random.normal(size=(view.labels.max() + 1, width))[view.labels]
    return values


def evidence_on_rows(rows: Rows, strength: float, seed: int, width: int = FEATURES) -> dict:
    """What a source makes of the target's rows: noise with some of the labels in it.

    The map keeps the first third of the target's own features, where their labels are, by ``strength``.
    """
    random = np.random.default_rng(seed)
    features = random.normal(size=(ROWS, width)) + strength * signal(rows, width, seed)
    logits = random.normal(size=(ROWS, 4)) + strength * signal(rows, 4, seed + 1000)
    weight = 0.3 * random.normal(size=(width, width))
    weight[: width // 3] *= strength
    return {
        "features": features.astype(np.float32),
        "probabilities": (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32),
        "map": (weight, random.normal(size=width)),
    }


def own_features(rows: Rows, seed: int, width: int = FEATURES) -> np.ndarray:
    """The target's rows under the base model: labels in the first third of the columns, noise in the others."""
    values = np.random.default_rng(seed).normal(size=(ROWS, width))
    values[:, : width // 3] += 3 * signal(rows, width // 3, seed)
    return values.astype(np.float32)


def full_facts(task: str, kind: str, seed: int, target: str | None = None) -> Facts:
    """Facts with nothing missing; of a source, ``target`` is the type of the target."""
    random = np.random.default_rng(seed)
    embeddings = random.normal(loc=random.normal(size=12), size=(30, 12)).astype(np.float32)
    sentences = random.normal(size=(30, 8)).astype(np.float32)
    rows = target_rows(target or kind)
    on_rows = evidence_on_rows(rows, 0.1 * seed, seed) if target else {"features": own_features(rows, seed)}
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
        gradients={f"layer{i}": random.random(10) for i in range(3)},
        fewshot_gradients={f"layer{i}": random.random(10) for i in range(3)},
        weights={f"site{i}": (random.normal(size=(2, 6)), random.normal(size=(6, 2))) for i in range(2)},
        fewshot={step: float(random.uniform(20, 90)) for step in (5, 10, 25, 50)},
        history=random.uniform(40, 80, size=PAST),
        past=past(random) if target is None else None,
        **on_rows,
    )


def past(random: np.random.Generator) -> tuple[Past, ...]:
    return tuple(
        Past("minilm", True, replace(full_facts(f"past{i}", TYPES[i], 50 + i, "classification"), history=None))
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


def make_sources(kind: str) -> list[Facts]:
    return [full_facts(f"source{i}", TYPES[i % len(TYPES)], i, kind) for i in range(7)]


@pytest.fixture(params=TYPES)
def target(request) -> Facts:
    return full_facts("target", request.param, seed=99)


@pytest.fixture
def sources(target) -> list[Facts]:
    return make_sources(target.type)


@cache
def complete_scores(name: str, kind: str) -> np.ndarray:
    """Of the fixtures above, with nothing missing."""
    return get_method(name)(full_facts("target", kind, seed=99), make_sources(kind))


class Watched(Facts):
    """Facts that note which fields a method reads."""

    seen: set = set()  # noqa: RUF012 - of all of them together

    def __getattribute__(self, name):
        Watched.seen.add(name)
        return super().__getattribute__(name)


@cache
def fields_read(name: str, kind: str) -> list[str]:
    """Fields of a source that the method looks at for such a target: no other can alter a score."""
    sources = [Watched(**{f.name: getattr(source, f.name) for f in fields(Facts)}) for source in make_sources(kind)]
    target = full_facts("target", kind, seed=99)
    Watched.seen.clear()
    get_method(name)(target, sources)
    return [field for field in OPTIONAL if field in Watched.seen]


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
    order = np.random.default_rng(5).permutation(len(sources))
    scores = get_method(name)(target, [sources[i] for i in order])
    np.testing.assert_array_equal(scores, complete_scores(name, target.type)[order])


@pytest.mark.parametrize("name", METHODS)
def test_names_of_the_sources_do_not_matter(name, target, sources):
    renamed = [replace(source, task=f"other{i}") for i, source in enumerate(sources)]
    np.testing.assert_array_equal(get_method(name)(target, renamed), complete_scores(name, target.type))


@pytest.mark.parametrize("name", METHODS)
def test_same_input_same_score_and_input_unchanged(name, target, sources):
    before = frozen((target, *sources))
    scores = get_method(name)(target, sources)
    assert frozen((target, *sources)) == before
    np.testing.assert_array_equal(scores, complete_scores(name, target.type))


@pytest.mark.parametrize("name", METHODS)
def test_twins_tie(name, target, sources):
    twin = replace(sources[3], task="twin")
    scores = get_method(name)(target, [*sources, twin])
    assert scores[-1] == scores[3] or (np.isnan(scores[-1]) and np.isnan(scores[3]))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("how", ["missing", "nan"])
def test_a_source_without_a_field_is_nan_or_untouched_and_the_others_keep_a_score(name, how, target, sources):
    complete = complete_scores(name, target.type)
    others = np.arange(len(sources)) != 4
    for field in fields_read(name, target.type):
        if how == "nan" and field in ("token_ids", "classes"):
            continue  # whole numbers are never NaN
        value = None if how == "missing" else broken(getattr(sources[4], field))
        scores = get_method(name)(target, [*sources[:4], replace(sources[4], **{field: value}), *sources[5:]])
        # Never 0 in place of undefined: the field does not matter, or the score is NaN, or (methods that do with less,
        # such as those that learn from history) it is another finite score.
        assert np.isnan(scores[4]) or scores[4] == complete[4] or name in DO_WITH_LESS, field
        np.testing.assert_array_equal(np.isnan(scores[others]), np.isnan(complete[others]), err_msg=field)


@pytest.mark.parametrize("name", METHODS)
def test_only_what_is_declared_is_read(name, target):
    method = get_method(name)
    read = set(fields_read(name, target.type))
    assert "features" not in read or "features" in method.reads or "history" in method.reads
    assert "probabilities" not in read or "heads" in method.needs
    assert "map" not in read or "maps" in method.reads
    assert not {"text_embeddings", "text_mean", "token_ids"} & read or {"base", "history"} & set(method.reads)
    assert not {"sentence_embeddings", "sentence_mean"} & read or {"sentence", "history"} & set(method.reads)
    for field in ("gradients", "fewshot_gradients", "weights", "fewshot", "history"):
        assert field not in read or field in method.reads


@pytest.mark.parametrize("name", METHODS)
def test_a_target_without_any_field_gives_the_scores_that_need_none_or_nan(name, target, sources):
    method = get_method(name)
    bare = Facts(target.task, target.type, target.rows)
    scores = method(bare, sources)
    # What few-shot fine-tuning knows of a target stands with its sources.
    if method.needs and name not in DO_WITH_LESS and method.reads != ("fewshot",):
        assert np.isnan(scores).all()
    elif method.needs:
        assert scores.shape == (len(sources),)
    else:
        np.testing.assert_array_equal(scores, complete_scores(name, target.type))


@pytest.mark.parametrize("name", METHODS)
def test_one_source_and_no_source(name, target, sources):
    assert get_method(name)(target, sources[:1]).shape == (1,)
    assert get_method(name)(target, []).shape == (0,)


# Methods that look at the target's rows.


def with_rows(target: Facts, rows: Rows) -> Facts:
    return replace(target, target_rows=rows)


def without_warnings(name: str, target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return get_method(name)(target, sources)


def defined(name: str, kind: str) -> None:
    if kind in get_method(name).undefined_for:
        pytest.skip("undefined for this type")


@pytest.fixture
def informed(target) -> list[Facts]:
    """Three sources that know the labels well, then three that are noise."""
    rows = target.target_rows
    strengths = (3, 3, 3, 0, 0, 0)
    return [Facts(f"s{i}", "classification", 9, **evidence_on_rows(rows, x, i)) for i, x in enumerate(strengths)]


@pytest.mark.parametrize("name", ON_ROWS)
def test_order_of_the_rows_does_not_matter(name, target, sources):
    order = np.random.default_rng(6).permutation(ROWS)  # the new row n was row order[n]
    place = np.argsort(order)
    views = []
    for view in target.target_rows.views:
        shuffled = np.random.default_rng(8).permutation(len(view.index))
        views.append(View(place[view.index][shuffled], view.labels[shuffled]))
    moved_target = replace(
        target, target_rows=Rows(target.target_rows.groups[order], tuple(views)), features=target.features[order]
    )
    moved = [replace(s, features=s.features[order], probabilities=s.probabilities[order]) for s in sources]
    scores = get_method(name)(moved_target, moved)
    np.testing.assert_allclose(scores, complete_scores(name, target.type), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ON_ROWS)
def test_names_of_the_labels_do_not_matter(name, target, sources):
    if target.type in ("regression", "multiple_choice"):
        pytest.skip("labels are numbers, 1 = the right choice")
    other = np.array([7, 2, 12])  # another order, and ids that do not occur
    views = tuple(View(view.index, other[view.labels]) for view in target.target_rows.views)
    scores = get_method(name)(with_rows(target, Rows(target.target_rows.groups, views)), sources)
    np.testing.assert_allclose(scores, complete_scores(name, target.type), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", ON_ROWS)
def test_signal_beats_noise(name, target, informed):
    defined(name, target.type)
    scores = without_warnings(name, target, informed)
    assert scores[:3].min() > scores[3:].max()


@pytest.mark.parametrize("name", ON_ROWS)
def test_signal_beats_noise_with_fewer_rows_than_features(name, target):
    defined(name, target.type)
    rows, width = target.target_rows, 3 * ROWS
    wide = replace(target, features=own_features(rows, 98, width))
    strengths = (3, 3, 0, 0)
    sources = [Facts(f"s{i}", "tagging", 9, **evidence_on_rows(rows, x, i, width)) for i, x in enumerate(strengths)]
    scores = without_warnings(name, wide, sources)
    assert np.isfinite(scores).all()
    assert scores[:2].min() > scores[2:].max() or name in NOT_FOR_FEW_ROWS


@pytest.mark.parametrize("name", ON_ROWS)
@pytest.mark.parametrize("value", [0.0, 0.1, 300.7])
def test_constant_features_are_no_better_than_signal(name, value, target, informed):
    constant = replace(
        informed[0],
        features=np.full_like(informed[0].features, value),
        probabilities=np.full_like(informed[0].probabilities, 0.25),
        map=(np.zeros((FEATURES, FEATURES)), np.full(FEATURES, value)),
    )
    scores = without_warnings(name, target, [constant, informed[1]])
    assert not np.isinf(scores[0])
    assert np.isnan(scores[0]) or scores[0] < scores[1]


@pytest.mark.parametrize("name", ON_ROWS)
def test_one_class_only(name, target, informed):
    rows = target.target_rows
    same = Rows(rows.groups, tuple(View(view.index, np.ones_like(view.labels)) for view in rows.views))
    assert not np.isinf(without_warnings(name, with_rows(target, same), informed)).any()


@pytest.mark.parametrize("name", ON_ROWS)
def test_a_class_of_one_row(name, target, informed):
    defined(name, target.type)
    if target.type not in ("classification", "tagging"):
        pytest.skip("no class is rare")
    view = target.target_rows.views[0]
    labels = np.append(view.labels[:-1], 3)
    scores = without_warnings(
        name, with_rows(target, Rows(target.target_rows.groups, (View(view.index, labels),))), informed
    )
    assert scores[:3].min() > scores[3:].max()
