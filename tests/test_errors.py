"""The message of an error says what, where and how to fix it; scripts end with it and without a traceback."""

import errno
import os
import pickle
import subprocess
import sys

import pytest

from intertask.errors import IntertaskError, UnavailableError, did_you_mean, exit_on_user_error, without_secrets


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
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "results/a.json"), "There is no space left on the disk."),
        (OSError("Error writing bytes to file. Detail: [errno 28] No space left on device"), "There is no space left"),
        (RuntimeError('Error: Io(Os { code: 28, message: "No space left on device" })'), "There is no space left"),
        (OSError(errno.EDQUOT, "Disk quota exceeded", "a"), "The disk quota is used up."),
        (OSError(errno.EROFS, "Read-only file system", "a"), "The file system is read-only."),
        (OSError(errno.ENAMETOOLONG, "File name too long", "a" * 5000), "The name of a file is too long."),
        (PermissionError(errno.EACCES, "Permission denied", "a"), "The permission is missing."),
        (MemoryError(), "There is not enough memory."),
    ],
)
def test_errors_of_the_machine_are_one_message(capsys, error, message):
    def main():
        raise error

    with pytest.raises(SystemExit) as end:
        exit_on_user_error(main)
    printed = capsys.readouterr().err
    assert end.value.code == 1
    assert printed.startswith(f"Error: {message}") and "run the same command again to continue" in printed
    assert len(printed) < 600


def test_other_errors_are_not_hidden():
    with pytest.raises(ZeroDivisionError):
        exit_on_user_error(lambda: 1 / 0)
    with pytest.raises(FileNotFoundError):
        exit_on_user_error(lambda: os.stat("/no/such/file"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:secret@host/a.csv", "https://***@host/a.csv"),
        ("no answer from ftp://ann@host/a", "no answer from ftp://***@host/a"),
        ("https://host/a?token=abc&x=1", "https://host/a?token=***&x=1"),
        ("https://host/a?x=1&X-Amz-Signature=abc", "https://host/a?x=1&X-Amz-Signature=***"),
        ("https://ann:se@cret@host/a.csv", "https://***@host/a.csv"),
        ("https://host/a.zip?pwd=abc!b.csv, line 2", "https://host/a.zip?pwd=***!b.csv, line 2"),
        ("the token hf_abcdefghij is wrong", "the token hf_*** is wrong"),
        ("https://host/a?page=1", "https://host/a?page=1"),
        ("a@b.org and 'x: y'", "a@b.org and 'x: y'"),
    ],
)
def test_secrets_are_masked_in_every_message(text, shown):
    assert without_secrets(text) == shown
    assert str(IntertaskError(text, text, text)) == f"{shown}\n  where: {shown}\n  to do: {shown}"


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
