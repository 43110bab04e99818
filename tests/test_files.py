"""Atomic writes, fingerprints, and results that no longer fit what they were made from."""

import pytest

from intertask.errors import IntertaskError
from intertask.files import atomic, check_made_from, fingerprint, read_json, write_json


def test_a_result_made_from_the_current_parts_passes():
    recorded = {"data": "1", "adapter": "2", "model": "before"}
    check_made_from("The transfer", "a.json", recorded, {"data": "1", "adapter": "2"})  # does not raise


@pytest.mark.parametrize(("part", "recorded"), [("data", {"data": "0"}), ("adapter", {"data": "1"})])
def test_a_result_made_from_other_parts_is_refused(part, recorded):
    with pytest.raises(IntertaskError, match=f"The transfer is out of date: the {part} changed") as error:
        check_made_from("The transfer", "a.json", recorded, {"data": "1", "adapter": "2"})
    assert (error.value.where, error.value.fix) == ("a.json", "delete a.json and run again")


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path):
    write_json(tmp_path / "a.json", {"b": "ü"})
    with pytest.raises(ZeroDivisionError), atomic(tmp_path / "a.json") as temporary:
        temporary.write_text("half")
        1 / 0  # noqa: B018
    assert read_json(tmp_path / "a.json") == {"b": "ü"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_fingerprints_do_not_depend_on_the_order_of_keys():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1}) != fingerprint({"a": 1, "b": 3})
