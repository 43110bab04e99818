"""The rows that encoding scores look at, counted and read by hand for each type."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from intertask.seeded_order import shuffled
from intertask.types import Tokenization, get_type
from intertask.types.units import MEAN, capped

SETTINGS = {"max_rows": 1000, "negatives": 3, "seed": 1}


def units_of(kind, rows, tokenizer, info=None, length=64, stride=16, **settings):
    return get_type(kind).units(rows, Tokenization(tokenizer, length, stride), info or {}, SETTINGS | settings)


def sub_words(units, tokenizer):
    """Return the token of every unit."""
    ids = [units.inputs[text]["input_ids"][position] for text, position in zip(units.text, units.position, strict=True)]
    return tokenizer.convert_ids_to_tokens(ids)


def question(context, *answers, question="who ?"):
    starts = [context.index(answer) for answer in answers]
    return {"id": "", "context": context, "question": question, "answer_texts": answers, "answer_starts": starts}


def test_classification(tokenizer):
    rows = [{"text_a": "across the bay", "text_b": b, "label": i % 2} for i, b in enumerate(["storm", "a ship", None])]
    units = units_of("classification", rows, tokenizer, {"labels": ["a", "b"]})
    assert [u["input_ids"] for u in units.inputs] == [tokenizer(r["text_a"], r["text_b"])["input_ids"] for r in rows]
    assert units.text.tolist() == [0, 1, 2] == units.groups.tolist()
    assert set(units.position) == {MEAN}
    ((index, labels),) = units.views
    assert index.tolist() == [0, 1, 2]
    assert labels.tolist() == [0, 1, 0]
    assert labels.dtype == index.dtype == units.groups.dtype == np.int64


def test_regression_labels_are_standardised(tokenizer):
    rows = [{"text_a": "across the bay", "text_b": None, "label": label} for label in (100.0, 300.0, 200.0)]
    ((_, labels),) = units_of("regression", rows, tokenizer).views
    assert labels.dtype == np.float64
    np.testing.assert_allclose(labels, np.array([-1, 1, 0]) * np.sqrt(1.5))
    ((_, labels),) = units_of("regression", [{**row, "label": 0.1} for row in rows], tokenizer).views
    np.testing.assert_allclose(labels, 0, atol=1e-12)


def test_multiple_choice_has_no_row_for_an_absent_choice(tokenizer):
    rows = [
        {"context": "the storm", "question": "who rowed ?", "choices": ["a ship", "nobody", "she"], "label": 2},
        {"context": "", "question": "when ?", "choices": ["the bay", "a lamp"], "label": 0},
    ]
    units = units_of("multiple_choice", rows, tokenizer, {"max_choices": 3})
    expected = [("the storm who rowed ?", c) for c in rows[0]["choices"]] + [("when ?", c) for c in rows[1]["choices"]]
    assert [u["input_ids"] for u in units.inputs] == [tokenizer(*pair)["input_ids"] for pair in expected]
    assert units.groups.tolist() == [0, 0, 0, 1, 1]
    assert set(units.position) == {MEAN}
    ((index, labels),) = units.views
    assert index.tolist() == [0, 1, 2, 3, 4]
    assert labels.tolist() == [0, 0, 1, 1, 0]


def test_tagging_takes_the_first_sub_word_of_each_word(tokenizer):
    rows = [{"tokens": ["unaffordable", "telescope"], "tags": [1, 0]}, {"tokens": ["bay"], "tags": [2]}]
    units = units_of("tagging", rows, tokenizer, {"labels": ["O", "A", "B"]})
    alone = [tokenizer([word], is_split_into_words=True)["input_ids"][1] for row in rows for word in row["tokens"]]
    assert sub_words(units, tokenizer) == tokenizer.convert_ids_to_tokens(alone)
    assert units.groups.tolist() == [0, 0, 1]
    ((index, labels),) = units.views
    assert index.tolist() == [0, 1, 2]
    assert labels.tolist() == [1, 0, 2]


def test_tagging_with_windows_has_each_word_once(tokenizer):
    words = [f"bay{i}" for i in range(60)]
    rows = [{"tokens": words, "tags": list(range(60))}]
    units = units_of("tagging", rows, tokenizer, {"labels": [str(i) for i in range(60)]}, length=24)
    assert len(units.inputs) >= 3
    assert set(units.groups) == {0}
    assert sorted(units.views[0][1]) == list(range(60))


def test_max_rows_keeps_rare_tags(tokenizer):
    rows = [{"tokens": ["the", "storm", "bay"] * 5, "tags": [0, 0, 1] * 5} for _ in range(20)]
    rows[7]["tags"] = [0, 2, 3, *rows[7]["tags"][3:]]
    units = units_of("tagging", rows, tokenizer, {"labels": list("OABC")}, max_rows=60)
    ((_, labels),) = units.views
    assert Counter(labels.tolist()) == {0: 29, 1: 29, 2: 1, 3: 1}
    assert len(units.groups) == 60
    assert (np.diff(units.groups) >= 0).all(), "in the order of the text"
    other = units_of("tagging", rows, tokenizer, {"labels": list("OABC")}, max_rows=60, seed=2)
    assert other.views[0][1].tolist() != labels.tolist()


@pytest.mark.parametrize("limit", [1, 2, 5, 17, 40, 99, 100, 200])
def test_capped_fills_up_to_the_limit(limit):
    labels = [0] * 70 + [1] * 20 + [2] * 9 + [3]
    kept = capped(labels, limit, shuffled(100, 3))
    assert len(kept) == len(set(kept)) == min(limit, 100)
    sizes = Counter(labels[i] for i in kept)
    for label, size in Counter(labels).items():
        # whole, or as large as any (one row more or less)
        assert sizes[label] == size or sizes[label] >= max(sizes.values()) - 1


def test_extractive_qa_starts_and_ends(tokenizer):
    rows = [question("the keeper rowed across the bay before storm", "keeper rowed")]
    units = units_of("extractive_qa", rows, tokenizer)
    words = sub_words(units, tokenizer)
    encoding = get_type("extractive_qa").encode(rows, Tokenization(tokenizer, 64, 16), {})[0]
    gold_positions = encoding["start_positions"], encoding["end_positions"]
    for (index, labels), gold in zip(units.views, gold_positions, strict=True):
        assert units.position[index[labels == 1]].tolist() == [gold]
        assert (labels == 0).sum() == 3
        assert not {tokenizer.cls_token, tokenizer.sep_token} & {words[i] for i in index}
    negatives = [set(index[labels == 0].tolist()) for index, labels in units.views]
    assert negatives[0] == negatives[1]
    both = {encoding["start_positions"], encoding["end_positions"]}
    assert not both & {int(units.position[i]) for i in negatives[0]}
    assert len(units.text) == 3 + len(both)


def test_extractive_qa_knows_every_answer_of_a_window(tokenizer):
    rows = [question("a lamp , two ropes and a telescope in the bay", "lamp", "telescope")]
    units = units_of("extractive_qa", rows, tokenizer)
    assert [(labels == 1).sum() for _, labels in units.views] == [2, 2]


def test_extractive_qa_without_an_answer(tokenizer):
    """CLS is the answer of unanswerable questions. Elsewhere it is a negative, or it alone would reveal the class."""
    rows = [question("the storm reached the bay"), question("she paid for a lamp and a telescope", "lamp")]
    units = units_of("extractive_qa", rows, tokenizer)
    words = sub_words(units, tokenizer)
    for index, labels in units.views:
        of_cls = {
            int(units.text[i]): int(label) for i, label in zip(index, labels, strict=True) if units.position[i] == 0
        }
        assert of_cls == {0: 1, 1: 0}
        for text, others in ((0, 3), (1, 4)):
            assert ((labels == 0) & (units.text[index] == text)).sum() == others
    assert words.count(tokenizer.cls_token) == 2


def test_extractive_qa_windows_and_passages(tokenizer):
    passages = [" ".join(f"bay{i}" for i in range(k, 60 + k)) for k in (0, 100)]
    rows = [question(passages[0], "bay50"), question(passages[1], "bay103"), question("  " + passages[0], "bay1 ")]
    units = units_of("extractive_qa", rows, tokenizer, length=40, stride=8)
    encodings = get_type("extractive_qa").encode(rows, Tokenization(tokenizer, 40, 8), {})
    assert len(encodings) == len(units.inputs) >= 8
    assert units.groups[units.text == 0][0] == units.groups[-1] != units.groups[len(units.groups) // 2]
    few = units_of("extractive_qa", rows, tokenizer, length=40, stride=8, max_rows=18)
    assert len(few.text) <= 18
    with_answer = {f["row"] for f in few.inputs if f["start_positions"] != f["cls"]}
    assert with_answer == {0, 1, 2}, "windows with an answer go first"
    assert len(few.inputs) == 3
    assert set(few.text) == {0, 1, 2}


def test_extractive_qa_always_keeps_a_window(tokenizer):
    units = units_of("extractive_qa", [question("the storm reached the bay", "storm")], tokenizer, max_rows=1)
    assert len(units.inputs) == 1
    assert len(units.text) > 1


def test_short_passage_gives_fewer_negatives(tokenizer):
    units = units_of("extractive_qa", [question("the bay", "bay")], tokenizer, negatives=50)
    (encoding,) = get_type("extractive_qa").encode([question("the bay", "bay")], Tokenization(tokenizer, 64, 16), {})
    assert len(units.text) == len(encoding["context_spans"])


def test_same_rows_every_time(tokenizer):
    rows = [question("the storm reached the bay and a lamp", "bay"), question("who paid for two ropes ?")] * 5
    first, again, other = (units_of("extractive_qa", rows, tokenizer, max_rows=25, seed=s) for s in (1, 1, 2))
    for name in ("text", "position", "groups"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert [u["input_ids"] for u in first.inputs] == [u["input_ids"] for u in again.inputs]
    places = defaultdict(list)
    for units, name in ((first, "first"), (other, "other")):
        places[name] = [
            (tuple(units.inputs[t]["input_ids"]), p) for t, p in zip(units.text, units.position, strict=True)
        ]
    assert places["first"] != places["other"]
