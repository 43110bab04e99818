import numpy as np
import pytest
from scipy import stats

from intertask.types import Tokenization, regression


def score(gold, predictions):
    return regression.score(predictions, [{"label": value} for value in gold], {})


def test_correlations_by_hand():
    scores = score([1.0, 2.0, 3.0, 10.0], [0.0, 2.0, 1.0, 3.0])
    assert scores["spearman"] == pytest.approx(100 * (1 - 6 * 2 / (4 * 15)))
    assert scores["pearson"] == pytest.approx(100 * np.corrcoef([1, 2, 3, 10], [0, 2, 1, 3])[0, 1])
    assert scores["pearson_spearman"] == pytest.approx((scores["pearson"] + scores["spearman"]) / 2)
    assert "degenerate" not in scores
    assert score([1.0, 2.0, 3.0], [3.0, 2.0, 1.0])["spearman"] == pytest.approx(-100)


def test_correlations_as_in_scipy():
    gold, predictions = np.random.default_rng(0).normal(size=(2, 40)).round(1)
    scores = score(gold.tolist(), predictions.tolist())
    assert scores["spearman"] == pytest.approx(100 * stats.spearmanr(gold, predictions).statistic)
    assert scores["pearson"] == pytest.approx(100 * stats.pearsonr(gold, predictions).statistic)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "predictions", [[1.0, 1.0, 1.0], [1.0, float("nan"), 2.0], [1.0, float("inf"), 2.0], [float("nan")] * 3]
)
def test_a_failed_run_scores_zero_and_says_so(predictions):
    expected = {"spearman": 0.0, "pearson": 0.0, "pearson_spearman": 0.0, "degenerate": 1.0}
    assert score([1.0, 2.0, 3.0], predictions) == expected


def test_constant_gold_is_degenerate_too():
    assert score([1.0, 1.0], [1.0, 2.0])["degenerate"] == 1.0


def test_labels_are_floats_in_their_own_unit(tokenizers_by_name):
    rows = [{"text_a": "the bay", "text_b": None, "label": 4}, {"text_a": "a lamp", "text_b": None, "label": 2.5}]
    encodings = regression.encode(rows, Tokenization(tokenizers_by_name["bert"], 32, 0), {})
    batch = regression.collator(tokenizers_by_name["bert"])(encodings)
    assert batch["labels"].is_floating_point()
    assert batch["labels"].tolist() == [4.0, 2.5]
