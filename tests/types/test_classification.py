import numpy as np
import pytest

from intertask.types import Tokenization, classification

RNG = np.random.default_rng(0)


def rows_of(labels):
    return [{"text_a": "", "text_b": None, "label": int(label)} for label in labels]


def test_pairs_and_single_texts_in_one_batch(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    rows = [{"text_a": "the bay", "text_b": "a lamp", "label": 1}, {"text_a": "the bay", "text_b": None, "label": 0}]
    pair, single = classification.encode(rows, Tokenization(tokenizer, 32, 0), {})
    assert pair["input_ids"] == tokenizer("the bay", "a lamp")["input_ids"]
    assert pair["token_type_ids"] == tokenizer("the bay", "a lamp")["token_type_ids"]
    assert single["input_ids"] == tokenizer("the bay")["input_ids"]
    assert [encoding["labels"] for encoding in (pair, single)] == [1, 0]


def test_the_longer_text_is_cut(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    row = {"text_a": "the bay " * 50, "text_b": "two ropes", "label": 0}
    (encoding,) = classification.encode([row], Tokenization(tokenizer, 20, 0), {})
    assert len(encoding["input_ids"]) == 20
    assert tokenizer.decode(encoding["input_ids"]).endswith("two ropes [SEP]")


def test_scores_by_hand():
    rows, predictions = rows_of([0, 0, 0, 1, 1]), [0, 0, 1, 1, 0]
    scores = classification.score(predictions, rows, {"labels": ["a", "b"]})
    assert scores["accuracy"] == scores["f1_micro"] == pytest.approx(60)
    assert scores["f1"] == pytest.approx(100 * 2 * 1 / (2 * 1 + 1 + 1))
    assert scores["f1_macro"] == pytest.approx(100 * (2 / 3 + 1 / 2) / 2)
    assert scores["matthews_correlation"] == pytest.approx(100 * (1 * 2 - 1 * 1) / np.sqrt(2 * 2 * 3 * 3))
    first = classification.score(predictions, rows, {"labels": ["a", "b"], "positive_label": "a"})
    assert first["f1"] == pytest.approx(100 * 2 / 3)


def test_f1_of_a_class_among_three():
    rows, predictions, labels = rows_of([0, 1, 2, 2]), [0, 2, 2, 1], ["a", "b", "c"]
    assert "f1" not in classification.score(predictions, rows, {"labels": labels})
    assert classification.score(predictions, rows, {"labels": labels, "positive_label": "c"})["f1"] == 50


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("gold, predictions", [([0, 0], [0, 0]), ([0, 1], [0, 0]), ([1, 1], [0, 0])])
def test_a_single_class_is_neither_nan_nor_a_warning(gold, predictions):
    scores = classification.score(predictions, rows_of(gold), {"labels": ["a", "b"]})
    assert np.isfinite(list(scores.values())).all()
    assert scores["f1"] == scores["matthews_correlation"] == 0


# groups


def grouped(*rows):
    return [
        {"text_a": "", "text_b": None, "label": label, "group": group, "candidate": candidate}
        for group, candidate, label in rows
    ]


def judge(rows, positive_logits, info):
    """Score of rows whose positive class has these logits, and the other 0."""
    logits = np.stack([np.zeros(len(rows)), np.asarray(positive_logits, float)], axis=1)
    encodings = [{"row": i} for i in range(len(rows))]
    return classification.score(classification.predict((logits,), encodings, rows, info), rows, info)


TWO = {"labels": ["wrong", "right"], "positive_label": "right"}


def test_group_scores_by_hand():
    rows = grouped(
        ("a", "Ada Low", 1),
        ("b", "Boris", 1),
        ("a", "Carla", 0),
        ("b", "the old Boris", 0),  # one of two words is right: F1 2/3
        ("c", "Dmitri", 0),  # nothing is right here
    )
    scores = judge(rows, [2, 1, -1, 3, -2], TWO)
    assert scores["accuracy"] == pytest.approx(80)
    assert scores["group_exact_match"] == pytest.approx(100 * 2 / 3)  # a and c
    assert scores["group_f1"] == pytest.approx(100 * (1 + 2 / 3 + 0) / 3)


def test_the_likeliest_candidate_counts_even_where_all_are_predicted_wrong():
    rows = grouped(("a", "Ada", 0), ("a", "Boris", 1))
    scores = judge(rows, [-3, -1], TWO)
    assert (scores["group_f1"], scores["group_exact_match"], scores["f1"]) == (100, 0, 0)
    assert judge(rows, [1, 1], TWO)["group_f1"] == 0  # of equals, the first


def test_log_odds_are_those_of_the_positive_class():
    rows = grouped(("a", "Ada", 1), ("a", "Boris", 0))
    logits, info = RNG.normal(size=(2, 3)), {"labels": ["no", "perhaps", "yes"], "positive_label": "no"}
    predictions = classification.predict((logits,), [{"row": 1}, {"row": 0}], rows, info)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = np.log(chances[:, 0] / (1 - chances[:, 0]))
    assert [p.log_odds for p in predictions] == pytest.approx(expected[::-1])
    assert [p.label for p in predictions] == logits.argmax(axis=1)[::-1].tolist()


def test_group_scores_as_a_second_implementation():
    import re
    from collections import Counter

    names = ["Ada Low", "Ada", "the Low", "Boris", "Boris Low", "A. Carla"]
    rows = grouped(*((str(n // 4), names[RNG.integers(6)], int(n % 4 == 1 or RNG.random() < 0.2)) for n in range(200)))
    order = RNG.permutation(200)
    rows, margins = [rows[i] for i in order], RNG.normal(size=200)

    def bag(text):
        return Counter(word for word in re.findall(r"\w+", text.lower()) if word not in ("a", "an", "the"))

    right, f1s = [], []
    for group in sorted({row["group"] for row in rows}):
        members = [i for i in range(200) if rows[i]["group"] == group]
        right.append(all((margins[i] > 0) == rows[i]["label"] for i in members))
        best = bag(rows[max(members, key=lambda i: margins[i])]["candidate"])
        golds = [bag(rows[i]["candidate"]) for i in members if rows[i]["label"]]
        common = [(sum((best & gold).values()), best.total(), gold.total()) for gold in golds]
        f1s.append(max(2 * hits / (size + other) for hits, size, other in common))
    scores = judge(rows, margins, TWO)
    assert scores["group_exact_match"] == pytest.approx(100 * np.mean(right))
    assert scores["group_f1"] == pytest.approx(100 * np.mean(f1s))
    assert 0 < scores["group_exact_match"] < scores["group_f1"] < 100


def test_plain_scores_of_grouped_rows_are_those_of_plain_rows():
    rows, margins = grouped(*((str(n // 3), f"x{n}", n % 2) for n in range(12))), RNG.normal(size=12)
    plain = judge(rows_of([row["label"] for row in rows]), margins, TWO)
    scores = judge(rows, margins, TWO)
    assert set(scores) - set(plain) == {"group_exact_match", "group_f1"}
    assert {name: scores[name] for name in plain} == plain


def test_a_group_without_candidates_has_exact_match_only():
    rows = [{k: v for k, v in row.items() if k != "candidate"} for row in grouped(("a", "x", 1), ("a", "y", 0))]
    predictions = classification.predict((np.array([[0, 1], [1, 0]]),), [{"row": 0}, {"row": 1}], rows, TWO)
    assert predictions == [1, 0] and all(type(prediction) is int for prediction in predictions)
    scores = classification.score(predictions, rows, TWO)
    assert scores["group_exact_match"] == 100 and "group_f1" not in scores


def test_class_pairs_are_the_same_for_stored_predictions():
    row = {"label": 2}
    for prediction in (1, classification.CandidatePrediction(1, 0.5), [1, 0.5]):
        assert classification.class_pairs(prediction, row) == [(2, 1)]


def test_stored_candidates_score_the_same():
    rows = [{"label": 1, "group": "a", "candidate": "x"}, {"label": 0, "group": "a", "candidate": "y"}]
    predictions = [classification.CandidatePrediction(1, 0.2), classification.CandidatePrediction(1, 0.9)]
    info = {"labels": ["no", "yes"], "positive_label": None}
    stored = [list(prediction) for prediction in predictions]
    assert classification.score(stored, rows, info) == classification.score(predictions, rows, info)
