import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intertask.config import Data
from intertask.data.formats import read_file
from intertask.errors import IntertaskError


def data(**keys):
    return Data(files={"train": "unused"}, **keys)


def values(table):
    return [row.values for row in table.rows]


def read(path, **keys):
    return values(read_file(path, data(**keys)))


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
    with pytest.raises(IntertaskError, match=r"'train.xlsx' says nothing of its format; known: csv") as error:
        read(write("train.xlsx", "x"))
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
    with pytest.raises(IntertaskError, match="Not a whole gzip file"):
        read(str(path))


def test_git_lfs_pointer(write):
    path = write("train.parquet", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(IntertaskError, match="Git LFS pointer"):
        read(path)


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
def test_broken_binary_file(extension, write):
    with pytest.raises(IntertaskError, match=f"Not an? {extension} file"):
        read(write(f"train.{extension}", "text"))


# encodings


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
    with pytest.raises(IntertaskError) as error:
        read(path)
    assert "utf-16" in error.value.fix
    assert read(path, encoding="utf-16") == [{"text": "ü", "label": "a"}]


def test_unknown_encoding(write):
    with pytest.raises(IntertaskError, match="no encoding 'utf9'"):
        read(write("train.csv", "text\nx\n"), encoding="utf9")


# csv and tsv


def test_csv_records_span_lines_and_know_their_first_line(write):
    path = write("train.csv", 'text,label\n"a\r\nb\nc",x\n\nlast,y\n')
    rows = read_file(path, data()).rows
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
    with pytest.raises(IntertaskError, match=r"\d cells, but 2 columns: text, label") as error:
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


# json


def test_json_records_under_a_dotted_key(write):
    path = write("train.json", json.dumps({"version": 1, "data": {"rows": ROWS}}))
    assert read(path, records="data.rows") == ROWS
    with pytest.raises(IntertaskError, match=r"no list under the key 'data\.items'"):
        read(path, records="data.items")


def test_json_object_without_a_key_names_the_lists(write):
    with pytest.raises(IntertaskError, match="not columns of one length") as error:
        read(write("train.json", json.dumps({"version": 1, "examples": ROWS})))
    assert "records: examples" in error.value.fix


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
        rows = read_file(path, data(records=None if "data" in value else "d")).rows
        assert [row.values["answers"] for row in rows] == [[{"text": "Ann", "answer_start": 0}], []]
        assert rows[1].where.endswith("question 2")
        assert rows[1].values["id"] == "2" and rows[1].values["context"] == "Ann is here."


@pytest.mark.parametrize("paragraphs", [None, [None], [{"context": "c", "qas": ["q"]}], [{"qas": 3}]])
def test_squad_of_another_layout(paragraphs, write):
    with pytest.raises(IntertaskError, match="Not SQuAD's layout"):
        read(write("train.json", json.dumps({"data": [{"paragraphs": paragraphs}]})))


# columns of tokens


def test_conll_columns_by_number(write):
    text = "-DOCSTART- -X- O\n\nEU NNP B-ORG\nrejects VBZ O\n\n \n# NN O\n1 CD O"
    rows = read_file(write("train.conll", text), data()).rows
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
    with pytest.raises(IntertaskError, match="1 columns, but the lines before have 2") as error:
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


def test_label_names_in_the_metadata_of_parquet(tmp_path):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
        | {"tags": datasets.Sequence(datasets.ClassLabel(names=["O", "B-X"]))}
    )
    dataset = datasets.Dataset.from_list([{"text": "x", "label": 1, "tags": [0, 1]}], features=features)
    dataset.to_parquet(tmp_path / "train.parquet")
    table = read_file(str(tmp_path / "train.parquet"), data())
    assert table.class_names == {"label": ["no", "yes"], "tags": ["O", "B-X"]}


def test_text_of_a_parquet_file_that_is_not_utf_8(tmp_path):
    table = pa.table({"text": pa.array([b"caf\xe9"]).view(pa.string())})
    pq.write_table(table, tmp_path / "train.parquet")
    with pytest.raises(IntertaskError, match="Not a parquet file"):
        read(str(tmp_path / "train.parquet"))


def test_damaged_offsets_of_an_arrow_file(write):
    # Two texts, three offsets (0, 3, 6); the second is made negative.
    table = pa.table({"text": ["abc", "def"]})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue().to_pybytes()
    offsets = b"".join(n.to_bytes(4, "little", signed=True) for n in (0, 3, 6))
    assert content.count(offsets) == 1
    damaged = b"".join(n.to_bytes(4, "little", signed=True) for n in (0, -3, 6))
    with pytest.raises(IntertaskError, match="Not an arrow file"):
        read(write("train.arrow", content.replace(offsets, damaged)))
