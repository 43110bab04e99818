"""Opening and unpacking files with bounds."""

import bz2
import gzip
import lzma
import os

import pyarrow as pa
import pytest
from raw_rows import read

from intertask.data.formats import streams
from intertask.errors import IntertaskError

CONTENT = b"text,label\nx,a\n"


@pytest.mark.parametrize("packed", [gzip.compress, bz2.compress, lzma.compress, pa.Codec("zstd").compress])
def test_packed_files_are_unpacked_whatever_their_name(packed, write):
    assert read(write("train.csv", bytes(packed(CONTENT)))) == [{"text": "x", "label": "a"}]


def test_pipes_folders_and_bombs_are_refused(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(IntertaskError, match="is a named pipe"):
        read(str(tmp_path / "pipe.csv"))
    monkeypatch.setattr(streams, "_FREE_MEMORY", 1_000_000)
    (tmp_path / "bomb.csv").write_bytes(gzip.compress(CONTENT + b"x,a\n" * 2_000_000))
    with pytest.raises(IntertaskError, match="200 times the memory"):
        read(str(tmp_path / "bomb.csv"))
    monkeypatch.setattr(streams, "MAX_RECORD", 1_000_000)
    (tmp_path / "line.jsonl").write_bytes(b'{"text": "' + b"x" * 3_000_000)
    with pytest.raises(IntertaskError, match="more than 1,000,000 characters") as error:
        read(str(tmp_path / "line.jsonl"))
    assert error.value.where.endswith("line 1")
