"""Answers of nvidia-smi, from a program that replaces it."""

import pytest

from intertask.execution.nvidia_smi import ask_nvidia_smi, find_nvidia_smi


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    def write(script: str) -> None:
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return write


def test_its_output(stand_in):
    stand_in('echo "GPU $1"')
    assert ask_nvidia_smi("-L") == "GPU -L\n"


@pytest.mark.parametrize("script", ["echo GPU; exit 9", "exec sleep 600"])
def test_failing_and_hanging_give_nothing(stand_in, script):
    stand_in(script)
    assert ask_nvidia_smi("-L", timeout=2) == ""


def test_entries_of_the_path_that_cannot_be_read_are_passed_over(stand_in, monkeypatch, tmp_path):
    """A folder of another user gives the same error as a name that is too long, also where the tests run as root."""
    stand_in("echo GPU")
    monkeypatch.setenv("PATH", f"/{'x' * 5000}::{tmp_path}:/usr/bin:/bin")
    assert find_nvidia_smi() == tmp_path / "nvidia-smi" and ask_nvidia_smi() == "GPU\n"


def test_it_is_not_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_nvidia_smi() is None and ask_nvidia_smi("-L") == ""
