"""Signals to a run, to one of its jobs and to the warm worker: no hang, no orphan, no false success."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest
from small_project import Project, small_config
from waiting import DEADLINE_SECONDS, wait_for

pytestmark = pytest.mark.slow


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
    # A larger model, whose trainings are still running when the signals come
    config = small_config(suite["sources"][:2], suite["targets"][:1]) | {"models": {"minilm": "bundled"}}
    made = Project(tmp_path / "p", config)
    made.variables = {"XDG_RUNTIME_DIR": str(tmp_path), "INTERTASK_WORKER_IDLE_SECONDS": "10"}
    return made


def test_every_way_to_end_a_run(project):
    def end(run: subprocess.Popen) -> str:
        output = run.communicate(timeout=DEADLINE_SECONDS)[0]
        wait_for(lambda: not processes(project.folder))
        return output

    # Ctrl-C reaches the whole group of the terminal; SIGTERM and SIGKILL come to Snakemake alone.
    for name, send in {
        "SIGINT": lambda run: os.killpg(run.pid, signal.SIGINT),
        "SIGTERM": lambda run: run.terminate(),
        "SIGKILL": lambda run: run.kill(),
    }.items():
        run = project.start("--cores", "2")
        wait_for(lambda: training(project.folder, "adapters"))
        send(run)
        output = end(run)
        assert run.returncode != 0, (name, output)
        assert not (project.folder / "results/regret.tsv").exists()
        if name == "SIGINT":
            assert output.splitlines()[-1] == "Stopped. Run the same command to continue."
            assert not [word for word in ("FAILED", "Traceback", "KeyboardInterrupt", "Removing") if word in output]

    run = project.start("--cores", "2")
    os.kill(wait_for(lambda: training(project.folder, "transfer")), signal.SIGKILL)
    output = end(run)
    assert run.returncode != 0, output
    assert "FAILED" in output

    run = project.start("--cores", "2")
    job = wait_for(lambda: training(project.folder, "transfer"))
    worker = int((Path("/proc") / str(job) / "stat").read_text().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
    output = end(run)
    assert run.returncode == 0, output  # its jobs ran in place
    assert project.planned() == {}
