import numpy as np
import pytest

from intertask.methods.folds import FOLDS, best_on_the_others, grouped_folds, standardized


@pytest.fixture
def random():
    return np.random.default_rng(0)


def test_a_group_is_in_one_fold_and_folds_have_equally_many_groups(random):
    groups = random.integers(17, size=200) * 3
    folds = grouped_folds(random.integers(3, size=200), groups)
    found = {group: set(folds[groups == group]) for group in groups}
    assert all(len(fold) == 1 for fold in found.values())
    counts = np.bincount([fold.pop() for fold in found.values()])
    assert len(counts) == FOLDS
    assert np.ptp(counts) <= 1


def test_single_rows_are_stratified(random):
    y = random.choice(4, p=[0.6, 0.3, 0.08, 0.02], size=150)
    folds = grouped_folds(y, random.permutation(150))
    for c in range(4):
        assert np.ptp(np.bincount(folds[y == c], minlength=FOLDS)) <= 1
    assert np.ptp(np.bincount(folds)) <= 1


def test_a_class_of_two_rows_is_in_every_training_part(random):
    y = np.append(np.zeros(40, int), [1, 1, 2, 2])
    folds = grouped_folds(y, np.arange(44))
    assert all(len(set(folds[y == c])) == 2 for c in (1, 2))


@pytest.mark.parametrize("single", [True, False])
def test_neither_the_order_of_the_rows_nor_the_names_of_the_labels_matter(single, random):
    y = random.integers(3, size=90)
    groups = random.permutation(90) * 2 if single else random.integers(20, size=90)
    folds, order = grouped_folds(y, groups), random.permutation(90)
    np.testing.assert_array_equal(grouped_folds(y[order], groups[order]), folds[order])
    np.testing.assert_array_equal(grouped_folds(np.array([9, 4, 6])[y], groups), folds)


def test_no_more_folds_than_groups():
    assert sorted(grouped_folds(np.array([0, 1, 0, 1]), np.array([8, 8, 8, 3]))) in ([0, 0, 0, 1], [0, 1, 1, 1])
    assert not grouped_folds(np.array([0, 1]), np.array([1, 1])).any()


def test_values_are_not_stratified_and_folds_have_equal_sizes(random):
    assert np.bincount(grouped_folds(random.normal(size=53), np.arange(53))).tolist() == [11, 11, 11, 10, 10]


def test_standardized_equals_scikit_learn_and_uses_only_the_training_rows(random):
    from sklearn.preprocessing import StandardScaler

    train, test = random.normal(3, 2, size=(20, 5)), random.normal(size=(7, 5))
    scaler = StandardScaler().fit(train)
    ours = standardized(train, test)
    np.testing.assert_allclose(ours[0], scaler.transform(train), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours[1], scaler.transform(test), rtol=1e-12, atol=1e-14)


def test_constant_columns_are_zero_and_not_their_rounding():
    train, test = np.full((7, 2), 0.1), np.array([[0.1, 5.0]])
    assert np.mean(train[:, 0]) != 0.1  # the trap
    for part in standardized(train, test):
        assert not part.any()


def test_a_fold_does_not_influence_its_setting():
    losses = np.array([[5.0, 0.0, 9.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])
    # over all of them the second setting is best, 4 against 7, but for the first fold the others prefer the first
    assert best_on_the_others(losses).tolist() == [0, 1, 1]
