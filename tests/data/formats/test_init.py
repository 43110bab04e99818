"""Files of every format: names, encodings, packing."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_rows import read

from intertask.errors import IntertaskError

ROWS = [{"text": "one, two", "label": "a"}, {"text": "é “quoted” 漢字", "label": "b"}]


def as_bytes(form, tmp_path):
    table = pa.Table.from_pylist(ROWS)
    if form == "parquet":
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        return sink.getvalue().to_pybytes()
    if form in ("arrow_file", "arrow_stream"):
        sink = pa.BufferOutputStream()
        make = pa.ipc.new_file if form == "arrow_file" else pa.ipc.new_stream
        with make(sink, table.schema) as writer:
            writer.write_table(table)
        return sink.getvalue().to_pybytes()
    return {
        "csv": 'text,label\n"one, two",a\né “quoted” 漢字,b\n',
        "tsv": "text\tlabel\none, two\ta\né “quoted” 漢字\tb\n",
        "jsonl": "".join(json.dumps(row) + "\n" for row in ROWS),
        "json": json.dumps(ROWS),
        "json_columns": json.dumps({key: [row[key] for row in ROWS] for key in ROWS[0]}),
        "json_pandas": json.dumps({key: {str(n): row[key] for n, row in enumerate(ROWS)} for key in ROWS[0]}),
        "json_lines": "".join(json.dumps(row) + "\n" for row in ROWS),
    }[form].encode()


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize(
    ("form", "extension"),
    [
        ("csv", "csv"),
        ("tsv", "tsv"),
        ("jsonl", "jsonl"),
        ("jsonl", "ndjson"),
        ("json", "json"),
        ("json_columns", "json"),
        ("json_pandas", "json"),
        ("json_lines", "json"),
        ("parquet", "parquet"),
        ("arrow_file", "arrow"),
        ("arrow_file", "feather"),
        ("arrow_stream", "arrow"),
    ],
)
def test_each_format_gives_the_same_rows(form, extension, packed, write, tmp_path):
    path = write(f"train.{extension}{packed}", as_bytes(form, tmp_path))
    assert read(path) == ROWS


def test_format_can_be_stated_for_any_name(write):
    assert read(write("train.txt", "text\tlabel\nx\ta\n"), format="tsv") == [{"text": "x", "label": "a"}]


def test_unknown_extension(write):
    with pytest.raises(IntertaskError, match=r"The format of 'train.dat' is unknown. Known extensions: csv") as error:
        read(write("train.dat", "x"))
    assert "data: format" in error.value.fix


def test_no_such_file(tmp_path):
    with pytest.raises(IntertaskError, match="There is no file"):
        read(str(tmp_path / "absent.csv"))


def test_a_folder_is_not_a_file(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(IntertaskError, match="cannot be read"):
        read(str(tmp_path / "folder.csv"))


@pytest.mark.parametrize("content", [b"not gzip at all", b"\x1f\x8b\x08\x00broken"])
def test_broken_gzip(content, tmp_path):
    path = tmp_path / "train.csv.gz"
    path.write_bytes(content)
    with pytest.raises(IntertaskError, match="The gzip file is damaged"):
        read(str(path))


def test_git_lfs_pointer(write):
    path = write("train.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(IntertaskError, match="Git LFS pointer"):
        read(path)


def test_encoding_error_names_the_line(write):
    path = write("train.csv", "text,label\ngood,a\ncaf\xe9,b\n".encode("latin-1"))
    with pytest.raises(IntertaskError, match="Not utf-8 text: byte 0xe9") as error:
        read(path)
    assert error.value.where.endswith("line 3")
    assert "latin-1" in error.value.fix
    assert read(path, encoding="latin-1")[1]["text"] == "café"


def test_byte_order_mark_is_not_part_of_a_name(write):
    assert read(write("train.csv", b"\xef\xbb\xbftext,label\nx,a\n")) == [{"text": "x", "label": "a"}]
    assert read(write("train.jsonl", b'\xef\xbb\xbf{"text": "x"}\n')) == [{"text": "x"}]


def test_utf_16(write):
    path = write("train.csv", "text,label\nü,a\n".encode("utf-16"))
    assert read(path) == read(path, encoding="utf-16") == [{"text": "ü", "label": "a"}]


def test_unknown_encoding(write):
    with pytest.raises(IntertaskError, match="no encoding 'utf9'"):
        read(write("train.csv", "text\nx\n"), encoding="utf9")
