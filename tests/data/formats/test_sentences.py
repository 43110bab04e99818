"""Rows of one token become rows of one sentence."""

import pytest
from raw_rows import read, settings

from intertask.data.formats import read_file
from intertask.errors import IntertaskError


@pytest.mark.parametrize(
    ("cells", "sentences"),
    [
        (["1", "1", "2"], [["a", "b"], ["c"]]),
        (["1", "", "2"], [["a", "b"], ["c"]]),
        (["1", "2", "1"], [["a"], ["b"], ["c"]]),
    ],
)
def test_rows_of_a_sentence_are_joined(write, cells, sentences):
    path = write("t.csv", "n,word,tag\n" + "".join(f"{n},{w},O\n" for n, w in zip(cells, "abc", strict=True)))
    rows = read(path, sentence_column="n")
    assert [row["word"] for row in rows] == sentences
    assert rows[0]["n"] == "1" and rows[0]["tag"] == ["O"] * len(sentences[0])
    lines = [row.number for row in read_file(path, settings(sentence_column="n")).rows]
    assert lines == [2 + "abc".index(sentence[0]) for sentence in sentences]


def test_other_formats_and_a_misspelt_column(write):
    path = write("t.jsonl", '{"s": 0, "w": "a"}\n{"s": 0, "w": "b"}\n{"s": 1, "w": "c"}\n{"s": null, "w": "d"}\n')
    assert [row["w"] for row in read(path, sentence_column="s")] == [["a", "b"], ["c", "d"]]
    with pytest.raises(IntertaskError, match="There is no column 'S'; known: s, w"):
        read(path, sentence_column="S")
