"""Parquet and Arrow."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from raw_rows import read, settings

from intertask.data.formats import read_file
from intertask.errors import IntertaskError


@pytest.mark.parametrize("extension", ["parquet", "arrow"])
def test_broken_binary_file(extension, write):
    with pytest.raises(IntertaskError, match=f"not in the {extension} format"):
        read(write(f"train.{extension}", "text"))


def test_label_names_in_the_metadata_of_parquet(tmp_path):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])}
        | {"tags": datasets.Sequence(datasets.ClassLabel(names=["O", "B-X"]))}
    )
    dataset = datasets.Dataset.from_list([{"text": "x", "label": 1, "tags": [0, 1]}], features=features)
    dataset.to_parquet(tmp_path / "train.parquet")
    table = read_file(str(tmp_path / "train.parquet"), settings())
    assert table.class_names == {"label": ["no", "yes"], "tags": ["O", "B-X"]}


def test_text_of_a_parquet_file_that_is_not_utf_8(tmp_path):
    table = pa.table({"text": pa.array([b"caf\xe9"]).view(pa.string())})
    pq.write_table(table, tmp_path / "train.parquet")
    with pytest.raises(IntertaskError, match="not in the parquet format"):
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
    with pytest.raises(IntertaskError, match="not in the arrow format"):
        read(write("train.arrow", content.replace(offsets, damaged)))
