import json
from itertools import pairwise

import numpy as np
import pytest
from paths import SHARED

from intertask.errors import IntertaskError
from intertask.types import Tokenization, extractive_qa

SQUAD = SHARED / "data" / "squad" / "validation.json"
WORDS = ["the", "keeper", "rowed", "across", "bay", "before", "storm", "harbour", "telescope", "1,250", "crowns"]


def row(context, question="Who?", *answers):
    """A row whose answers are given as texts, found where they first stand."""
    return {
        "id": "0",
        "context": context,
        "question": question,
        "answer_texts": list(answers),
        "answer_starts": [context.index(answer) for answer in answers],
    }


def long_row(n_words=1200, at=700, question="Who rowed?"):
    words = np.random.default_rng(0).choice(WORDS, n_words).tolist()
    words[at : at + 2] = ["Marta", "Ives"]
    return row(" ".join(words), question, "Marta Ives")


def text_of(encoding, row, first, last):
    spans, begin = encoding["context_spans"], encoding["context_begin"]
    return row["context"][spans[first - begin, 0] : spans[last - begin, 1]]


def gold_logits(encodings):
    """Logits that point at the gold span of each window; windows without one point, less surely, at CLS."""
    length = max(len(encoding["input_ids"]) for encoding in encodings)
    start, end = np.full((2, len(encodings), length), -100.0)
    for i, encoding in enumerate(encodings):
        n = len(encoding["input_ids"])
        start[i, :n] = end[i, :n] = 0
        start[i, encoding["cls"]] = end[i, encoding["cls"]] = 1
        if encoding["start_positions"] != encoding["cls"]:
            start[i, encoding["start_positions"]] = end[i, encoding["end_positions"]] = 9
    return start, end


def test_windows_cover_the_context_with_stride(tokenizer):
    one = long_row()
    encodings = extractive_qa.encode([one], Tokenization(tokenizer, 64, 16), {})
    assert len(encodings) > 10
    assert all(len(encoding["input_ids"]) <= 64 for encoding in encodings)
    question = tokenizer("Who rowed?", add_special_tokens=False)["input_ids"]
    for encoding, following in pairwise(encodings):
        assert encoding["input_ids"][1 : 1 + len(question)] == question
        ends, following_ends = encoding["context_spans"][:, 1].tolist(), following["context_spans"][:, 1].tolist()
        assert ends[-16:] == following_ends[:16], "16 tokens are in both"
    assert encodings[0]["context_spans"][0, 0] == 0
    assert encodings[-1]["context_spans"][-1, 1] == len(one["context"])


def test_every_answer_is_reached_and_decoded_as_it_is(tokenizer):
    rows = [long_row(at=at) for at in (0, 61, 333, 700, 1198)]
    encodings = extractive_qa.encode(rows, Tokenization(tokenizer, 64, 16), {})
    for i, one in enumerate(rows):
        own = [encoding for encoding in encodings if encoding["row"] == i]
        with_answer = [f for f in own if f["start_positions"] != f["cls"]]
        assert with_answer
        for encoding in with_answer:
            assert text_of(encoding, one, encoding["start_positions"], encoding["end_positions"]) == "Marta Ives"
        assert all(f["end_positions"] == f["cls"] for f in own if f["start_positions"] == f["cls"])
    predictions = extractive_qa.predict(gold_logits(encodings), encodings, rows, {})
    assert predictions == ["Marta Ives"] * len(rows)


def test_first_answer_that_lies_inside_the_window(tokenizer):
    context = "Marta " + "rowed across the bay " * 60 + "with Ives ."
    encodings = extractive_qa.encode([row(context, "Who?", "Marta", "Ives")], Tokenization(tokenizer, 64, 16), {})
    found = [
        text_of(f, {"context": context}, f["start_positions"], f["end_positions"])
        for f in encodings
        if f["start_positions"] != f["cls"]
    ]
    assert found[0] == "Marta"
    assert set(found[1:]) == {"Ives"}
    both = extractive_qa.encode([row("Marta and Ives", "Who?", "Ives", "Marta")], Tokenization(tokenizer, 64, 16), {})
    assert (
        text_of(both[0], {"context": "Marta and Ives"}, both[0]["start_positions"], both[0]["end_positions"]) == "Ives"
    )


@pytest.mark.parametrize(
    "context, answer",
    [
        ("She paid $1,250 (in crowns).", "$1,250"),
        ("Café Ünïkøde stands in 東京 .", "Café Ünïkøde"),
        ("It is in 東京 now", "東京"),
        ("Smile 🙂 at the end 🙂", "🙂"),
        ("  white   space  ", "white   space"),
        ("ends on it", "it"),
        ("one", "one"),
    ],
)
def test_answer_texts_survive_encoding(tokenizer, context, answer):
    one = row(context, "What?", answer)
    encodings = extractive_qa.encode([one], Tokenization(tokenizer, 64, 16), {})
    assert encodings[0]["start_positions"] != encodings[0]["cls"]
    assert extractive_qa.predict(gold_logits(encodings), encodings, [one], {}) == [answer]


def test_blanks_around_an_answer_do_not_push_it_out_of_the_window(tokenizer):
    one = row("It was Ives ", "Who?", " Ives ")
    (encoding,) = extractive_qa.encode([one], Tokenization(tokenizer, 64, 16), {})
    assert text_of(encoding, one, encoding["start_positions"], encoding["end_positions"]) == "Ives"


def test_a_question_longer_than_the_window(tokenizer):
    one = long_row(n_words=80, at=40, question="who rowed across the bay " * 100)
    for stride in (0, 16, 63):
        encodings = extractive_qa.encode([one, long_row(80, 40)], Tokenization(tokenizer, 64, stride), {})
        assert all(len(encoding["input_ids"]) <= 64 for encoding in encodings)
        assert [f["row"] for f in encodings] == sorted(f["row"] for f in encodings)
        assert {f["row"] for f in encodings} == {0, 1}
        assert any(f["start_positions"] != f["cls"] for f in encodings if f["row"] == 0)


def test_nothing_to_read(tokenizer):
    rows = [row("", "Who?"), row("   ", ""), row("Ives", "")]
    encodings = extractive_qa.encode(rows, Tokenization(tokenizer, 32, 8), {})
    assert [encoding["row"] for encoding in encodings] == [0, 1, 2]
    assert all(f["start_positions"] == f["end_positions"] == f["cls"] for f in encodings)
    predictions = extractive_qa.predict(gold_logits(encodings), encodings, rows, {"unanswerable": False})
    assert predictions[0] == predictions[1].strip() == ""
    assert predictions[2] and "Ives".startswith(predictions[2])


def test_cls_is_found_where_it_stands(tokenizers_by_name):
    tokenizer = tokenizers_by_name["bert"]
    encodings = extractive_qa.encode([row("the bay")], Tokenization(tokenizer, 32, 8), {}, labeled=False)
    assert [f["input_ids"][f["cls"]] for f in encodings] == [tokenizer.cls_token_id]
    assert "start_positions" not in encodings[0]

    class WithoutCls:
        cls_token_id = None

    with pytest.raises(IntertaskError, match="no CLS token"):
        extractive_qa.encode([row("the bay")], Tokenization(WithoutCls(), 32, 8), {})


# The words of one context are tokens 3 to 8; CLS is token 0.
CONTEXT = "a b c d e f"
ENCODING = {"row": 0, "cls": 0, "context_begin": 3, "context_spans": np.array([[2 * i, 2 * i + 1] for i in range(6)])}


def predict(start, end, info=None, answers=("a",), encodings=(ENCODING,)):
    rows = [row(CONTEXT, "Who?", *answers)]
    logits = tuple(np.array(part, dtype=float).reshape(len(encodings), -1) for part in (start, end))
    return extractive_qa.predict(logits, encodings, rows, info or {})[0]


def test_end_is_not_before_start():
    start = [0, 0, 0, 0, 0, 0, 9, 0, 0, -100]
    end = [0, 0, 0, 0, 8, 0, 0, 0, 1, -100]
    assert predict(start, end) == "d e f"


def test_question_and_padding_are_no_answers():
    start = [0, 50, 50, 0, 2, 0, 0, 0, 0, 50]
    end = [0, 50, 50, 0, 1, 2, 0, 0, 0, 50]
    assert predict(start, end) == "b c"


def test_the_null_answer_must_be_possible():
    start = [5, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    end = [5, 0, 0, 0, 2, 0, 0, 0, 0, 0]
    assert predict(start, end, {"unanswerable": True}) == ""
    assert predict(start, end, {"unanswerable": False}) == "b"
    assert predict(start, end, answers=("a",)) == "b"
    assert predict(start, end, answers=()) == ""


def test_the_null_score_is_the_least_over_windows():
    second = ENCODING | {"context_spans": ENCODING["context_spans"][3:]}
    start = [[5, 0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 2, 0, -100, -100, -100]]
    encodings = [ENCODING, second]
    assert predict(start, start, {"unanswerable": True}, encodings=encodings) == "e"


def test_answers_are_not_longer_than_thirty_sub_words():
    context = " ".join("x" * 50)
    encodings = [ENCODING | {"context_spans": np.array([[2 * i, 2 * i + 1] for i in range(50)])}]
    start, end = np.zeros((2, 1, 53))
    start[0, 3], end[0, 52] = 9, 8
    (answer,) = extractive_qa.predict((start, end), encodings, [row(context, "Who?", "x")], {})
    assert 1 <= len(answer.split()) <= extractive_qa.MAX_ANSWER_LENGTH
    assert context.startswith(answer)


def test_the_best_span_is_the_best_of_all():
    start, end = np.random.default_rng(0).normal(size=(2, 1, 9))
    spans = {(i, j): start[0, 3 + i] + end[0, 3 + j] for i in range(6) for j in range(i, 6)}
    i, j = max(spans, key=spans.get)
    assert predict(start, end) == CONTEXT[2 * i : 2 * j + 1]


def test_score_over_rows():
    rows = [row("black cat here", "?", "black cat"), row("x", "?")]
    assert extractive_qa.score(["cat", ""], rows, {}) == {"f1": pytest.approx(100 * (2 / 3 + 1) / 2), "exact_match": 50}
    assert extractive_qa.score(["the black cat", "x"], rows, {}) == {"f1": 50, "exact_match": 50}


@pytest.mark.skipif(not SQUAD.is_file(), reason="no ../shared/data/squad beside the project")
def test_gold_spans_of_real_rows_score_full_marks(tokenizers_by_name):
    rows = [
        {
            "context": paragraph["context"],
            "question": question["question"],
            "answer_texts": [answer["text"] for answer in question["answers"]],
            "answer_starts": [answer["answer_start"] for answer in question["answers"]],
        }
        for article in json.loads(SQUAD.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
        for question in paragraph["qas"]
    ][:300]
    tokenizer, longest = tokenizers_by_name["minilm"], extractive_qa.MAX_ANSWER_LENGTH
    rows = [one for one in rows if all(len(tokenizer.tokenize(text)) <= longest for text in one["answer_texts"])]
    encodings = extractive_qa.encode(rows, Tokenization(tokenizer, 128, 48), {})
    predictions = extractive_qa.predict(gold_logits(encodings), encodings, rows, {})
    assert extractive_qa.score(predictions, rows, {}) == {"f1": 100, "exact_match": 100}
