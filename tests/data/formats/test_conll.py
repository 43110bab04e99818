"""CoNLL and CoNLL-U."""

import pytest
from raw_rows import read, settings

from intertask.data.formats import read_file
from intertask.errors import IntertaskError


def test_conll_columns_by_number(write):
    text = "-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\n \n# NN O\n1 CD O"
    rows = read_file(write("train.conll", text), settings()).rows
    assert [row.values[0] for row in rows] == [["EU", "rejects"], ["#", "1"]]
    assert [row.values[2] for row in rows] == [["B-ORG", "O"], ["O", "O"]]
    assert [row.number for row in rows] == [3, 7]


def test_conll_hash_tokens_survive_and_comments_do_not(write):
    text = "# id 1 domain=en\n#\tO\n#tag\tB-X\n\n# a comment\nx\tO\n"
    assert [row[0] for row in read(write("train.conll", text))] == [["#", "#tag"], ["x"]]


def test_conll_no_break_space_is_part_of_a_token(write):
    assert read(write("train.conll", "a\u00a0b O\n\u3000 O\n")) == [{0: ["a\u00a0b", "\u3000"], 1: ["O", "O"]}]
    assert read(write("tabs.conll", "New York\tO\n")) == [{0: ["New York"], 1: ["O"]}]
    assert read(write("pipes.conll", "a|O\n|O\n"), delimiter="|") == [{0: ["a", ""], 1: ["O", "O"]}]


def test_conll_line_with_other_columns(write):
    with pytest.raises(IntertaskError, match="1 column, but the lines before have 2") as error:
        read(write("train.conll", "a O\nb\n"))
    assert error.value.where.endswith("line 2")


def test_conllu_skips_comments_ranges_and_empty_nodes(write):
    def line(number, form, upos):
        return "\t".join([number, form, "_", upos, "_", "_", "0", "root", "_", "_"])

    sentence = [line("1-2", "don't", "_"), line("1", "do", "AUX"), line("2", "n't", "PART"), line("2.1", "go", "VERB")]
    text = "# text = don't\n" + "\n".join(sentence) + "\n\n" + line("1", "#", "SYM")
    rows = read(write("train.conllu", text))
    assert [row["form"] for row in rows] == [["do", "n't"], ["#"]]
    assert [row["upos"] for row in rows] == [["AUX", "PART"], ["SYM"]]
    with pytest.raises(IntertaskError, match="2 columns, but CoNLL-U has 10"):
        read(write("bad.conllu", "1\tword\n"))


def test_header_and_quoted_cells(write):
    path = write("t.conll", 'Word,Tag\n"a, b",X\nc,O\n,\nd,O\n')
    rows = read(path, header=["Word", "Tag"], delimiter=",", quoting="minimal")
    assert rows == [{"Word": ["a, b", "c"], "Tag": ["X", "O"]}, {"Word": ["d"], "Tag": ["O"]}]
    assert read(write("u.conll", "a\tX\n"), header=["Word", "Tag"]) == [{"Word": ["a"], "Tag": ["X"]}]
    with pytest.raises(IntertaskError, match="2 columns, but 'data: header:' names 1: Word"):
        read(path, header=["Word"], delimiter=",", quoting="minimal")
