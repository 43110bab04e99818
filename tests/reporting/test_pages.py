"""Writing pages: text from data is escaped, and sorting keys are numbers or empty."""

import math

import jinja2
import pytest

from intertask.reporting.pages import sort_key, write_page


def test_sort_keys():
    assert [sort_key(value) for value in (1.5, 0, math.nan, None)] == ["1.5", "0", "", ""]


def test_a_missing_value_is_an_error(tmp_path):
    with pytest.raises(jinja2.UndefinedError):
        write_page(tmp_path / "page.html", "report.html")
    assert list(tmp_path.iterdir()) == []
