"""Tables of transfers: what can be read, and the messages where it cannot."""

import gzip

import pytest
from transfer_tables import HEADER, ROWS, config, fails

from intertask.transfers import import_observed, observed_settings, read_runs


def test_gzip_byte_order_mark_blank_lines_and_more_columns(tmp_path):
    text = "\ufeffnote\t" + HEADER + "\r\n" + "\r\n".join("x\t" + row.replace(" ", "\t") for row in ROWS) + "\r\n\r\n"
    path = tmp_path / "table.tsv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert len(import_observed(config(path), ["a", "b"], ["t"]).runs) == 6
    assert observed_settings(config(path)) == ["s"]


@pytest.mark.parametrize(
    ("header", "rows", "match", "where"),
    [
        (HEADER.replace("metric\t", ""), ["s t a 1 80"], "no column 'metric'", "line 1"),
        (HEADER.replace("\t", ","), ["s,t,a,1,accuracy,80"], "no column 'setting'; it has setting,target", "line 1"),
        ("", [], "no column 'setting'", "line 1"),
        (HEADER, [], "no rows", "table.tsv"),
        (HEADER, [*ROWS, "s t b x accuracy 5"], "seed: 'x' is not a whole number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy 7o"], "value: '7o' is not a number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy inf"], "'inf' is not a number", "line 8"),
        (HEADER, [*ROWS, "s t b 3 accuracy"], "5 fields, but the header has 6", "line 8"),
        (HEADER, [*ROWS, "s  b 3 accuracy 5"], "'target' is empty", "line 8"),
        (HEADER, [*ROWS, "s t b 3 f1 5"], "accuracy and in f1", "lines 2 and 8"),
    ],
)
def test_wrong_tables(write, header, rows, match, where):
    path = write(rows, header)
    fails(lambda: import_observed(config(path), ["a", "b"], ["t"]), match, where)


def test_unreadable_files(tmp_path):
    fails(lambda: observed_settings(config(tmp_path / "none.tsv")), "There is no file", "config: observed")
    (tmp_path / "no.tsv.gz").write_bytes(b"not gzip")
    fails(lambda: observed_settings(config(tmp_path / "no.tsv.gz")), "table cannot be read", "no.tsv.gz")
    (tmp_path / "latin.tsv").write_bytes(HEADER.encode() + b"\ns\t\xe9\n")
    fails(lambda: read_runs(tmp_path / "latin.tsv"), "table cannot be read")
