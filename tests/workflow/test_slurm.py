"""The workflow on a real Slurm on this machine, with a node that dies, a canceled job and one that runs out of time.

It needs root and Debian's or Ubuntu's packages slurmctld, slurmd, slurm-client and munge.
"""

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from small_project import Project, small_config
from waiting import DEADLINE_SECONDS, wait_for

LAB = Path(__file__).with_name("slurm_lab.sh")
# Snakemake asks for the states of its jobs less and less often, and no option changes that.
OFTEN = """
import sys
from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
interval = RemoteExecutor.next_seconds_between_status_checks
RemoteExecutor.next_seconds_between_status_checks = property(
    interval.fget, lambda self, seconds: interval.fset(self, min(seconds, 2))
)
sys.exit(main())
"""
ON_SLURM = ["--profile", "profiles/slurm", "--slurm-init-seconds-before-status-checks", "1", "--latency-wait", "5"]
SOURCES, TARGET = ["phone_reviews", "topics"], "hotel_reviews"


def missing() -> str | None:
    programs = ["slurmctld", "slurmd", "sbatch", "munged"]
    absent = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")]
    if absent:
        return f"no Slurm here: {', '.join(absent)} not found"
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        return "snakemake-executor-plugin-slurm is not installed"
    return None if os.geteuid() == 0 else "a local Slurm with simulated GPUs needs root"


pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=str(missing()))]


@dataclass
class Lab:
    """Three nodes, each with one pretended GPU."""

    folder: Path

    def __call__(self, command: str, *node: str) -> str:
        done = subprocess.run(
            [LAB, command, self.folder, *node],
            env=os.environ | {"NODES": "3"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=DEADLINE_SECONDS,
        )
        return done.stdout

    def ask(self, *command: str) -> list[list[str]]:
        """Fields of each line that a client of Slurm prints."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            command,
            env=os.environ | {"PATH": path},
            capture_output=True,
            text=True,
            check=True,
            timeout=DEADLINE_SECONDS,
        )
        return [line.split("|") for line in done.stdout.splitlines()]

    def job(self, comment: str) -> list[str]:
        """Id, state and node of the newest job of a rule and its wildcards; nothing if there is none."""
        jobs = self.ask("squeue", "-h", "--states=all", "-o", "%i|%T|%N|%k")
        return max((job[:3] for job in jobs if job[3] == comment), key=lambda job: int(job[0]), default=[])


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("slurm"))
    try:
        lab("start")
        yield lab
    finally:
        lab("stop")


class OnSlurm(Project):
    starts_anew = True

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", OFTEN, *ON_SLURM, *arguments]


def halt_trainings(project: Project, sources: list[str]) -> dict[str, int]:
    """Halt the process that trains each source's adapter once it has written a checkpoint.

    The trainings run side by side in any order, and a checkpoint goes when its training ends.

    Returns:
        Source -> process id.
    """
    halted: dict[str, int] = {}

    def all_are_halted():
        for source in sources:
            checkpoints = project.folder / f"results/checkpoints/adapters+minilm+{source}"
            if source not in halted and list(checkpoints.rglob("complete")):
                halted[source] = halt_training(project, source, checkpoints)
        return len(halted) == len(sources)

    wait_for(all_are_halted)
    return halted


def halt_training(project: Project, source: str, checkpoints: Path) -> int:
    """Halt the process that writes these checkpoints where it is; its id."""
    for arguments in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = arguments.read_text().split("\0")
            inside = arguments.with_name("cwd").resolve() == project.folder.resolve()
        except OSError:
            continue
        if (
            inside
            and "train_adapter.py" in "".join(words[1:2])
            and str(checkpoints.relative_to(project.folder)) in words
        ):
            pid = int(arguments.parent.name)
            os.kill(pid, signal.SIGSTOP)
            return pid
    pytest.fail(f"{source} is not being trained")


def tables(project: Project) -> dict[str, pd.DataFrame]:
    names = ["transfer", "evaluation", "regret", f"scores/minilm/{TARGET}", f"rankings/{TARGET}"]
    read = {name: pd.read_csv(project.folder / f"results/{name}.tsv", sep="\t") for name in names}
    return {name: table.filter(regex="^(?!cost_|seconds)") for name, table in read.items()}


def test_losses_are_recovered_or_reported_and_the_tables_are_those_of_a_local_run(lab, tmp_path):
    config = small_config(SOURCES, [TARGET]) | {"models": {"minilm": "bundled"}}  # its trainings take long enough
    config |= {"seeds": [1], "methods": ["size", "textemb"], "rank_fusion": ["textemb"]}
    config["training"]["source"] |= {"epochs": 12, "patience": 12}  # a checkpoint at each epoch
    local = Project(tmp_path / "local", config)
    local.run("--cores", "2")

    project = OnSlurm(tmp_path / "slurm", config)
    project.variables = {"PATH": f"{Path(sys.executable).parent}:{lab.folder / 'bin'}:{os.environ['PATH']}"}
    run = project.start("--retries", "0")
    try:
        dies, hangs = SOURCES
        halted = halt_trainings(project, SOURCES)[hangs]
        late, *_ = lab.job(f"rule_train_adapter_wildcards_minilm_{hangs}")
        lab.ask("scontrol", "update", f"JobId={late}", "TimeLimit=1")  # minutes; there is nothing shorter
        job, _, node = lab.job(f"rule_train_adapter_wildcards_minilm_{dies}")
        lab("crash", node)

        def node_is_down():
            return any("down" in state for name, state in lab.ask("sinfo", "-h", "-N", "-o", "%N|%t") if name == node)

        wait_for(node_is_down)
        lab("revive", node)

        def transfer():
            return lab.job(f"rule_run_transfer_wildcards_minilm_{TARGET}_{dies}_1")

        cancelled, *_ = wait_for(transfer)
        assert lab.job(f"rule_train_adapter_wildcards_minilm_{dies}")[:2] == [job, "COMPLETED"]  # queued again by Slurm
        lab.ask("scancel", cancelled)
        output, _ = run.communicate(timeout=DEADLINE_SECONDS)
    finally:
        run.kill()
    assert run.returncode == 1, output
    with contextlib.suppress(ProcessLookupError):
        os.kill(halted, signal.SIGCONT)  # its SIGTERM is still to come
    for job, status in ((late, "TIMEOUT"), (cancelled, "CANCELLED")):
        assert re.search(rf"SLURM-job '{job}' failed, SLURM status is: '{status}'", output), output
    assert resumed(project, dies)

    follow = ("collect_target", "collect_transfer", "collect_costs", "evaluate_methods")
    follow += ("make_observed_page", "make_report")
    assert project.planned() == {"train_adapter": 1, "run_transfer": 2, **dict.fromkeys(follow, 1)}
    project.run()
    assert resumed(project, hangs)
    assert project.planned() == {}
    found, expected = tables(project), tables(local)
    for name in expected:
        pd.testing.assert_frame_equal(found[name], expected[name], check_exact=True, obj=name)
    check_gpus(lab)


def resumed(project: Project, source: str) -> bool:
    return "resuming from checkpoint" in (project.folder / f"results/logs/adapters/minilm/{source}.log").read_text()


def check_gpus(lab: Lab) -> None:
    """No two jobs were on one GPU at once, and each saw one."""
    given = [line.split() for line in (lab.folder / "devices.txt").read_text().splitlines()]
    assert {device for _, _, device in given} == {"0"}
    ended = lab.ask("squeue", "-h", "--states=all", "-o", "%N|%S|%e|%k")
    times = [(node, start, end, what) for node, start, end, what in ended if node and what.startswith("rule_")]
    assert len(times) >= 6
    for one, other in combinations(sorted(times), 2):
        assert one[0] != other[0] or one[2] <= other[1], (one, other)  # ISO times: as text they are in order
