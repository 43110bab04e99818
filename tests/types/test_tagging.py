import numpy as np
import pytest
import seqeval.metrics as reference
import sklearn.metrics

from intertask.types import Tokenization, tagging

LABELS = ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
INFO = {"labels": LABELS}
WEIRD = ["Port", "\u200b", "", "Ellery", "\u0301", "🙂", "unaffordable", "\ufeff", "naïve", "\t", "東京", "a\u0301b"]


def row(tokens, tags=None):
    return {"tokens": list(tokens), "tags": list(tags if tags is not None else [0] * len(tokens))}


def gold_logits(encodings, n_tags):
    """Return logits whose best tag is the label at every labeled position, and the last tag elsewhere."""
    length = max(len(encoding["labels"]) for encoding in encodings)
    logits = np.full((len(encodings), length, n_tags), -100.0)
    for i, encoding in enumerate(encodings):
        for position, label in enumerate(encoding["labels"]):
            logits[i, position, label if label != -100 else n_tags - 1] = 5
    return (logits,)


def test_label_at_the_first_sub_word_only(tokenizer):
    (encoding,) = tagging.encode(
        [row(["Port", "unaffordable", "Ellery"], [1, 3, 2])], Tokenization(tokenizer, 64, 0), INFO
    )
    assert [label for label in encoding["labels"] if label != -100] == [1, 3, 2]
    words = tokenizer([["Port", "unaffordable", "Ellery"]], is_split_into_words=True).word_ids(0)
    assert [(words.index(n), n) for n in range(3)] == encoding["words"]


def test_windows_lose_no_word(tokenizer):
    rng = np.random.default_rng(0)
    words = ["lighthouse", "unaffordable", "a", "Port", "1,250"]
    rows = [row(rng.choice(words, n), rng.integers(0, 5, n)) for n in (1, 7, 60, 200)]
    encodings = tagging.encode(rows, Tokenization(tokenizer, 24, 0), INFO)
    assert all(len(encoding["input_ids"]) <= 24 for encoding in encodings)
    assert len(encodings) > 8
    for i, one in enumerate(rows):
        seen = [word for encoding in encodings if encoding["row"] == i for _, word in encoding["words"]]
        assert seen == list(range(len(one["tokens"])))
    predictions = tagging.predict(gold_logits(encodings, 5), encodings, rows, INFO)
    assert predictions == [one["tags"] for one in rows]
    scores = tagging.score(predictions, rows, INFO)
    assert scores["accuracy"] == scores["f1"] == scores["f1_macro"] == 100


def test_a_word_longer_than_the_window_keeps_its_label(tokenizer):
    tokens = ["a", "Zw" * 60, "b"]
    encodings = tagging.encode([row(tokens, [1, 3, 2])], Tokenization(tokenizer, 16, 0), INFO)
    assert [word for encoding in encodings for _, word in encoding["words"]] == [0, 1, 2]
    assert all(len(encoding["input_ids"]) <= 16 for encoding in encodings)


def test_weird_tokens_count_but_need_no_sub_word(tokenizer):
    rows = [row(WEIRD, [1] * len(WEIRD)), row([]), row(["\u200b"], [2])]
    encodings = tagging.encode(rows, Tokenization(tokenizer, 32, 0), INFO)
    assert sorted({encoding["row"] for encoding in encodings}) == [0, 1, 2]
    predictions = tagging.predict(gold_logits(encodings, 5), encodings, rows, INFO)
    assert [len(tags) for tags in predictions] == [len(WEIRD), 0, 1]
    found = {word for encoding in encodings if encoding["row"] == 0 for _, word in encoding["words"]}
    assert 2 not in found, "the tokenizer makes no token of an empty word"
    assert all(tag == (1 if word in found else 0) for word, tag in enumerate(predictions[0]))
    assert tagging.score(predictions, rows, INFO)["accuracy"] < 100


def test_without_o_the_most_frequent_prediction_stands_in(tokenizer):
    info = {"labels": ["NOUN", "VERB", "X"]}
    rows = [row(["Port", "rowed", "rowed", ""], [0, 1, 1, 2])]
    encodings = tagging.encode(rows, Tokenization(tokenizer, 32, 0), info)
    assert tagging.predict(gold_logits(encodings, 3), encodings, rows, info) == [[0, 1, 1, 1]]


def test_a_batch_without_labels_to_learn_has_loss_zero(setting):
    tagging.add_head(setting.model, "t", INFO)
    encodings = tagging.encode([row([]), row([""])], Tokenization(setting.tokenizer, 32, 0), INFO)
    value, _ = tagging.loss(setting.model, tagging.collator(setting.tokenizer)(encodings))
    assert value.item() == 0
    value.backward()


def test_span_f1_by_hand():
    rows = [row("abcd", [1, 2, 0, 3]), row("ab", [0, 1])]
    predictions = [[1, 2, 0, 1], [0, 0]]  # of 3 gold spans 1 is right; 2 spans predicted
    scores = tagging.score(predictions, rows, INFO)
    assert scores["f1"] == pytest.approx(100 * 2 * 1 / (3 + 2))
    assert scores["accuracy"] == pytest.approx(100 * 4 / 6)


def test_scores_as_in_seqeval_and_scikit_learn():
    rng = np.random.default_rng(1)
    gold = [rng.integers(0, 5, n).tolist() for n in (3, 9, 30, 1)]
    predictions = [[tag if rng.random() < 0.7 else int(rng.integers(5)) for tag in tags] for tags in gold]
    scores = tagging.score(predictions, [row("x" * len(tags), tags) for tags in gold], INFO)
    named = [[[LABELS[tag] for tag in tags] for tags in part] for part in (gold, predictions)]
    assert scores["f1"] == pytest.approx(100 * reference.f1_score(*named))
    flat = [np.concatenate(part).tolist() for part in (gold, predictions)]
    assert scores["f1_macro"] == pytest.approx(100 * sklearn.metrics.f1_score(*flat, average="macro"))
    shares = {tag: flat[0].count(tag) / len(flat[0]) for tag in set(flat[0])}
    each = {tag: sklearn.metrics.f1_score(*([t == tag for t in part] for part in flat)) for tag in shares}
    assert scores["f1_weighted"] == pytest.approx(100 * sum(shares[tag] * each[tag] for tag in shares))
    assert scores["accuracy"] == pytest.approx(100 * sklearn.metrics.accuracy_score(*flat))


def test_token_f1_where_tags_mark_no_spans():
    rows, info = [row("abcd", [0, 1, 1, 0])], {"labels": ["c", "i"], "positive_label": None}
    scores = tagging.score([[0, 1, 0, 1]], rows, info)
    assert scores["f1"] == scores["accuracy"] == pytest.approx(50)
    assert scores["f0.5"] == pytest.approx(50)  # precision = recall = 1/2
    scores = tagging.score([[0, 1, 1, 1]], rows, info)
    assert scores["f0.5"] == pytest.approx(100 * 1.25 * (2 / 3) / (0.25 * 2 / 3 + 1))
    flipped = tagging.score([[0, 1, 1, 1]], rows, info | {"positive_label": "c"})
    assert flipped["f0.5"] == pytest.approx(100 * sklearn.metrics.fbeta_score([1, 0, 0, 1], [1, 0, 0, 0], beta=0.5))


@pytest.mark.filterwarnings("error")
def test_no_span_anywhere_is_no_warning():
    scores = tagging.score([[0, 0], []], [row("ab"), row("")], INFO)
    assert scores["f1"] == 0
    assert scores["accuracy"] == 100


def test_class_pairs_are_words():
    assert tagging.class_pairs([1, 2], {"tags": [1, 0]}) == [(1, 1), (0, 2)]
