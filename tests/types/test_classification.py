import numpy as np
import pytest
import sklearn.metrics as reference

from intertask.types import classification

RNG = np.random.default_rng(0)


def rows_of(labels):
    return [{"text_a": "", "text_b": None, "label": int(label)} for label in labels]


def test_pairs_and_single_texts_in_one_batch(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    rows = [{"text_a": "the bay", "text_b": "a lamp", "label": 1}, {"text_a": "the bay", "text_b": None, "label": 0}]
    pair, single = classification.encode(rows, tokenizer, 32, 0, {})
    assert pair["input_ids"] == tokenizer("the bay", "a lamp")["input_ids"]
    assert pair["token_type_ids"] == tokenizer("the bay", "a lamp")["token_type_ids"]
    assert single["input_ids"] == tokenizer("the bay")["input_ids"]
    assert [feature["labels"] for feature in (pair, single)] == [1, 0]


def test_the_longer_text_is_cut(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    row = {"text_a": "the bay " * 50, "text_b": "two ropes", "label": 0}
    (feature,) = classification.encode([row], tokenizer, 20, 0, {})
    assert len(feature["input_ids"]) == 20
    assert tokenizer.decode(feature["input_ids"]).endswith("two ropes [SEP]")


def test_scores_by_hand():
    rows, predictions = rows_of([0, 0, 0, 1, 1]), [0, 0, 1, 1, 0]
    scores = classification.score(predictions, rows, {"labels": ["a", "b"]})
    assert scores["accuracy"] == scores["f1_micro"] == pytest.approx(60)
    assert scores["f1"] == pytest.approx(100 * 2 * 1 / (2 * 1 + 1 + 1))
    assert scores["f1_macro"] == pytest.approx(100 * (2 / 3 + 1 / 2) / 2)
    assert scores["matthews_correlation"] == pytest.approx(100 * (1 * 2 - 1 * 1) / np.sqrt(2 * 2 * 3 * 3))
    first = classification.score(predictions, rows, {"labels": ["a", "b"], "positive_label": "a"})
    assert first["f1"] == pytest.approx(100 * 2 / 3)


def test_scores_as_in_scikit_learn():
    gold, predictions = RNG.integers(0, 2, 50), RNG.integers(0, 2, 50)
    scores = classification.score(predictions.tolist(), rows_of(gold), {"labels": ["a", "b"], "positive_label": None})
    assert scores["f1"] == pytest.approx(100 * reference.f1_score(gold, predictions))
    assert scores["matthews_correlation"] == pytest.approx(100 * reference.matthews_corrcoef(gold, predictions))


def test_f1_of_a_class_among_three():
    gold, predictions, labels = RNG.integers(0, 3, 60), RNG.integers(0, 3, 60), ["a", "b", "c"]
    assert "f1" not in classification.score(predictions.tolist(), rows_of(gold), {"labels": labels})
    scores = classification.score(predictions.tolist(), rows_of(gold), {"labels": labels, "positive_label": "c"})
    assert scores["f1"] == pytest.approx(100 * reference.f1_score(gold, predictions, average=None)[2])
    assert scores["f1_macro"] == pytest.approx(100 * reference.f1_score(gold, predictions, average="macro"))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("gold, predictions", [([0, 0], [0, 0]), ([0, 1], [0, 0]), ([1, 1], [0, 0])])
def test_a_single_class_is_neither_nan_nor_a_warning(gold, predictions):
    scores = classification.score(predictions, rows_of(gold), {"labels": ["a", "b"]})
    assert np.isfinite(list(scores.values())).all()
    assert scores["f1"] == scores["matthews_correlation"] == 0
