"""csv and tsv."""

import pytest
from raw_rows import read, settings

from intertask.data.formats import read_file
from intertask.errors import IntertaskError


def test_csv_records_span_lines_and_know_their_first_line(write):
    path = write("train.csv", 'text,label\n"a\r\nb\nc",x\n\nlast,y\n')
    rows = read_file(path, settings()).rows
    assert [row.values["text"] for row in rows] == ["a\r\nb\nc", "last"]
    assert [row.number for row in rows] == [2, 6]


def test_missing_value_names_stay_text(write):
    text = "text,label\nNA,null\nNone,nan\n,\n"
    assert [list(row.values()) for row in read(write("t.csv", text))] == [["NA", "null"], ["None", "nan"], ["", ""]]


def test_tsv_is_unquoted(write):
    path = write("train.tsv", 'text\tlabel\n"an open quote\ta\nsaid "so"\tb\r\nthe\x0bform\u2028feed\tc\n')
    assert [row["text"] for row in read(path)] == ['"an open quote', 'said "so"', "the\x0bform\u2028feed"]
    assert [row["label"] for row in read(path)] == ["a", "b", "c"]


def test_tsv_can_be_quoted(write):
    path = write("train.tsv", 'text\tlabel\n"a\tb"\tx\n')
    assert read(path, quoting="minimal") == [{"text": "a\tb", "label": "x"}]


def test_huge_field(write):
    long = "word " * 200_000
    assert read(write("train.csv", f"text,label\n{long},a\n"))[0]["text"] == long


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("t.csv", "text,label\nx,a\ny\n", 3),
        ("t.csv", 'text,label\n"two\nlines",a\ny,b,c\n', 4),
        ("t.tsv", "text\tlabel\nx\ta\ny\tb\tc\n", 3),
        ("t.tsv", "text\tlabel\nx\n", 2),
    ],
)
def test_too_many_or_too_few_cells(name, text, line, write):
    with pytest.raises(IntertaskError, match=r"(1 cell|\d cells), but 2 columns: text, label") as error:
        read(write(name, text))
    assert error.value.where.endswith(f", line {line}")


def test_unclosed_quotation_is_an_error_not_a_swallowed_file(write):
    with pytest.raises(IntertaskError, match="A broken quotation") as error:
        read(write("train.csv", 'text,label\nx,a\n"open,b\ny,c\n'))
    assert error.value.where.endswith("line 3")


def test_header_delimiter_and_repeated_names(write):
    path = write("train.csv", "x;a\ny;b\n")
    assert read(path, delimiter=";", header=["text", "label"])[1] == {"text": "y", "label": "b"}
    with pytest.raises(IntertaskError, match="Two columns are named 'text'"):
        read(write("twice.csv", "text,text\nx,y\n"))
    with pytest.raises(IntertaskError, match="first line repeats the column names"):
        read(write("both.csv", "text,label\nx,y\n"), header=["text", "label"])
    with pytest.raises(IntertaskError, match="not one character"):
        read(write("wide.csv", "text||label\n"), delimiter="||")
    assert read(write("tab.csv", "text\tlabel\nx\ta\n"), delimiter="\\t") == [{"text": "x", "label": "a"}]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("text,label,,\nx,a,,\ny,b,,\n", {}),
        ("text,label\nx,a,\ny,b, ,\n", {}),
        ("sep=,\ntext,label\nx,a\ny,b\n", {}),
        ('"sep=;"\r\ntext;label\r\nx;a\r\ny;b\r\n', {}),
        ("sep=;\nA title\ntext;label\nx;a\ny;b\n", {"skip_lines": 2}),
        ("A title,2024,\n\ntext,label\nx,a\ny,b\n", {"skip_lines": 2}),
    ],
)
def test_lines_above_the_header_and_empty_columns_are_no_data(text, options, write):
    path = write("t.csv", text)
    assert read(path, **options) == [{"text": "x", "label": "a"}, {"text": "y", "label": "b"}]
    rows = read_file(path, settings(**options)).rows
    assert [text.splitlines()[row.number - 1][0] for row in rows] == ["x", "y"]


def test_columns_without_a_name(write):
    assert read(write("index.csv", ",text\n0,x\n")) == [{"": "0", "text": "x"}]  # as pandas writes row numbers
    assert read(write("last.csv", "text,label,\nx,a,\ny,b,c\n"))[1] == {"text": "y", "label": "b", "": "c"}
    with pytest.raises(IntertaskError, match="3 cells, but 2 columns: text, label"):
        read(write("more.csv", "text,label,,\nx,a,b,\n"))
    with pytest.raises(IntertaskError, match="2 columns between the others have no name"):
        read(write("between.csv", "text,,,label\nx,1,2,a\n"))
    with pytest.raises(IntertaskError, match="no column names"):
        read(write("none.csv", ",,\nx,a,b\n"))
