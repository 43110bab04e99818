import numpy as np
import pytest

from intertask.methods.facts import Facts, Rows, View
from intertask.methods.feature_rows import centered_within, choice_accuracy, score_rows

GROUPS = np.array([4, 4, 9, 9, 9, 2])
VIEW = View(np.arange(6), np.array([0, 1, 0, 0, 1, 1]))


def target(*views: View, kind: str = "classification") -> Facts:
    return Facts("t", kind, 6, target_rows=Rows(GROUPS, views))


def source(features) -> Facts:
    return Facts("s", "tagging", 6, features=features)


def features(dtype=np.float32) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(6, 4)).astype(dtype)


def test_each_view_gets_its_rows_labels_and_groups_and_the_score_is_their_mean():
    seen = []

    def estimate(F, y, groups):
        seen.append((F, y, groups))
        return len(F)

    views = View(np.array([3, 1]), np.array([1, 0])), View(np.array([0, 2, 5]), np.array([0, 0, 1]))
    assert score_rows(target(*views), [source(features())], estimate).tolist() == [2.5]
    for (F, y, groups), view in zip(seen, views, strict=True):
        assert F.dtype == np.float64
        np.testing.assert_array_equal(F, features()[view.index])
        np.testing.assert_array_equal(y, view.labels)
        np.testing.assert_array_equal(groups, GROUPS[view.index])


def test_choices_are_centered_within_their_example():
    got = []
    kind = target(VIEW, kind="multiple_choice")
    score_rows(kind, [source(features())], lambda F, y, groups: got.append(F) or 0.0)
    for group in np.unique(GROUPS):
        part = features().astype(np.float64)[group == GROUPS]
        np.testing.assert_allclose(got[0][group == GROUPS], part - part.mean(0), atol=1e-15)


@pytest.mark.parametrize("value", [0.1, 1e-30, 123456.7])
def test_equal_rows_are_centered_to_exactly_zero(value):
    assert not centered_within(np.full((6, 3), value), GROUPS).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_features_that_are_not_finite_are_nan_and_leave_the_others(bad):
    broken = features()
    broken[5, 1] = bad  # not even in the view
    scores = score_rows(target(View(np.array([0, 1]), np.array([0, 1]))), [source(broken), source(features())], len_)
    np.testing.assert_array_equal(scores, [np.nan, 2])


def len_(F, y, groups):
    return len(F)


@pytest.mark.parametrize("wrong", [None, np.zeros((5, 4)), np.zeros((6, 0)), np.zeros(6)])
def test_missing_or_wrong_shape_is_nan(wrong):
    assert np.isnan(score_rows(target(VIEW), [source(wrong)], len_)).all()


def test_a_target_without_rows_is_nan():
    nothing = View(np.array([], np.int64), np.array([], np.int64))
    for without in (Facts("t", "tagging", 6), target(), target(VIEW, nothing)):
        assert np.isnan(score_rows(without, [source(features())], len_)).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_undefined_view_makes_the_score_undefined(value):
    values = iter([1.0, value])
    assert np.isnan(score_rows(target(VIEW, VIEW), [source(features())], lambda *_: next(values)))[0]


def test_choice_accuracy_by_hand():
    groups, labels = np.array([5, 5, 5, 1, 1, 8, 8]), np.array([0, 1, 0, 1, 0, 0, 1])
    # right; wrong; a tie of the right one and another
    scores = np.array([0.1, 0.9, 0.2, -3.0, -2.0, 0.4, 0.4 + 1e-16])
    assert choice_accuracy(scores, labels, groups) == pytest.approx((1 + 0 + 0.5) / 3)
    order = np.array([6, 3, 1, 0, 5, 2, 4])
    assert choice_accuracy(scores[order], labels[order], groups[order]) == pytest.approx(0.5)
