"""JSON, JSON lines and nested SQuAD."""

import json

import pytest
from raw_rows import read, settings

from intertask.data.formats import read_file
from intertask.errors import IntertaskError

ROWS = [{"text": "one, two", "label": "a"}, {"text": "é “quoted” 漢字", "label": "b"}]


def test_json_records_under_a_dotted_key(write):
    path = write("train.json", json.dumps({"version": 1, "data": {"rows": ROWS}}))
    assert read(path, records="data.rows") == ROWS
    with pytest.raises(IntertaskError, match=r"no list under the key 'data\.items'"):
        read(path, records="data.items")


def test_the_only_list_of_an_object_is_read_and_several_are_named(write):
    assert read(write("train.json", json.dumps({"version": 1, "examples": ROWS}))) == ROWS
    with pytest.raises(IntertaskError, match=r"several lists of objects: a \(2 objects\), b\.c \(2 objects\), e"):
        read(write("two.json", json.dumps({"x": 1, "a": ROWS, "b": {"c": ROWS}, "e": ROWS})))
    with pytest.raises(IntertaskError, match="not columns of one length"):
        read(write("none.json", json.dumps({"version": 1, "examples": [1, 2]})))


def test_broken_json_names_the_line(write):
    with pytest.raises(IntertaskError, match="Broken JSON") as error:
        read(write("train.json", '[\n{"text": "x"},\n{"text": }\n]'))
    assert error.value.where.endswith("line 3")
    with pytest.raises(IntertaskError, match="Broken JSON") as error:
        read(write("train.jsonl", '{"text": "x"}\n\n{"text": "y"\n'))
    assert error.value.where.endswith("line 3")
    with pytest.raises(IntertaskError, match="Expected an object, found a list"):
        read(write("lists.jsonl", "[1, 2]\n"))
    with pytest.raises(IntertaskError, match="Expected an object, found a text"):
        read(write("texts.json", '["a", "b"]'))


def test_jsonl_lines_end_at_line_feeds_only(write):
    path = write("train.jsonl", '{"text": "a\u2028b\x85c"}\r\n{"text": "d"}')
    assert read(path) == [{"text": "a\u2028b\x85c"}, {"text": "d"}]


def test_nested_squad(write):
    squad = {
        "version": "v2.0",
        "data": [
            {
                "title": "T",
                "paragraphs": [
                    {
                        "context": "Ann is here.",
                        "qas": [
                            {"id": "1", "question": "Who?", "answers": [{"text": "Ann", "answer_start": 0}]},
                            {
                                "id": "2",
                                "question": "Why?",
                                "is_impossible": True,
                                "answers": [],
                                "plausible_answers": [{"text": "here", "answer_start": 7}],
                            },
                        ],
                    }
                ],
            }
        ],
    }
    for value in (squad, {"d": squad["data"]}):
        path = write("train.json", json.dumps(value))
        rows = read_file(path, settings(records=None if "data" in value else "d")).rows
        assert [row.values["answers"] for row in rows] == [[{"text": "Ann", "answer_start": 0}], []]
        assert rows[1].location.endswith("question 2")
        assert rows[1].values["id"] == "2" and rows[1].values["context"] == "Ann is here."


@pytest.mark.parametrize("paragraphs", [None, [None], [{"context": "c", "qas": ["q"]}], [{"qas": 3}]])
def test_squad_of_another_layout(paragraphs, write):
    with pytest.raises(IntertaskError, match="Not SQuAD's layout"):
        read(write("train.json", json.dumps({"data": [{"paragraphs": paragraphs}]})))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("null", "found null"),
        ("3", "found a number"),
        ('"x"', "found a text"),
        ("", "file is empty"),
        ('{"a": ' + "[" * 2000, "levels deep"),
        ('[{"a": ' + "[" * 200 + "]" * 200 + "}]", "levels deep"),
        ('[{"a": 1, "b": 2, "a": 3}]', "the key 'a' twice"),
        ('[{"a": ' + "9" * 5000 + "}]", "4,300 digits"),
        ('[{"a": 1} {"a": 2}]', "Broken JSON"),
        ('[{"a": 1}] x', "Extra data"),
    ],
)
def test_odd_json_is_one_message(content, words, write):
    with pytest.raises(IntertaskError, match=words):
        read(write("odd.json", content))


@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_and_objects_that_span_lines_are_read_from_jsonl(indent, write):
    assert read(write("list.jsonl", json.dumps(ROWS, indent=indent))) == ROWS
    assert read(write("objects.jsonl", "\n".join(json.dumps(row, indent=indent) for row in ROWS))) == ROWS
