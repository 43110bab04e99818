"""Scores of class predictions, against scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics as reference

from intertask.types.metrics import class_scores, f_beta, positive_index

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("beta", [0.5, 1])
def test_scores_as_in_scikit_learn(classes, beta):
    gold, predictions = RNG.integers(0, classes, 60), RNG.integers(0, classes, 60)
    scores = class_scores(gold, predictions)
    assert scores["f1_macro"] == pytest.approx(100 * reference.f1_score(gold, predictions, average="macro"))
    assert scores["f1_weighted"] == pytest.approx(100 * reference.f1_score(gold, predictions, average="weighted"))
    assert scores["matthews_correlation"] == pytest.approx(100 * reference.matthews_corrcoef(gold, predictions))
    expected = reference.fbeta_score(gold, predictions, beta=beta, average=None)
    for label in range(classes):
        assert f_beta(gold, predictions, label, beta) == pytest.approx(100 * expected[label])


def test_f_beta_of_a_class_that_is_never_hit():
    assert f_beta([0, 1], [1, 0], 1, 1) == 0.0 == f_beta([0, 0], [0, 0], 1, 1)


def test_positive_class():
    assert positive_index({"labels": ["a", "b"]}) == 1
    assert positive_index({"labels": ["a", "b"], "positive_label": "a"}) == 0
    assert positive_index({"labels": ["a", "b", "c"], "positive_label": None}) is None
