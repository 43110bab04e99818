"""The frame of every script: options, messages, and the end of the process."""

import os
import signal
import subprocess
import sys
from importlib.metadata import version

import pytest

from intertask.execution import script


def test_the_recipe_is_json_and_all_options_are_required(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x.py", "--recipe", '{"a": [1]}', "--out", "o"])
    options = script.arguments("What it does.\n\nMore.", "out")
    assert (options.recipe, options.out) == ({"a": [1]}, "o")
    monkeypatch.setattr(sys, "argv", ["x.py", "--recipe", "{}"])
    with pytest.raises(SystemExit):
        script.arguments("What it does.", "out")
    assert "--out" in capsys.readouterr().err


def python(tmp_path, body: str) -> subprocess.CompletedProcess:
    path = tmp_path / "job.py"
    path.write_text(f"from intertask.execution.script import run\ndef main():\n    {body}\nrun(main)\n")
    return subprocess.run([sys.executable, path], capture_output=True, text=True)


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        ("print('good')", 0, ""),
        ("from intertask.errors import IntertaskError as E; raise E('Bad.', 'x.csv', 'fix it')", 1, "Error: Bad."),
        ("raise ValueError('a bug')", 1, "Traceback"),
    ],
)
def test_a_user_s_mistake_is_one_message_and_a_bug_a_traceback(tmp_path, body, code, error):
    done = python(tmp_path, body)
    assert done.returncode == code and done.stderr.startswith(error)
    assert done.stdout == ("" if code else "good\n")


def test_an_interrupt_is_one_line(tmp_path):
    done = python(tmp_path, "raise KeyboardInterrupt")
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "Interrupted.\n")


def test_a_script_ends_without_the_interpreter_s_cleanup(tmp_path):
    assert python(tmp_path, "import atexit; atexit.register(print, 'cleanup')").stdout == ""


@pytest.mark.parametrize("before", [["-OO"], ["-m", "intertask.execution.launch", "--cold"]])
def test_jobs_keep_docstrings_under_python_oo(tmp_path, before):
    """``python -OO`` and ``PYTHONOPTIMIZE=2`` drop docstrings, but transformers reads those of its model classes."""
    job = tmp_path / "job.py"
    imports = "from intertask.execution.script import arguments, run"
    job.write_text(f'"""What it does."""\n{imports}\nrun(lambda: print(__doc__, arguments(__doc__, "out").out))\n')
    command = [sys.executable, *before, job, "--recipe", "{}", "--out", "o"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONOPTIMIZE": "2"})
    assert (done.stdout, done.stderr, done.returncode) == ("What it does. o\n", "", 0)


def test_versions_are_those_installed():
    assert script.versions()["torch"] == version("torch") and "intertask" in script.versions()
