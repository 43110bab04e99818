"""JSON values that are read in parts."""

import pytest

from intertask.data.formats import json_values
from intertask.errors import IntertaskError


def test_depth_is_counted_through_lists_and_objects():
    assert json_values.parse('{"a": [1, {"b": NaN}]}', "f")["a"][0] == 1
    deep = "[" * json_values.MAX_DEPTH + "]" * json_values.MAX_DEPTH
    assert json_values.parse(deep, "f")
    with pytest.raises(IntertaskError, match="nested more than 100"):
        json_values.parse(f"[{deep}]", "f")
