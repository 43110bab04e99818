"""Names, one value or a list, and reading YAML."""

import pytest
from pydantic import ValidationError

from intertask.config.base import Strict, Strings, plain_name, read_yaml
from intertask.config.task import Task
from intertask.errors import IntertaskError

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


@pytest.mark.parametrize(
    ("content", "message", "location"),
    [
        (b"type: [", "not valid YAML", "mine.yaml, line 1"),
        (b"- a\n- b\n", "does not consist of 'key: value' lines", "mine.yaml"),
        (b"", "does not consist of 'key: value' lines", "mine.yaml"),
        ("description: café\n".encode("latin-1"), "not UTF-8 text", "mine.yaml"),
        (None, "There is no file", "mine.yaml"),
    ],
)
def test_files_that_are_not_yaml_mappings(content, message, location, tmp_path):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IntertaskError, match=message) as error:
        read_yaml(path)
    assert error.value.where.endswith(location) and error.value.fix
