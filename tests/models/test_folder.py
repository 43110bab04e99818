"""Files of model folders that no reader may wait for, and JSON that no reader can read."""

import json
import os
import socket

import pytest

from intertask.errors import IntertaskError
from intertask.models import folder as folders
from intertask.models.folder import model_files, read_model_json, read_model_object


def test_files_of_folders_and_links_are_found_once(tmp_path):
    (tmp_path / "m" / "inner").mkdir(parents=True)
    (tmp_path / "m" / "config.json").write_text("{}")
    (tmp_path / "m" / "inner" / "back").symlink_to(tmp_path / "m")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x.json").write_text("{}")
    (tmp_path / "m" / "linked").symlink_to(tmp_path / "other")
    (tmp_path / "m" / "gone").symlink_to(tmp_path / "nowhere")
    found = [path.relative_to(tmp_path / "m").as_posix() for path in model_files(tmp_path / "m", "m")]
    assert found == ["config.json", "linked/x.json"]


def pipe(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def bound_socket(path):
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize("make", [pipe, device, bound_socket])
@pytest.mark.parametrize("name", ["model.safetensors", "inner/x.json"])
def test_what_has_no_end_is_refused(tmp_path, monkeypatch, make, name):
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    make(type(tmp_path)(name))
    with pytest.raises(IntertaskError, match="not a regular file") as error:
        model_files(tmp_path, "m")
    assert error.value.where == str(tmp_path / name)


def test_a_folder_of_everything_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MAX_FILES", 3)
    for i in range(4):
        (tmp_path / f"{i}.txt").touch()
    with pytest.raises(IntertaskError, match="more than 3 files"):
        model_files(tmp_path, "m")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b"[" * 60 + b"]" * 60, "50 levels"),
        (b'{"a": ' * 100_000, "50 levels"),
        (b'"' + b"x" * 200 + b'"', "more than 0 MB"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_json_that_cannot_be_read_is_one_message(tmp_path, monkeypatch, content, reason):
    if reason == "more than 0 MB":
        monkeypatch.setattr(folders, "MAX_BYTES", 100)
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(IntertaskError, match=reason) as error:
        read_model_json(path, "a/b")
    assert "config.json of the model a/b" in error.value.what and error.value.where == str(path) and error.value.fix


@pytest.mark.parametrize("content", [[], [{}], "text", None, 3])
def test_a_configuration_is_an_object(tmp_path, content):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(content))
    assert read_model_json(path, "m") == content
    with pytest.raises(IntertaskError, match="instead of an object"):
        read_model_object(path, "m")
