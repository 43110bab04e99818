"""Checks that every ranking method must pass, in the manner of scikit-learn's ``estimator_checks``.

:func:`checks_for` yields the checks that a method's declaration calls for. A new method is covered as soon as it is
registered; where it cannot pass a check, it declares so in its ``@method(...)``.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache

import numpy as np
from method_facts import (
    FEATURES,
    ROWS,
    TYPES,
    informed_sources,
    make_sources,
    make_target,
    own_features,
    signal_sources,
)

from intertask.methods.facts import Facts, Past, Rows, View
from intertask.methods.registry import NEEDS, READS, Method

#: A check takes a method and the type of the target; it raises AssertionError if the method is wrong.
Check = Callable[[Method, str], None]

ROW_ARTIFACTS = ("rows", "features", "maps")
#: Which artifacts a method must read to find the field of a source, and of the target.
SOURCE_FIELDS = {
    **dict.fromkeys(("text_embeddings", "text_mean", "token_ids"), ("base",)),
    **dict.fromkeys(("sentence_embeddings", "sentence_mean"), ("sentence",)),
    **dict.fromkeys(("features", "probabilities"), ("features",)),
    "map": ("maps",),
    **{name: (name,) for name in ("gradients", "fewshot_gradients", "weights", "fewshot", "history")},
}
TARGET_FIELDS = {**SOURCE_FIELDS, "features": ROW_ARTIFACTS, "target_rows": ROW_ARTIFACTS, "past": ("history",)}
#: Fields that every job knows.
PLAIN_FIELDS = ("classes", "words", "paired")
#: Types whose labels are class ids of which any other numbers would do as well.
NAMED_CLASSES = ("classification", "extractive_qa", "tagging")
MANY_CLASSES = ("classification", "tagging")


def checks_for(method: Method) -> Iterator[tuple[Check, str]]:
    """Yield (check, type of the target) for everything that a method must pass.

    The type of the target matters only to methods that look at the target's rows.
    """
    yield check_declaration, TYPES[0]
    for task_type in TYPES if method.reads_rows else TYPES[:1]:
        for check in COMMON_CHECKS:
            yield check, task_type
        if method.reads_rows and task_type not in method.undefined_for:
            for check in ROW_CHECKS:
                yield check, task_type
            if task_type in NAMED_CLASSES:
                yield check_names_of_labels_do_not_matter, task_type


def check_declaration(method: Method, task_type: str) -> None:
    """What a method declares fits together."""
    reads, needs = set(method.reads), set(method.needs)
    assert reads <= set(READS)
    assert needs <= set(NEEDS)
    assert set(method.undefined_for) <= set(TYPES)
    assert not {"base", "sentence"} & reads or "texts" in needs
    assert not {"rows", "features"} & reads or "labels" in needs
    assert not {"features", "maps", "weights", "fewshot"} & reads or "adapters" in needs
    assert method.paper
    assert method.score.__doc__


def check_one_finite_float64_score_per_source(method: Method, task_type: str) -> None:
    """Scores have the right shape and type, also for one source or none, and are defined where nothing is missing."""
    target, sources = make_target(task_type), make_sources(task_type)
    scores = method(target, sources)
    assert scores.shape == (len(sources),)
    assert scores.dtype == np.float64
    if task_type in method.undefined_for:
        assert np.isnan(scores).all()
    else:
        assert np.isfinite(scores).all()
    assert method(target, sources[:1]).shape == (1,)
    assert method(target, []).shape == (0,)


def check_same_input_same_score_and_input_unchanged(method: Method, task_type: str) -> None:
    """A method is a function of its input, and does not write to it."""
    target, sources = make_target(task_type), make_sources(task_type)
    before = frozen((target, *sources))
    scores = method(target, sources)
    assert frozen((target, *sources)) == before
    np.testing.assert_array_equal(scores, complete_scores(method, task_type))


def check_sources_are_exchangeable(method: Method, task_type: str) -> None:
    """Neither the order nor the names of the sources matter, to the last bit, and equal sources tie."""
    target, sources, complete = make_target(task_type), make_sources(task_type), complete_scores(method, task_type)
    order = np.random.default_rng(5).permutation(len(sources))
    np.testing.assert_array_equal(method(target, [sources[i] for i in order]), complete[order])
    renamed = [replace(source, task=f"other{i}") for i, source in enumerate(sources)]
    np.testing.assert_array_equal(method(target, renamed), complete)
    with_twin = method(target, [*sources, replace(sources[3], task="twin")])
    np.testing.assert_array_equal(with_twin[-1], with_twin[3])


def check_missing_evidence_of_a_source(method: Method, task_type: str) -> None:
    """A source without a field, or with NaN in it, is undefined or unchanged, and the others keep a score.

    Its score is never 0 instead of undefined: either the field does not matter, or the score is NaN. A method that
    tolerates gaps may give another finite score.
    """
    target, sources, complete = make_target(task_type), make_sources(task_type), complete_scores(method, task_type)
    others = np.arange(len(sources)) != 4
    for field in fields_read(method, task_type)[1] & ({*SOURCE_FIELDS, *PLAIN_FIELDS} - {"paired"}):
        values = [None]
        if field not in ("token_ids", "classes"):  # whole numbers are never NaN
            values.append(with_nan(getattr(sources[4], field)))
        for value in values:
            scores = method(target, [*sources[:4], replace(sources[4], **{field: value}), *sources[5:]])
            assert np.isnan(scores[4]) or scores[4] == complete[4] or method.tolerates_gaps, field
            np.testing.assert_array_equal(np.isnan(scores[others]), np.isnan(complete[others]), err_msg=field)


def check_reads_what_it_declares(method: Method, task_type: str) -> None:
    """A method looks only at fields that the artifacts which it declares provide."""
    for seen, provided_by in zip(fields_read(method, task_type), (TARGET_FIELDS, SOURCE_FIELDS), strict=True):
        for field in seen & provided_by.keys():
            assert set(provided_by[field]) & set(method.reads), f"{field} is read and not declared"
    assert "probabilities" not in fields_read(method, task_type)[1] or "heads" in method.needs


def check_bare_target(method: Method, task_type: str) -> None:
    """Without any evidence of the target, scores that need some are NaN and the others stay as they are."""
    target, sources = make_target(task_type), make_sources(task_type)
    scores = method(Facts(target.task, target.type, target.rows), sources)
    if method.tolerates_gaps:
        assert scores.shape == (len(sources),)
    elif fields_read(method, task_type)[0] & TARGET_FIELDS.keys():
        assert np.isnan(scores).all()
    else:
        np.testing.assert_array_equal(scores, complete_scores(method, task_type))


# Checks of methods that look at the target's rows.


def check_order_of_rows_does_not_matter(method: Method, task_type: str) -> None:
    """Rows in another order have the same score but for rounding."""
    target = make_target(task_type)
    order = np.random.default_rng(6).permutation(ROWS)  # the new row n was row order[n]
    place = np.argsort(order)
    views = []
    for view in target.target_rows.views:
        shuffled = np.random.default_rng(8).permutation(len(view.index))
        views.append(View(place[view.index][shuffled], view.labels[shuffled]))
    rows = Rows(target.target_rows.groups[order], tuple(views))
    moved_target = replace(target, target_rows=rows, features=target.features[order])
    moved = [
        replace(source, features=source.features[order], probabilities=source.probabilities[order])
        for source in make_sources(task_type)
    ]
    expected = complete_scores(method, task_type)
    np.testing.assert_allclose(method(moved_target, moved), expected, rtol=1e-6, atol=1e-9)


def check_names_of_labels_do_not_matter(method: Method, task_type: str) -> None:
    """Class ids are names: other numbers, in another order, have the same score but for rounding."""
    other = np.array([7, 2, 12])  # ids with gaps between them
    target = relabeled(make_target(task_type), lambda labels: other[labels])
    scores = method(target, make_sources(task_type))
    np.testing.assert_allclose(scores, complete_scores(method, task_type), rtol=1e-6, atol=1e-9)


def check_signal_beats_noise(method: Method, task_type: str) -> None:
    """Sources whose evidence holds the labels are better than sources of noise."""
    target = make_target(task_type)
    scores = without_warnings(method, target, informed_sources(target))
    assert scores[:3].min() > scores[3:].max()


def check_signal_beats_noise_with_fewer_rows_than_features(method: Method, task_type: str) -> None:
    """The same where rows are fewer than features, unless the method declares that it needs many rows."""
    width, target = 3 * ROWS, make_target(task_type)
    wide = replace(target, features=own_features(target.target_rows, 98, width))
    scores = without_warnings(method, wide, signal_sources(target, (3, 3, 0, 0), "tagging", width))
    assert np.isfinite(scores).all()
    assert scores[:2].min() > scores[2:].max() or method.needs_many_rows


def check_constant_features_are_no_better_than_signal(method: Method, task_type: str) -> None:
    """Features that are the same in every row, whatever their value, are undefined or worse than informative ones."""
    target = make_target(task_type)
    informed = informed_sources(target)
    for value in (0.0, 0.1, 300.7):  # the mean of equal numbers may differ from them by rounding
        constant = replace(
            informed[0],
            features=np.full_like(informed[0].features, value),
            probabilities=np.full_like(informed[0].probabilities, 0.25),
            map=(np.zeros((FEATURES, FEATURES)), np.full(FEATURES, value)),
        )
        scores = without_warnings(method, target, [constant, informed[1]])
        assert not np.isinf(scores[0]), value
        assert np.isnan(scores[0]) or scores[0] < scores[1], value


def check_degenerate_labels(method: Method, task_type: str) -> None:
    """One class only gives no infinite score; a class of a single row does not hide the signal."""
    target = make_target(task_type)
    informed = informed_sources(target)
    scores = without_warnings(method, relabeled(target, np.ones_like), informed)
    assert not np.isinf(scores).any()
    if task_type in MANY_CLASSES:
        rare = relabeled(target, lambda labels: np.append(labels[:-1], 3))
        scores = without_warnings(method, rare, informed)
        assert scores[:3].min() > scores[3:].max()


COMMON_CHECKS: tuple[Check, ...] = (
    check_one_finite_float64_score_per_source,
    check_same_input_same_score_and_input_unchanged,
    check_sources_are_exchangeable,
    check_missing_evidence_of_a_source,
    check_reads_what_it_declares,
    check_bare_target,
)
ROW_CHECKS: tuple[Check, ...] = (
    check_order_of_rows_does_not_matter,
    check_signal_beats_noise,
    check_signal_beats_noise_with_fewer_rows_than_features,
    check_constant_features_are_no_better_than_signal,
    check_degenerate_labels,
)


# What the checks share.


@cache
def complete_scores(method: Method, task_type: str) -> np.ndarray:
    """Scores of the standard target and sources with nothing missing."""
    return method(make_target(task_type), make_sources(task_type))


class WatchedTarget(Facts):
    """Facts that record which fields a method reads."""

    seen: set = set()  # noqa: RUF012 - shared by all instances on purpose

    def __getattribute__(self, name):
        type(self).seen.add(name)
        return super().__getattribute__(name)


class WatchedSource(WatchedTarget):
    """The same for sources, all of them together."""

    seen: set = set()  # noqa: RUF012 - shared by all instances on purpose


@cache
def fields_read(method: Method, task_type: str) -> tuple[frozenset[str], frozenset[str]]:
    """Fields of the target, and of a source, that the method looks at: no other can alter a score."""

    def watched(cls: type, fact: Facts) -> Facts:
        return cls(**{field.name: getattr(fact, field.name) for field in fields(Facts)})

    target = watched(WatchedTarget, make_target(task_type))
    sources = [watched(WatchedSource, source) for source in make_sources(task_type)]
    WatchedTarget.seen.clear()
    WatchedSource.seen.clear()
    method(target, sources)
    return frozenset(WatchedTarget.seen), frozenset(WatchedSource.seen)


def without_warnings(method: Method, target: Facts, sources: Sequence[Facts]) -> np.ndarray:
    """Scores; a warning (a division by zero, say) is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return method(target, sources)


def relabeled(target: Facts, change: Callable[[np.ndarray], np.ndarray]) -> Facts:
    """The target with changed labels in every view."""
    views = tuple(View(view.index, change(view.labels)) for view in target.target_rows.views)
    return replace(target, target_rows=Rows(target.target_rows.groups, views))


def with_nan(value):
    """A copy with NaN for every number."""
    if isinstance(value, dict):
        return {key: with_nan(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(with_nan, value))
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
