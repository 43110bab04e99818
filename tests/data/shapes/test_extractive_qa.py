import pytest

from intertask.data.shapes import get_shape
from intertask.data.shapes.extractive_qa import find_answer

TEXT = "Ada sold the old kite.\nThen Ada bought 13 Red  kites for 3 coins."


def shaped(name, values):
    """The rows that a shape makes; each answer must stand where it says."""
    rows = list(get_shape(name)(values))
    for row in rows:
        assert list(row) == ["id", "context", "question", "answers"]
        for text, start in zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True):
            assert text and row["context"][start : start + len(text)] == text
    return rows


def answers(name, values):
    """Texts and offsets of the only row."""
    (row,) = shaped(name, values)
    return list(zip(row["answers"]["text"], row["answers"]["answer_start"], strict=True))


@pytest.mark.parametrize(
    "answer, near, found",
    [
        ("Ada", 0, (0, 3)),
        ("Ada", 40, (28, 31)),
        ("ada", 0, (0, 3)),
        ("3", 0, (57, 58)),  # not the one in 13
        ("old kite", 0, (13, 21)),
        ("red kites", 0, (42, 52)),
        (" kite. Then ", 0, (17, 27)),
        ("kite", 0, (17, 21)),
        ("kites", 0, (47, 52)),
        ("coins.", 0, (59, 65)),
        ("kit", 0, None),
        ("Ada (the painter)", 0, None),
        (" ", 0, None),
        ("", 0, None),
    ],
)
def test_find_answer(answer, near, found):
    assert find_answer(answer, TEXT, near) == found


def test_case_as_written_goes_before_another_that_comes_first():
    assert find_answer("May", "It may rain in May.") == (15, 18)


def test_letters_that_change_their_length_in_small_letters_do_not_move_offsets():
    context = "İİİ and Ada"
    assert len(context.lower()) != len(context)
    assert find_answer("ada", context) == (8, 11)


def test_signs_are_signs():
    assert find_answer("5%", "It grew by 5%.") == (11, 13)
    assert find_answer("%", "It grew by 5%.") == (12, 13)
    assert find_answer("a.b", "axb a.b") == (4, 7)


MRQA = {
    "context": TEXT,
    "question": "Who?",
    "answers": ["Ada", "Ada Low"],
    "key": "k1",
    "labels": [{"start": [0, 28], "end": [2, 30]}, {"start": [13], "end": [20]}],
}


def test_mrqa_ends_are_inclusive_and_a_text_counts_once():
    assert answers("mrqa", MRQA) == [("Ada", 0), ("old kite", 13)]
    (row,) = shaped("mrqa", MRQA)
    assert (row["id"], row["context"], row["question"]) == ("k1", TEXT, "Who?")


def test_mrqa_spans_that_are_none():
    beyond = {"start": [60, -1, 5], "end": [len(TEXT), 3, 4]}
    assert shaped("mrqa", MRQA | {"labels": [beyond]}) == []
    assert shaped("mrqa", MRQA | {"labels": []}) == []
    last = {"start": [59], "end": [len(TEXT) - 1]}
    assert answers("mrqa", MRQA | {"labels": [last]}) == [("coins.", 59)]


def drop(spans, types):
    return {
        "section_id": "s1",
        "query_id": "q1",
        "passage": TEXT,
        "question": "What?",
        "answers_spans": {"spans": spans, "types": types},
    }


@pytest.mark.parametrize(
    "spans, types, found",
    [
        (["old kite"], ["span"], [("old kite", 13)]),
        (["coins", "Ada"], ["span"] * 2, [("coins", 59), ("Ada", 0)]),
        (["Ada", "ada", "Ada"], ["span"] * 3, [("Ada", 0)]),
        (["10", "Ada"], ["number", "span"], [("Ada", 0)]),
        (["painted", "Ada"], ["span"] * 2, [("Ada", 0)]),
    ],
)
def test_drop_takes_spans(spans, types, found):
    assert answers("drop", drop(spans, types)) == found
    assert shaped("drop", drop(spans, types))[0]["id"] == "q1"


@pytest.mark.parametrize(
    "spans, types", [(["3"], ["number"]), (["3 May 1900"], ["date"]), (["painted"], ["span"]), ([], [])]
)
def test_drop_without_a_span_of_the_passage_is_left_out(spans, types):
    assert shaped("drop", drop(spans, types)) == []


DUORC = {
    "plot_id": "p1",
    "plot": TEXT,
    "title": "The Kite",
    "question_id": "q1",
    "question": "Who sold it?",
    "answers": ["She was Ada", "ada", "Old kite"],
    "no_answer": False,
}


def test_duorc():
    assert answers("duorc", DUORC) == [("Ada", 0), ("old kite", 13)]
    assert answers("duorc", DUORC | {"no_answer": True, "answers": []}) == []
    assert answers("duorc", DUORC | {"no_answer": True, "answers": ["Ada"]}) == []
    assert shaped("duorc", DUORC | {"answers": ["She was Ada"]}) == []


WIKIHOP = {
    "id": "WH_1",
    "query": "country_of_citizenship ada low_lying",
    "answer": "new spain",
    "candidates": ["new spain", "france"],
    "supports": ["Ada lives there.", "It is in New  Spain, not in Spain."],
}


def test_wikihop():
    (row,) = shaped("wikihop", WIKIHOP)
    assert row["context"] == "Ada lives there.\nIt is in New  Spain, not in Spain."
    assert row["question"] == "country of citizenship ada low_lying"
    assert answers("wikihop", WIKIHOP) == [("New  Spain", 26)]
    assert shaped("wikihop", WIKIHOP | {"answer": "france"}) == []
    without_id = {key: value for key, value in WIKIHOP.items() if key != "id"}
    assert shaped("wikihop", without_id)[0]["id"] is None


def multiqa(*given, **more):
    found = [{"text": text, "answer_start": start} for text, start in given]
    return {"id": "q1", "context": TEXT, "question": "Who?", "answers": found} | more


def test_multiqa_moves_answers_to_where_they_stand():
    assert answers("multiqa", multiqa(("ada", 28))) == [("Ada", 28)]
    assert answers("multiqa", multiqa(("Ada", 27))) == [("Ada", 28)]
    assert answers("multiqa", multiqa(("Ada", 0), ("Ada", 28))) == [("Ada", 0)]
    assert answers("multiqa", multiqa(("the Low, Ada", 0), ("OLD KITE", 13))) == [("old kite", 13)]


def test_multiqa_knows_unanswerable_from_not_found():
    assert answers("multiqa", multiqa(is_impossible=True)) == []
    for values in (multiqa(is_impossible=False), multiqa(), multiqa(("painted", 3), is_impossible=False)):
        assert shaped("multiqa", values) == []
