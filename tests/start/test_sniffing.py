"""Unknown files: delimiter, quoting, encoding, header and format are detected."""

import gzip
import re

import pytest

from intertask.errors import IntertaskError
from intertask.start.sniffing import read_unknown

ROWS = [("a bright, clean room", "good"), ('he said "never again"', "bad"), ("tea; no coffee", "good")] * 4


def write(tmp_path, name: str, text: str, encoding: str = "utf-8"):
    path = tmp_path / name
    content = text.encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def quoted(delimiter: str) -> str:
    lines = [f"text{delimiter}label"]
    lines += [f'"{text.replace(chr(34), chr(34) * 2)}"{delimiter}{label}' for text, label in ROWS]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "|", "\t"])
def test_delimiters_of_quoted_tables(tmp_path, delimiter):
    table, keys, _ = read_unknown(write(tmp_path, "x.csv", quoted(delimiter)))
    assert [(row.values["text"], row.values["label"]) for row in table.rows] == ROWS
    expected = {} if delimiter == "," else {"delimiter": delimiter.replace("\t", "\\t")}
    assert keys == expected


def test_tsv_with_and_without_quoting(tmp_path):
    plain = "text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS)
    table, keys, _ = read_unknown(write(tmp_path, "plain.tsv", plain))
    assert ([row.values["text"] for row in table.rows], keys) == ([text for text, _ in ROWS], {})
    across = quoted("\t").replace("tea; no", "tea;\nno")  # quoted texts that span lines
    table, keys, _ = read_unknown(write(tmp_path, "quoted.tsv", across))
    assert keys == {"quoting": "minimal"}
    assert table.rows[2].values["text"] == "tea;\nno coffee"


@pytest.mark.parametrize(("encoding", "detected"), [("cp1252", "cp1252"), ("utf-16", "utf-16"), ("utf-8-sig", None)])
def test_encodings(tmp_path, encoding, detected):
    table, keys, _ = read_unknown(write(tmp_path, "x.csv", "Größe,label\nschön,gut\n", encoding))
    assert table.rows[0].values == {"Größe": "schön", "label": "gut"}
    assert keys.get("encoding") == detected


def test_a_first_line_of_data_is_no_header(tmp_path):
    lines = "".join(f"{text.replace(',', '')},{n % 2}\n" for n, (text, _) in enumerate(ROWS))
    table, keys, notes = read_unknown(write(tmp_path, "x.csv", lines))
    assert keys == {"header": ["column1", "column2"]} and len(table.rows) == len(ROWS)
    assert "first line" in notes[0]


TABLE = "text,label\n" + "".join(f"this is row {n},{'ab'[n % 2]}\n" for n in range(8))


@pytest.mark.parametrize(
    ("text", "expected", "note"),
    [
        (TABLE.replace("\n", ",,\n"), {}, "last 2 columns have neither a name nor values"),
        ("sep=,\n" + TABLE, {}, None),
        ("sep=;\n" + TABLE.replace(",", ";"), {"delimiter": ";"}, "separated by ';'"),
        ("Answers of May\n" + TABLE, {"skip_lines": 1}, "header is in line 2.*'Answers of May'"),
        ("Answers, May, 2024\n\n" + TABLE, {"skip_lines": 2}, "header is in line 3"),
        ("Answers,\nof May,\n" + TABLE, {"skip_lines": 2}, "header is in line 3"),
        ("sep=;\nAnswers;\n" + TABLE.replace(",", ";"), {"delimiter": ";", "skip_lines": 2}, "header is in line 3"),
        (TABLE.replace("text,label", "one row,a"), {"header": ["column1", "column2"]}, "first line holds data"),
    ],
)
def test_the_header_is_found(tmp_path, text, expected, note):
    table, keys, notes = read_unknown(write(tmp_path, "x.csv", text))
    assert keys == expected and len(table.rows) >= 8
    assert [list(row.values.values()) for row in table.rows][-1] == ["this is row 7", "b"]
    assert re.search(note, " ".join(notes)) if note else notes == []


def test_repeated_names_are_refused_by_name(tmp_path):
    with pytest.raises(IntertaskError, match="Two columns are named 'text'"):
        read_unknown(write(tmp_path, "x.csv", TABLE.replace("text,label", "text,text")))


@pytest.mark.parametrize(
    ("text", "file_format"),
    [
        ('{"a": 1}\n{"a": 2}\n', "jsonl"),
        ('[{"a": 1}]', "json"),
        ("a\tb\n1\t2\n", "tsv"),
        ("Anna B-PER\nsleeps O\n\nBo B-PER\nwakes O\n\n", "conll"),
    ],
)
def test_unknown_extensions(tmp_path, text, file_format):
    _, keys, _ = read_unknown(write(tmp_path, "x.txt", text))
    assert keys["format"] == file_format


def test_packed_and_missing(tmp_path):
    table, keys, _ = read_unknown(write(tmp_path, "x.csv.gz", quoted(";")))
    assert (len(table.rows), keys) == (len(ROWS), {"delimiter": ";"})
    with pytest.raises(IntertaskError, match="There is no file"):
        read_unknown(tmp_path / "nothing.csv")
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(IntertaskError, match="gzip"):
        read_unknown(tmp_path / "broken.csv.gz")


@pytest.mark.parametrize("title", ["", "Prices of the year\n"])
def test_decimal_commas_in_every_row_are_no_delimiter(tmp_path, title):
    rows = "".join(f"a text of some words {n};{n},5 EUR\n" for n in range(30))
    table, keys, _ = read_unknown(write(tmp_path, "x.csv", f"{title}text;price\n{rows}"))
    assert keys == {"delimiter": ";"} | ({"skip_lines": 1} if title else {})
    assert table.rows[0].values == {"text": "a text of some words 0", "price": "0,5 EUR"}
