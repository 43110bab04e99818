"""Scores of each class equal those of scikit-learn."""

import numpy as np
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from intertask.recommendation.class_scores import class_scores, confusion

LABELS = ["a", "b", "c", "d"]


def test_scores_and_confusions_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    gold, guess = random.integers(3, size=50).tolist(), random.integers(3, size=50).tolist()
    pairs = list(zip(gold, guess, strict=True))
    expected = zip(*precision_recall_fscore_support(gold, guess, labels=[0, 1, 2]), strict=True)
    lines = class_scores(pairs, LABELS)
    assert [line.name for line in lines] == ["a", "b", "c"]  # nothing is a d
    for line, (precision, recall, f1, support) in zip(lines, expected, strict=True):
        np.testing.assert_allclose(line[1:], [100 * precision, 100 * recall, 100 * f1, support])
    assert confusion(pairs, LABELS[:3]) == confusion_matrix(gold, guess).tolist()


def test_classes_that_are_never_right():
    (a, b) = class_scores([(0, 1), (0, 1)], LABELS)
    assert (a.precision, a.recall, a.f1, a.support) == (None, 0, 0, 2)
    assert (b.precision, b.recall, b.f1, b.support) == (0, None, 0, 0)
