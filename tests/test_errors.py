"""The message of an error says what, where and how to fix it; scripts end with it and without a traceback."""

import os
import pickle
import subprocess
import sys

import pytest

from intertask.errors import IntertaskError, UnavailableError, did_you_mean, exit_on_user_error


def test_a_message_has_what_where_and_fix():
    assert str(IntertaskError("It is wrong.", "a.yaml", "correct it")) == (
        "It is wrong.\n  where: a.yaml\n  to do: correct it"
    )
    assert str(IntertaskError("It is wrong.")) == "It is wrong."


def test_an_error_comes_whole_from_another_process():
    error = pickle.loads(pickle.dumps(UnavailableError("It is gone.", "a.csv", "fetch it")))
    assert type(error) is UnavailableError
    assert (error.what, error.where, error.fix) == ("It is gone.", "a.csv", "fetch it")


def test_the_nearest_name_or_the_known_ones():
    assert did_you_mean("rtte", ["sst2", "rte"]) == "did you mean 'rte'?"
    assert did_you_mean("x", ["b", "a"]) == "known: a, b"
    assert did_you_mean("x", []) == "known: none"
    assert did_you_mean("?", map(str, range(100, 130))).endswith("119, …")


def test_a_script_ends_with_the_message_alone(capsys):
    def main():
        raise IntertaskError("It is wrong.", "a.yaml")

    with pytest.raises(SystemExit) as end:
        exit_on_user_error(main)
    assert end.value.code == 1
    assert capsys.readouterr().err == "Error: It is wrong.\n  where: a.yaml\n"
    exit_on_user_error(lambda: None)  # does not raise


@pytest.mark.parametrize(
    ("encoding", "printed"), [("ascii", "caf? ? ?"), ("cp1252", "café – ?"), ("utf-8", "café – 猫")]
)
def test_what_the_terminal_cannot_show_is_replaced(encoding, printed):
    code = """
from intertask.errors import IntertaskError, exit_on_user_error
def main():
    print("café – 猫 \\ud800")
    raise IntertaskError("café – 猫 \\ud800")
exit_on_user_error(main)
"""
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert run.returncode == 1
    assert run.stdout.decode(encoding).strip() == f"{printed} ?"
    assert run.stderr.decode(encoding).strip() == f"Error: {printed} ?"
