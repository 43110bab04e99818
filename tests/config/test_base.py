"""Names, one value or a list."""

import pytest
from pydantic import ValidationError

from intertask.config.base import Strict, Strings, plain_name
from intertask.config.task import Task

TASK = {"type": "classification", "data": {"hub": "owner/name"}}


class Section(Strict):
    words: Strings
    more: Strings | None = None


@pytest.mark.parametrize("name", ["a/b", "../a", ".hidden", "-flag", "a b", "ä", ""])
def test_names_that_cannot_be_folders(name):
    with pytest.raises(ValueError, match="cannot be the name of a folder"):
        plain_name(name)


def test_none_is_the_name_of_the_transfer_without_a_source():
    with pytest.raises(ValueError, match="'none' is the name of the transfer without a source"):
        plain_name("none")


def test_names_of_tasks_have_no_dot():
    assert plain_name("v1.0") == "v1.0"
    with pytest.raises(ValidationError, match=r"the adapters library allows no '\.' there"):
        Task(name="v1.0", **TASK)


def test_one_value_is_a_list_in_the_code_and_is_dumped_as_it_was_written():
    for written in ("a", ["a"], ["a", "b"]):
        section = Section(words=written, more=written)
        assert section.words == section.more == ([written] if written == "a" else written)
        assert section.model_dump() == {"words": written, "more": written}
        assert Section.model_validate(section.model_dump()) == section
    assert Section(words=[]).more is None
    assert {"type": "string"} in Section.model_json_schema()["properties"]["words"]["anyOf"]


def test_a_section_does_not_change_after_reading():
    with pytest.raises(ValidationError, match="frozen"):
        Section(words="a").words = ["b"]
