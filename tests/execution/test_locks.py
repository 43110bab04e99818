"""Kernel locks: freed when their process dies, respected while it lives."""

import errno
import fcntl
import signal
import subprocess
import sys

import pytest
from waiting import DEADLINE_SECONDS

from intertask.execution.locks import Presence, exclusive

HOLD = """
import sys, time
from intertask.execution.locks import {function}

kept = {function}(sys.argv[1])
{enter}
print("holding", flush=True)
time.sleep(3600)
"""


@pytest.fixture
def holder():
    """Starts a process that holds a lock; ends it with the test."""
    processes = []

    def start(function: str, path) -> subprocess.Popen:
        enter = "kept.__enter__()" if function == "exclusive" else ""
        code = HOLD.format(function=function, enter=enter)
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "holding\n"
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.wait()


def snakemake_locks(folder):
    (folder / "locks").mkdir()
    lock = folder / "locks" / "0.output.lock"
    lock.write_text("results/x\n")
    return lock


def test_locks_of_a_dead_run_are_removed(tmp_path, holder):
    lock = snakemake_locks(tmp_path)
    run = holder("Presence", tmp_path)
    run.kill()
    run.wait()
    Presence(tmp_path).remove_stale_locks()
    assert not lock.exists()


def test_locks_of_a_live_run_are_kept(tmp_path, holder):
    lock = snakemake_locks(tmp_path)
    run = holder("Presence", tmp_path)
    second = Presence(tmp_path)
    second.remove_stale_locks()
    assert lock.exists()
    run.kill()
    run.wait()
    second.remove_stale_locks()
    assert not lock.exists()


def test_a_dry_run_beside_it_still_says_that_it_is_alive(tmp_path):
    lock = snakemake_locks(tmp_path)
    first, second = Presence(tmp_path), Presence(tmp_path)
    second.remove_stale_locks()  # fails, and must not give up its own mark
    first.close()
    Presence(tmp_path).remove_stale_locks()
    assert lock.exists()


def test_a_snakemake_inside_a_cluster_job_keeps_the_locks_of_its_run(tmp_path):
    lock = snakemake_locks(tmp_path)
    inside = Presence(tmp_path, main=False)  # its run has just been killed
    inside.remove_stale_locks()
    assert lock.exists()
    outside = Presence(tmp_path)
    outside.remove_stale_locks()
    assert lock.exists()
    inside.close()
    outside.remove_stale_locks()
    assert not lock.exists()


def test_a_second_job_waits_for_an_orphan(tmp_path, holder, capsys):
    orphan = holder("exclusive", tmp_path / "lock")
    subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.5); os.kill({orphan.pid}, 9)"])
    with exclusive(tmp_path / "lock"):
        assert orphan.wait(DEADLINE_SECONDS) == -signal.SIGKILL
    assert "This job waits" in capsys.readouterr().out


def test_a_free_lock_is_taken_at_once(tmp_path, capsys):
    with exclusive(tmp_path / "new" / "lock"):
        pass
    assert capsys.readouterr().out == ""


def test_without_locks_of_the_file_system_a_message_warns(tmp_path, capsys, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with exclusive(tmp_path / "lock"):
        pass
    assert "No lock: " in capsys.readouterr().out
