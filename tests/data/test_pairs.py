"""Whether examples are pairs: from the rows, or from the facts of a task without rows."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from intertask.data.pairs import mostly_pairs


@pytest.mark.parametrize(("second", "expected"), [(["b", "b", None], True), (["b", None, None], False)])
def test_from_the_rows(tmp_path, second, expected):
    pq.write_table(pa.table({"text_a": ["a"] * 3, "text_b": pa.array(second, pa.string())}), tmp_path / "train.parquet")
    assert mostly_pairs(tmp_path, {"type": "classification"}) is expected


def test_without_rows(tmp_path):
    assert mostly_pairs(tmp_path, {"type": "classification", "paired": True})
    assert not mostly_pairs(tmp_path, {"type": "tagging"})
