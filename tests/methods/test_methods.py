"""Every registered method passes the common checks (tests/support/method_checks.py), and the checks find mistakes."""

import method_checks
import numpy as np
import pytest
from method_checks import checks_for
from method_facts import TYPES

from intertask.methods.registry import Method, all_methods

METHODS = all_methods()
CASES = [
    pytest.param(check, method, task_type, id=f"{name}-{task_type}-{check.__name__.removeprefix('check_')}")
    for name, method in METHODS.items()
    for check, task_type in checks_for(method)
]


def test_the_methods_of_the_default_configuration_are_registered():
    assert {"random", "size", "vocabulary", "textemb", "semb"} <= set(METHODS)


@pytest.mark.parametrize(("check", "method", "task_type"), CASES)
def test_method(check, method, task_type):
    check(method, task_type)


def test_types_and_exemptions_follow_from_the_declaration():
    called = {name: {(c.__name__, t) for c, t in checks_for(method)} for name, method in METHODS.items()}
    assert {t for _, t in called["size"]} == {"classification"}
    assert {t for _, t in called["logme"]} == set(TYPES)
    assert ("check_signal_beats_noise", "tagging") in called["h-score"]
    assert ("check_signal_beats_noise", "regression") not in called["h-score"]
    assert [name for name, method in METHODS.items() if method.needs_many_rows] == ["transrate"]
    assert [name for name, method in METHODS.items() if method.tolerates_gaps] == ["prior", "recommended"]


def wrong(score, reads=(), needs=(), **options) -> Method:
    score.__doc__ = score.__doc__ or "A mistake."
    return Method("wrong", score, tuple(needs), tuple(reads), (), "none", **options)


def mean_of_features(target, sources):
    return [np.nan if source.features is None else np.abs(source.features).mean() for source in sources]


def scribble(target, sources):
    for source in sources:
        source.features[0] = 0
    return mean_of_features(target, sources)


def sum_by_row(target, sources):
    return [np.nan if s.features is None else s.features[:, 0] @ np.arange(len(s.features)) for s in sources]


def sum_by_label(target, sources):
    labels = target.target_rows.views[0].labels
    return [np.nan if source.features is None else labels.sum() * np.ptp(source.features) for source in sources]


def best_with_one_row_a_class(target, sources):
    counts = np.bincount(target.target_rows.views[0].labels)
    return [(-1.0 if counts[-1] == 1 else 1.0) * np.abs(source.features).max() for source in sources]


ROW_READS = {"reads": ("rows", "features"), "needs": ("labels", "adapters")}
MISTAKES = {
    "declaration": wrong(lambda t, s: np.zeros(len(s)), reads=("features",)),
    "one_finite_float64_score_per_source": wrong(lambda t, s: np.full(len(s), np.inf)),
    "same_input_same_score_and_input_unchanged": wrong(scribble, **ROW_READS),
    "sources_are_exchangeable": wrong(lambda t, s: np.arange(len(s))),
    "missing_evidence_of_a_source": wrong(lambda t, s: [x.words or 0.0 for x in s]),
    "reads_what_it_declares": wrong(lambda t, s: [x.text_mean[0] for x in s]),
    "bare_target": wrong(lambda t, s: np.zeros(len(s)) * (t.text_mean is None), reads=("base",), needs=("texts",)),
    "order_of_rows_does_not_matter": wrong(sum_by_row, **ROW_READS),
    "names_of_labels_do_not_matter": wrong(sum_by_label, **ROW_READS),
    "signal_beats_noise": wrong(lambda t, s: [-x.features.std() for x in s], **ROW_READS),
    "signal_beats_noise_with_fewer_rows_than_features": wrong(lambda t, s: [-x.features.std() for x in s], **ROW_READS),
    "constant_features_are_no_better_than_signal": wrong(mean_of_features, **ROW_READS),
    "degenerate_labels": wrong(best_with_one_row_a_class, **ROW_READS),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_check_finds_a_mistake(mistake):
    with pytest.raises(AssertionError):
        getattr(method_checks, f"check_{mistake}")(MISTAKES[mistake], "classification")


def test_every_check_has_a_mistake_to_find():
    assert {c.__name__ for method in METHODS.values() for c, _ in checks_for(method)} == {
        f"check_{m}" for m in MISTAKES
    }
