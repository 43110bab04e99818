import pytest

from intertask.data.shapes import get_shape
from intertask.data.shapes.classification import without_highlights

QUERY = {
    "passage": "The mayor, Ada Low, spoke.\n@highlight\nAda Low resigns\n@highlight\nBoris follows",
    "query": "After that, @placeholder left and @placeholder slept.",
    "entities": ["Ada Low", "Boris", "Ada", "Boris"],
    "answers": ["Ada Low", "Ada"],
    "idx": {"passage": 7, "query": 12},
}


def test_a_query_becomes_a_row_for_each_entity():
    rows = list(get_shape("entity_queries")(QUERY))
    assert [row["candidate"] for row in rows] == ["Ada Low", "Boris", "Ada"]
    assert [row["label"] for row in rows] == [1, 0, 1]
    assert {row["group"] for row in rows} == {"7-12"}
    assert rows[1]["text_b"] == "After that, Boris left and Boris slept."
    assert {row["text_a"] for row in rows} == {"The mayor, Ada Low, spoke. Ada Low resigns. Boris follows"}


@pytest.mark.parametrize("lacking", ["entities", "answers"])
def test_a_query_without_entities_or_answers_gives_none(lacking):
    assert list(get_shape("entity_queries")(QUERY | {lacking: []})) == []


@pytest.mark.parametrize(
    "passage, text",
    [
        ("One.\n@highlight\nTwo", "One. Two"),
        ("One\n@highlight\nTwo!\n@highlight\n\nThree", "One. Two! Three"),
        ("@highlight\nOne", "One"),
        ("One\n@highlight", "One."),
        ('He said "no"\n@highlight\nTwo', 'He said "no" Two'),
        ("Line one\nline two", "Line one\nline two"),
    ],
)
def test_highlights_are_sentence_ends(passage, text):
    assert without_highlights(passage) == text


@pytest.mark.parametrize("missing", [None, float("nan"), "", "  "])
def test_turns_of_a_chat_are_joined_but_for_missing_ones(missing):
    chat_turns = get_shape("chat_turns")
    row = {"id": 3, "turn1": "Hello ", "turn2": "who is it", "turn3": "me", "label": 2}
    assert list(chat_turns(row)) == [{"text": "Hello who is it me", "label": 2}]
    assert list(chat_turns(row | {"turn2": missing})) == [{"text": "Hello me", "label": 2}]
    assert list(chat_turns(dict.fromkeys(row, missing))) == []


@pytest.mark.parametrize("name, column", [("entity_queries", "idx"), ("chat_turns", "turn3")])
def test_another_layout_is_a_missing_key(name, column):
    row = QUERY | {"turn1": "a", "turn2": "b", "turn3": "c", "label": 0}
    del row[column]
    with pytest.raises(KeyError, match=column):
        list(get_shape(name)(row))
