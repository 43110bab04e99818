"""Signals to a run, to one of its jobs and to the warm worker: no hang, nobody left working, no wrong success."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from small_project import Project, small_config

pytestmark = pytest.mark.slow


def wait_for(condition, seconds: float = 60):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)
    return value


def processes(folder: Path) -> dict[int, str]:
    """Command lines of the processes that work in a folder, by process id."""
    found = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if os.readlink(entry / "cwd") == str(folder) and "\nState:\tZ" not in (entry / "status").read_text():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return found


def training(folder: Path, word: str) -> int | None:
    """A job in the warm worker: its process has the worker's command line, and the job's folder."""
    logs = list((folder / "results/logs" / word).rglob("*.log"))
    return logs and next((pid for pid, line in processes(folder).items() if "intertask.execution.worker" in line), None)


@pytest.fixture
def project(tmp_path, suite) -> Project:
    made = Project(tmp_path / "p", small_config(suite["sources"][:2], suite["targets"][:1]))
    made.variables = {"XDG_RUNTIME_DIR": str(tmp_path), "INTERTASK_WORKER_IDLE_SECONDS": "10"}
    return made


def test_every_way_to_end_a_run(project):
    def start() -> subprocess.Popen:
        return subprocess.Popen(
            project.command("--cores", "2"),
            cwd=project.folder,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # begun in the background, the tests inherit signals that are ignored
            preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in (signal.SIGINT, signal.SIGTERM)],
        )

    def end(run: subprocess.Popen) -> str:
        output = run.communicate(timeout=120)[0]
        wait_for(lambda: not processes(project.folder), 10)
        return output

    # Ctrl-C reaches the whole group of the terminal; SIGTERM and SIGKILL come to Snakemake alone.
    for name, send in {
        "SIGINT": lambda run: os.killpg(run.pid, signal.SIGINT),
        "SIGTERM": lambda run: run.terminate(),
        "SIGKILL": lambda run: run.kill(),
    }.items():
        run = start()
        wait_for(lambda: training(project.folder, "adapters"))
        send(run)
        output = end(run)
        assert run.returncode != 0, (name, output)
        assert not (project.folder / "results/regret.tsv").exists()

    run = start()
    os.kill(wait_for(lambda: training(project.folder, "transfer")), signal.SIGKILL)
    output = end(run)
    assert run.returncode != 0, output
    assert "FAILED" in output

    run = start()
    job = wait_for(lambda: training(project.folder, "transfer"))
    worker = int((Path("/proc") / str(job) / "stat").read_text().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
    output = end(run)
    assert run.returncode == 0, output  # its jobs ran in place
    assert project.planned() == {}
