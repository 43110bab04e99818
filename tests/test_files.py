"""Atomic writes, fingerprints, and results that no longer fit what they were made from."""

import json

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


CONTENT = {"value": 87.5, "name": "ü", "list": [1, None, True], "inner": {"b": 1e-9, "a": float("inf")}}


def test_a_json_file_is_read_as_it_was_written(tmp_path):
    write_json(tmp_path / "a.json", CONTENT | {3: "a number as a key"})
    assert read_json(tmp_path / "a.json") == CONTENT | {"3": "a number as a key"}
    (tmp_path / "old.json").write_text(json.dumps(CONTENT))  # of a version without checksums
    assert read_json(tmp_path / "old.json") == CONTENT
    write_json(tmp_path / "list.json", [1, 2])
    assert read_json(tmp_path / "list.json") == [1, 2]


def test_any_changed_bit_is_noticed(tmp_path):
    """Unless it only changes white space, which changes no value."""
    path = tmp_path / "a.json"
    write_json(path, CONTENT)
    written = path.read_bytes()
    for place in range(len(written)):
        for bit in (0, 1, 4):
            changed = bytearray(written)
            changed[place] ^= 1 << bit
            path.write_bytes(changed)
            try:
                found = read_json(path)
            except IntertaskError as error:
                assert error.fix.startswith("delete the file and run again")
            else:
                # The key of the checksum itself was hit, or white space: the content is what was written.
                assert {key: found[key] for key in CONTENT} == CONTENT
    path.write_bytes(written[: len(written) // 2])
    with pytest.raises(IntertaskError, match="is not valid JSON"):
        read_json(path)


def test_a_changed_value_is_one_message(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, CONTENT)
    path.write_text(path.read_text(encoding="utf-8").replace("87.5", "97.5"), encoding="utf-8")
    with pytest.raises(IntertaskError, match="was changed after it was written"):
        read_json(path)
