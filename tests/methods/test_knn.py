from collections import Counter

import numpy as np
import pytest

from intertask.methods import knn as module
from intertask.methods.knn import K, knn_score, neighbor_means


@pytest.fixture
def random():
    return np.random.default_rng(1)


def neighbors(F, groups, i):
    """Indices of the K nearest, nearest first; no ties."""
    similar = {j: F[i] @ F[j] / np.sqrt(F[i] @ F[i] * (F[j] @ F[j])) for j in range(len(F)) if groups[j] != groups[i]}
    return sorted(similar, key=similar.get, reverse=True)[:K]


def test_accuracy_equals_scikit_learn_leaving_one_out(random):
    from sklearn.model_selection import LeaveOneOut, cross_val_score
    from sklearn.neighbors import KNeighborsClassifier

    y = random.integers(2, size=60)  # of two classes, three votes never tie
    F = random.normal(size=(60, 5)) + y[:, None]
    other = cross_val_score(KNeighborsClassifier(K, metric="cosine", algorithm="brute"), F, y, cv=LeaveOneOut())
    assert knn_score(F, y, np.arange(60)) == pytest.approx(other.mean(), abs=1e-12)


def test_accuracy_of_many_classes_equals_a_loop(random):
    y, groups = random.integers(6, size=80), random.integers(20, size=80)
    F = random.normal(size=(80, 4)) + np.eye(6)[y][:, :4]
    credit = []
    for i in range(80):
        votes = Counter(y[neighbors(F, groups, i)])
        top = [c for c in votes if votes[c] == max(votes.values())]
        credit.append((y[i] in top) / len(top))
    assert 0 < np.mean(credit) < 1
    assert knn_score(F, y, groups) == pytest.approx(np.mean(credit), abs=1e-12)


def test_regression_equals_a_loop(random):
    y, groups = random.normal(size=50), np.arange(50)
    F = np.column_stack([y, random.normal(size=(50, 3))])
    predicted = np.array([y[neighbors(F, groups, i)].mean() for i in range(50)])
    expected = 1 - np.sum((y - predicted) ** 2) / np.sum((y - y.mean()) ** 2)
    assert knn_score(F, y, groups) == pytest.approx(expected, abs=1e-12)


def test_choices_equal_a_loop(random):
    groups, y = np.repeat(np.arange(15), 4), np.zeros(60, int)
    y[np.arange(15) * 4 + random.integers(4, size=15)] = 1
    F = random.normal(size=(60, 3)) + y[:, None]
    credit = []
    for group in range(15):
        rows = np.flatnonzero(groups == group)
        votes = np.array([y[neighbors(F, groups, i)].sum() for i in rows])
        credit.append(y[rows][votes == votes.max()].mean())
    assert 0.25 < np.mean(credit) < 1
    assert knn_score(F, y, groups, choices=True) == pytest.approx(np.mean(credit), abs=1e-12)


def test_rows_of_the_same_group_have_no_vote():
    # each row's copy is in its own group; the next neighbors have the other label
    F = np.array([[1.0, 0.0], [1.0, 0.0], [0.9, 0.1], [0.9, 0.1]])
    y, groups = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    assert knn_score(F, y, groups) == 0


def test_rows_that_tie_for_the_last_place_share_it():
    # the row's neighbors: one at 1, then four that tie for the two places left
    F = np.array([[1.0, 0.0], [2.0, 0.0], [1.0, 1.0], [3.0, 3.0], [0.5, 0.5], [2.0, 2.0]])
    Y = np.array([[0.0], [1.0], [0.0], [0.0], [1.0], [0.0]])
    assert neighbor_means(F, Y, np.arange(6))[0, 0] == pytest.approx((1 + 2 * 1 / 4) / 3)


def test_copies_of_a_row_do_not_make_the_order_matter(random):
    y = random.integers(3, size=90)
    F = np.round(random.normal(size=(90, 2))) + 0.1  # many equal rows, at angles with rounding
    order = random.permutation(90)
    expected = knn_score(F, y, np.arange(90))
    assert knn_score(F[order], y[order], order) == pytest.approx(expected, abs=1e-12)


def test_blocks_of_rows_do_not_matter(random, monkeypatch):
    F, y = random.normal(size=(50, 4)), random.integers(3, size=50)
    expected = knn_score(F, y, np.arange(50))
    monkeypatch.setattr(module, "BLOCK", 7)
    assert knn_score(F, y, np.arange(50)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_fewer_rows_than_neighbors_take_all_there_are(n):
    F, Y = np.eye(5)[:n] + 0.1, np.arange(n)[:, None] * 1.0
    expected = [(Y.sum() - y) / (n - 1) for y in Y[:, 0]]
    np.testing.assert_allclose(neighbor_means(F, Y, np.arange(n))[:, 0], expected)


def test_groups_that_leave_few_others(random):
    groups = np.array([0] * 8 + [1] * 2)
    F, Y = random.normal(size=(10, 3)), np.arange(10.0)[:, None]
    np.testing.assert_allclose(neighbor_means(F, Y, groups)[:8, 0], 8.5)


def test_length_of_a_row_does_not_matter(random):
    F, y = random.normal(size=(40, 5)), random.integers(2, size=40)
    lengths = 10.0 ** random.integers(-3, 4, size=(40, 1))
    assert knn_score(F * lengths, y, np.arange(40)) == pytest.approx(knn_score(F, y, np.arange(40)))


def test_undefined(random):
    F = random.normal(size=(6, 2))
    assert np.isnan(knn_score(F, np.zeros(6, int), np.arange(6)))
    assert np.isnan(knn_score(F, np.array([0, 1] * 3), np.zeros(6, int)))
    assert np.isnan(knn_score(F, np.zeros(6), np.arange(6)))
