"""What pages say about their origin: without secrets, and the same for the same results."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest

from intertask.reporting import provenance as module
from intertask.reporting.provenance import announce_command, command_line, commit, provenance


@pytest.fixture(autouse=True)
def variables(monkeypatch):
    monkeypatch.setenv(module.COMMAND, "{}")
    monkeypatch.delenv(module.EPOCH, raising=False)


def test_command_and_configuration_reach_the_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    elsewhere = tmp_path.parent / f"{tmp_path.name}-more.yaml"
    for path in (Path("configs/a b.yaml"), elsewhere):
        path.parent.mkdir(exist_ok=True)
        path.write_text("seed: 1\n")
    announce_command(["--cores", "2", "--configfile", "configs/a b.yaml"], [Path("configs/a b.yaml"), elsewhere])
    origin = provenance([])
    sha256 = hashlib.sha256(b"seed: 1\n").hexdigest()[:12]
    assert origin["command"] == "snakemake --cores 2 --configfile 'configs/a b.yaml'"
    assert origin["configuration"] == [("configs/a b.yaml", sha256), (elsewhere.name, sha256)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--storage-s3-secret-key", "hunter2"],
        ["--storage-s3-secret-key=hunter2", "--cores", "1"],
        ["--some-password", "hunter2"],
        ["--config", "seed=1", "hf_token=hunter2"],
        ["https://me:hunter2@host/data.csv"],
        ["--default-storage-prefix=s3://hunter2@bucket"],
    ],
)
def test_a_page_shows_no_secrets(arguments):
    shown = command_line(arguments)
    assert "hunter2" not in shown and module.HIDDEN in shown
    assert ("--cores 1" in shown) == ("--cores" in arguments)


def test_the_home_folder_is_abbreviated(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert command_line(["-d", "/home/ada/run"]) == "snakemake -d ~/run"


@pytest.mark.parametrize("value", ["", "no JSON", "[]", "3", '{"configuration": 3}'])
def test_an_unusual_variable_is_no_command(monkeypatch, value):
    monkeypatch.setenv(module.COMMAND, value)
    assert (provenance([])["command"], provenance([])["configuration"]) == ("", [])


def test_the_date_is_that_of_the_newest_result(tmp_path, monkeypatch):
    for name, seconds in (("old", 0), ("new", 1_000_000_000)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (seconds, seconds))
    results = [tmp_path / name for name in ("old", "new", "missing")]
    assert provenance(results)["date"] == "2001-09-09"
    assert provenance([tmp_path / "missing"])["date"] == ""
    monkeypatch.setenv(module.EPOCH, "86400")
    assert provenance(results)["date"] == "1970-01-02"
    monkeypatch.setenv(module.EPOCH, "9" * 30)
    assert provenance(results)["date"] == ""


def test_commit_of_a_clone(tmp_path):
    assert commit(tmp_path) == ""
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    (tmp_path / "src").mkdir()
    for name in ("src/code.py", "config.yaml"):
        (tmp_path / name).write_text("1\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout[:12]
    (tmp_path / "config.yaml").write_text("2\n")  # named by its checksum
    assert commit(tmp_path) == head
    (tmp_path / "src/code.py").write_text("2\n")
    assert commit(tmp_path) == f"{head} with changes"


def test_the_variable_is_json_for_any_words():
    announce_command(["--config", 'name="quoted" ü'], [])
    assert json.loads(os.environ[module.COMMAND])["configuration"] == []
    assert "ü" in provenance([])["command"]
