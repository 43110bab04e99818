import gzip

import numpy as np
import pandas as pd
import pytest

from intertask.errors import IntertaskError
from intertask.tables import read_table, write_table


def test_exact_text(tmp_path):
    path = tmp_path / "new" / "t.tsv"
    frame = pd.DataFrame(
        {
            "source": ["a", "b"],
            "k": pd.array([3, None], "Int64"),
            "score": [1 / 3, np.nan],
            "rank": [1.5, 2.0],
            "count": [7, 8],
        }
    )
    write_table(path, frame)
    assert path.read_bytes() == b"source\tk\tscore\trank\tcount\na\t3\t0.333333333333\t1.5\t7\nb\t\t\t2\t8\n"


def test_round_trip(tmp_path):
    frame = pd.DataFrame(
        {
            "source": ["NA", "1", "007", "1e5", "nan", "true", "Zürich"],
            "method": ["null", "None", 'a "b"', "n/a", "x", "y", "z"],
            "score": [0.5, -1e-9, np.nan, 1e30, 12.345678901, 100.0, -0.0],
        }
    )
    write_table(tmp_path / "t.tsv", frame)
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.tsv", ["source", "score"]), frame, rtol=1e-12)


def test_what_was_read_is_written_again_byte_for_byte(tmp_path):
    values = np.random.default_rng(0).normal(size=2000) * 10.0 ** np.random.default_rng(1).integers(-9, 9, 2000)
    write_table(tmp_path / "a.tsv", pd.DataFrame({"value": values}))
    write_table(tmp_path / "b.tsv", read_table(tmp_path / "a.tsv"))
    assert (tmp_path / "a.tsv").read_bytes() == (tmp_path / "b.tsv").read_bytes()
    np.testing.assert_allclose(read_table(tmp_path / "a.tsv")["value"], values, rtol=1e-11)


def test_a_failed_write_leaves_the_old_table(tmp_path):
    class Broken:
        def to_csv(self, path, **options):
            path.write_text("half")
            raise RuntimeError("killed")

    path = tmp_path / "t.tsv"
    write_table(path, pd.DataFrame({"value": [1]}))
    with pytest.raises(RuntimeError):
        write_table(path, Broken())
    assert path.read_text() == "value\n1\n"
    assert list(tmp_path.iterdir()) == [path]


def test_an_empty_table_keeps_its_columns(tmp_path):
    write_table(tmp_path / "t.tsv", pd.DataFrame(columns=["source", "score"]))
    assert list(read_table(tmp_path / "t.tsv", ["source", "score"]).columns) == ["source", "score"]


def test_other_spellings_of_a_missing_number_and_names_that_look_so(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("source\tvalue\nnan\tnan\nNA\tNA\nNaN\tNaN\nx\t1\n")
    frame = read_table(path)
    assert list(frame["source"]) == ["nan", "NA", "NaN", "x"]
    np.testing.assert_array_equal(frame["value"], [np.nan, np.nan, np.nan, 1])


def test_gzip(tmp_path):
    write_table(tmp_path / "t.tsv.gz", pd.DataFrame({"value": [1]}))
    assert gzip.decompress((tmp_path / "t.tsv.gz").read_bytes()) == b"value\n1\n"
    assert list(read_table(tmp_path / "t.tsv.gz")["value"]) == [1]


def test_missing_columns_name_the_file(tmp_path):
    path = tmp_path / "t.tsv"
    write_table(path, pd.DataFrame({"source": ["a"], "score": [1]}))
    with pytest.raises(IntertaskError, match=r"no column target, value; it has source, score") as error:
        read_table(path, ["source", "target", "value"])
    assert error.value.where == str(path)


@pytest.mark.parametrize("content", [b"", b"a\tb\n1\t2\t3\n1\t2\t3\t4\n", b"a\n\xff\xfe\n"])
def test_what_is_not_a_table_names_the_file(tmp_path, content):
    path = tmp_path / "t.tsv"
    path.write_bytes(content)
    with pytest.raises(IntertaskError, match="not a tab-separated table") as error:
        read_table(path)
    assert error.value.where == str(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(IntertaskError, match="missing"):
        read_table(tmp_path / "t.tsv")
