"""Unknown files: delimiter, quoting, encoding, header and format are detected."""

import gzip

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
    with pytest.raises(IntertaskError, match="cannot be read"):
        read_unknown(tmp_path / "nothing.csv")
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(IntertaskError, match="gzip"):
        read_unknown(tmp_path / "broken.csv.gz")
