"""Raw rows."""

from intertask.data.formats.table import RawRow, numbered_lines


def test_location_counts_in_the_unit_of_the_source():
    assert RawRow({}, "train.csv", 3).location == "train.csv, line 3"
    assert RawRow({}, "train.json", 7, "question").location == "train.json, question 7"


def test_lines_end_at_line_feeds_only():
    assert list(numbered_lines("a\u2028b\r\n\x0cc")) == [(1, "a\u2028b"), (2, "\x0cc")]
