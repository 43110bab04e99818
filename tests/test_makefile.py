"""The Makefile: which packages are asked from which index, and what make prints."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from paths import ROOT

INDEX = "https://packages.example/cpu"
#: Replaces Python and records how it was called; ``-m venv`` copies it into the new environment.
STAND_IN = """#!/bin/sh
echo "$@" >> "$CALLS"
if [ "$2" = venv ]; then mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; fi
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "fake-python").write_text(STAND_IN, encoding="utf-8")
    (tmp_path / "fake-python").chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str) -> tuple[str, list[str]]:
    """Run make; returns what it printed and the calls of pip."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    outside = ("TORCH_INDEX", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKECMDGOALS")
    environment = {name: value for name, value in os.environ.items() if name not in outside}
    done = subprocess.run(
        ["make", "PYTHON=./fake-python", *arguments], cwd=folder, text=True, capture_output=True, check=True,
        env=environment | {"CALLS": str(folder / "calls")},
    )  # fmt: skip
    calls = (folder / "calls").read_text(encoding="utf-8").splitlines() if (folder / "calls").exists() else []
    return done.stdout, [call for call in calls if call.startswith("-m pip")]


def test_only_torch_comes_from_the_index_for_torch(folder):
    _, calls = make(folder, "setup", f"TORCH_INDEX={INDEX}")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    torch = next(line for line in lock if line.startswith("torch=="))
    of_index = [call for call in calls if INDEX in call]
    assert len(of_index) == 1 and of_index[0].endswith(f"--index-url {INDEX} --no-deps {torch}")
    assert calls.index(of_index[0]) == 0  # what is installed already is not looked up again
    assert calls[1].endswith("-r requirements.lock")


def test_without_that_index_there_is_none(folder):
    _, calls = make(folder, "setup")
    assert len(calls) == 2 and not any("index" in call or "torch==" in call for call in calls)


def test_setup_says_how_to_activate_the_environment(folder):
    for _ in range(2):  # also where the environment exists already
        printed, calls = make(folder, "setup", "VENV=my-env")
        assert printed.splitlines()[-1].endswith(". my-env/bin/activate")
    assert len(calls) == 2


def test_help_lists_every_target(folder):
    printed, _ = make(folder, "help")
    listed = {line.split()[1] for line in printed.splitlines() if line.startswith("make ")}
    assert listed == {"results", "test", "test-fast", "check", "setup", "lock", "clean", "fuzz", "help"}
