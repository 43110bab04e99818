"""Kernel locks: freed when their process dies, respected while it lives."""

import errno
import fcntl
import subprocess
import sys
import time

import pytest

from intertask.execution.locks import exclusive, forget_stale_locks

HOLD = """
import sys, time
from intertask.execution.locks import {function}
kept = {function}(sys.argv[1])
{enter}
print("holding", flush=True)
time.sleep(60)
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


def test_locks_of_a_dead_run_are_forgotten(tmp_path, holder):
    lock = snakemake_locks(tmp_path)
    run = holder("forget_stale_locks", tmp_path)
    assert not lock.exists()  # nobody else was there
    lock.write_text("results/x\n")
    run.kill()
    run.wait()
    kept = forget_stale_locks(tmp_path)
    assert kept is not None
    assert not lock.exists()


def test_locks_of_a_live_run_are_kept(tmp_path, holder):
    (tmp_path / "locks").mkdir()
    holder("forget_stale_locks", tmp_path)
    lock = tmp_path / "locks" / "0.output.lock"
    lock.write_text("results/x\n")
    first = forget_stale_locks(tmp_path)
    assert lock.exists()
    second = forget_stale_locks(tmp_path)  # a dry run beside it changes nothing
    assert lock.exists()
    assert first and second


def test_a_snakemake_inside_a_cluster_job_keeps_the_locks_of_its_run(tmp_path):
    lock = snakemake_locks(tmp_path)
    inside = forget_stale_locks(tmp_path, main=False)  # its run has just been killed
    assert lock.exists()
    outside = forget_stale_locks(tmp_path)
    assert lock.exists()
    inside.close()
    outside.close()
    assert forget_stale_locks(tmp_path)
    assert not lock.exists()


def test_a_second_job_waits_for_an_orphan(tmp_path, holder, capsys):
    orphan = holder("exclusive", tmp_path / "lock")
    started = time.monotonic()
    subprocess.Popen([sys.executable, "-c", f"import os, time; time.sleep(0.5); os.kill({orphan.pid}, 9)"])
    with exclusive(tmp_path / "lock"):
        waited = time.monotonic() - started
    assert waited > 0.4
    assert "waiting" in capsys.readouterr().out


def test_a_free_lock_is_taken_at_once(tmp_path, capsys):
    with exclusive(tmp_path / "new" / "lock"):
        pass
    assert capsys.readouterr().out == ""


def test_a_file_system_without_locks_is_said(tmp_path, capsys, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with exclusive(tmp_path / "lock"):
        pass
    assert "not locked" in capsys.readouterr().out
