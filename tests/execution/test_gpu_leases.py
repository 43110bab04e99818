"""Leases of GPUs, by device names only; under concurrency and kills no device has more jobs than it may."""

import contextlib
import itertools
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nvidia import LISTED, MIGS, UUIDS, nvidia_smi
from waiting import DEADLINE_SECONDS

from intertask.execution import gpu_leases as leases


class Log:
    """Who had which devices when: lines that many processes append to one file."""

    def __init__(self, path: Path):
        self.path = path

    def add(self, *words) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(file, (json.dumps([time.monotonic(), *words]) + "\n").encode())
        os.close(file)

    def read(self) -> list[list]:
        return [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []


def most_at_once(events: list[list]) -> dict[str, int]:
    """Per device, how many jobs had it at one time; a killed job's end is written before the kill."""
    most: dict[str, int] = {}
    having: dict[str, set] = {}
    held: dict = {}
    for _, what, job, *devices in sorted(events):
        if what == "begin":
            held[job] = devices
            for device in devices:
                having.setdefault(device, set()).add(job)
                most[device] = max(most.get(device, 0), len(having[device]))
        elif what == "end":
            for device in held.pop(job, []):
                having[device].discard(job)
    return most


def overtaken(events: list[list]) -> int:
    """The most jobs that asked after another one, may have had its devices, and began before it."""
    asked = {job: when for when, what, job, *_ in events if what == "ask"}
    begun = {job: when for when, what, job, *_ in events if what == "begin"}
    end, most = max(event[0] for event in events), 0
    for job, when in asked.items():
        killed_waiting = job not in begun and any(event[1:] == ["end", job] for event in events)
        began = when if killed_waiting else begun.get(job, end)
        rivals = [other for other in begun if other.split(".")[0] == job.split(".")[0]]
        most = max(most, sum(asked[other] > when and begun[other] < began for other in rivals))
    return most


def churn(folder: Path, pools: list[list[str]], per_gpu: int, processes: int, enough: Callable) -> list[list]:
    """Processes that lease, work for moments and lease again; every few milliseconds one is killed and replaced.

    It ends once ``enough(events)`` is true, however long that takes on a busy machine.
    """
    log, randomly = Log(folder / "log"), random.Random(per_gpu)
    current = multiprocessing.Array("q", processes, lock=False)  # number of each worker's job

    def work(worker: int, seed: int) -> None:
        own = random.Random(seed)
        pool = pools[worker % len(pools)]
        environment = {"INTERTASK_LEASES": str(folder / "leases"), leases.VISIBLE: ",".join(pool)}
        environment |= {leases.JOBS_PER_GPU: str(per_gpu), "PATH": ""}
        for number in itertools.count():
            current[worker] = number
            job = f"{worker % len(pools)}.{seed}.{number}"
            count = own.choice([1] * 8 + [2])
            log.add("ask", job)
            lease = leases.take(count, environment, lambda wait: time.sleep(wait / 20), lambda line: None)
            log.add("begin", job, *lease.visible.split(","))
            time.sleep(own.expovariate(1 / (0.01 * per_gpu**2)))  # long enough for all places to be taken
            log.add("end", job)
            os.close(lease.descriptor)

    def start(worker: int, seed: int) -> int:
        child = os.fork()
        if child == 0:
            try:
                work(worker, seed)
            finally:
                os._exit(1)  # an error ends the worker, which the test sees below
        return child

    (folder / "leases").mkdir(mode=0o700)
    seeds = iter(range(10**6))
    alive = {}
    for worker in range(processes):
        seed = next(seeds)
        alive[start(worker, seed)] = (worker, seed)
    deadline, killed = time.monotonic() + DEADLINE_SECONDS, 0
    try:
        while killed % 20 or not enough(log.read()):
            assert time.monotonic() < deadline
            time.sleep(randomly.expovariate(1 / 0.03))
            assert os.waitpid(-1, os.WNOHANG) == (0, 0), "a worker failed"
            child = randomly.choice(list(alive))
            worker, seed = alive.pop(child)
            os.kill(child, signal.SIGSTOP)  # so that nothing is written between these two lines
            os.waitpid(child, os.WUNTRACED)
            log.add("end", f"{worker % len(pools)}.{seed}.{current[worker]}")
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            killed += 1
            seed = next(seeds)
            alive[start(worker, seed)] = (worker, seed)
        end = time.monotonic()
    finally:
        for child in alive:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return [event for event in log.read() if event[0] < end]


@pytest.mark.parametrize("per_gpu", [1, 4])
def test_no_device_has_more_jobs_than_it_may_and_no_job_is_left_waiting(tmp_path, per_gpu):
    pools = [["0", "1"], [UUIDS[1], *MIGS]]

    def begun(events: list[list]) -> int:
        return sum(event[1] == "begin" for event in events)

    def enough(events: list[list]) -> bool:
        most = most_at_once(events)
        return begun(events) > 200 and set(most) == {*pools[0], *pools[1]} and min(most.values()) >= per_gpu

    events = churn(tmp_path, pools, per_gpu, 20, enough)
    assert max(most_at_once(events).values()) == per_gpu  # as many as may, and no more
    assert overtaken(events) < begun(events) / 4


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    return {"INTERTASK_LEASES": str(tmp_path / "leases"), "CUDA_VISIBLE_DEVICES": "0,1"}


@pytest.fixture
def held():
    """Leases that end with the test."""
    taken: list[leases.Lease] = []
    yield taken
    for lease in taken:
        if lease.descriptor is not None:
            os.close(lease.descriptor)


class MustWaitError(Exception):
    """The job would have waited."""


def must_not_wait(seconds: float) -> None:
    raise MustWaitError


@pytest.fixture
def take(environment, held):
    """Lease at once, or fail; gives the value of CUDA_VISIBLE_DEVICES."""

    def now(count: int, messages: list[str] | None = None, **variables: str) -> str | None:
        write = (lambda line: None) if messages is None else messages.append
        lease = leases.take(count, environment | variables, must_not_wait, write)
        held.append(lease)
        return lease.visible

    return now


def test_each_job_gets_another_device(take):
    assert (take(1), take(1)) == ("0", "1")
    messages: list[str] = []
    with pytest.raises(MustWaitError):
        take(1, messages)
    assert messages == [
        "The job waits for 1 GPU: other jobs have 0, 1, or asked first "
        "(snakemake --resources gpu=2 starts only as many jobs as can run)."
    ]


def test_a_lease_ends_with_its_file_and_leaves_nothing(take, held, environment):
    take(2)
    with pytest.raises(MustWaitError):
        take(1)
    for lease in held:
        os.close(lease.descriptor)
    held.clear()
    assert take(2) == "0,1"
    kept = [path.name for path in Path(environment["INTERTASK_LEASES"]).rglob("*") if path.suffix == ".running"]
    assert len(kept) == 1


def test_fewer_devices_than_asked_for_give_a_message(take):
    messages: list[str] = []
    assert take(3, messages) == "0,1"
    assert messages == ["The job asked for 3 GPUs, but only 0, 1 can be used."]
    messages.clear()
    assert take(1, messages, CUDA_VISIBLE_DEVICES="") is None
    assert messages == ["The job asked for 1 GPU, but CUDA_VISIBLE_DEVICES lists none."]


def test_no_gpu_means_none_but_in_a_cluster_job(take):
    assert take(0) == ""
    assert take(0, INTERTASK_GPUS_AS_GIVEN="1") is None  # they may be there by --gres
    assert take(0, SLURM_JOB_ID="7") is None


def test_several_jobs_share_a_device_the_least_used_first(take):
    given = [take(1, INTERTASK_JOBS_PER_GPU="2") for _ in range(4)]
    assert given == ["0", "1", "0", "1"]
    with pytest.raises(MustWaitError):
        take(1, INTERTASK_JOBS_PER_GPU="2")


def test_a_job_that_wants_its_device_alone_does_not_share_one(take):
    assert take(1, INTERTASK_JOBS_PER_GPU="4") == "0"
    assert take(1) == "1"
    with pytest.raises(MustWaitError):
        take(1)
    assert take(1, INTERTASK_JOBS_PER_GPU="4") == "0"


def test_devices_of_a_scheduler_are_its_jobs_own(take):
    """Index 0 is another card in each job."""
    one = {"SLURM_JOB_ID": "7", "CUDA_VISIBLE_DEVICES": "0"}
    assert take(1, **one) == take(1, **one | {"SLURM_JOB_ID": "8"}) == take(1, CUDA_VISIBLE_DEVICES="0") == "0"
    with pytest.raises(MustWaitError):
        take(1, **one)
    array = {"JOB_ID": "7", "SGE_TASK_ID": "1", "CUDA_VISIBLE_DEVICES": "0"}
    assert take(1, **array) == take(1, **array | {"SGE_TASK_ID": "2"}) == "0"


@pytest.mark.parametrize("code", [0, 9])
def test_a_driver_that_fails_names_nothing(tmp_path, take, environment, monkeypatch, code):
    text = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    monkeypatch.setenv("PATH", nvidia_smi(tmp_path / "bin", text, code))
    del environment["CUDA_VISIBLE_DEVICES"]
    messages: list[str] = []
    assert take(1, messages) is None
    assert messages == ["The job asked for 1 GPU, but nvidia-smi -L lists none."]


def test_one_device_by_two_names_is_one(tmp_path, take, monkeypatch):
    plain = "".join(line + "\n" for line in LISTED.splitlines() if "MIG" not in line)
    monkeypatch.setenv("PATH", nvidia_smi(tmp_path / "bin", plain))
    assert take(1, CUDA_VISIBLE_DEVICES="1") == "1"
    for name in (UUIDS[1], UUIDS[1][:10]):
        with pytest.raises(MustWaitError):
            take(1, CUDA_VISIBLE_DEVICES=name)
    assert take(1, CUDA_VISIBLE_DEVICES=f"1,{UUIDS[0]}") == UUIDS[0]


def test_jobs_run_without_leases_and_a_message_says_so(tmp_path, environment):
    (tmp_path / "leases").mkdir(mode=0o777)
    (tmp_path / "leases").chmod(0o777)
    messages: list[str] = []
    lease = leases.take(1, environment, must_not_wait, messages.append)
    assert lease.visible in ("0", "1")
    assert lease.descriptor is None
    assert messages == [
        f"GPUs are not leased, so other jobs may use the same ones: {tmp_path / 'leases'} is open to others"
    ]


def test_claims_cannot_be_read_by_others(take, environment):
    take(1)
    (claim,) = Path(environment["INTERTASK_LEASES"]).rglob("*.running")
    assert claim.stat().st_mode & 0o77 == 0
    assert claim.parent.stat().st_mode & 0o77 == 0
    assert json.loads(claim.read_text()) == {"pool": ["0", "1"], "devices": ["0"], "per_gpu": 1}


def test_what_a_job_has_started_keeps_the_device(light, script, take, environment, tmp_path):
    """A script's child that outlives it still computes there."""
    variables = light | environment | {"INTERTASK_WARM_WORKER": "0"}
    path = script("import subprocess; print(subprocess.Popen(['sleep', '3600'], stdout=-3, stderr=-3).pid)")
    launcher = [sys.executable, "-m", "intertask.execution.launch", "--gpus", "2", str(path)]
    child = int(subprocess.run(launcher, env=variables, capture_output=True, text=True, check=True).stdout)
    try:
        with pytest.raises(MustWaitError):
            take(1)
    finally:
        os.kill(child, signal.SIGKILL)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            assert take(2) == "0,1"
            break
        except MustWaitError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


JOB = """
import json, os, random, sys, time
log, job = sys.argv[1:]
def add(*words):
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (json.dumps([time.monotonic(), *words]) + "\\n").encode())
    os.close(file)
name = f"{job}.{os.getpid()}"
add("begin", name, *os.environ["CUDA_VISIBLE_DEVICES"].split(","))
time.sleep(random.uniform(0, 0.2))
add("end", name)
"""
WORKFLOW = """
rule all:
    input:
        expand("done/{job}", job=range(200)),


rule job:
    output:
        touch("done/{job}"),
    threads: 1
    resources:
        gpu=lambda wildcards: 2 if int(wildcards.job) % 10 == 0 else 1,
    shell:
        "python -m intertask.execution.launch --gpus {resources.gpu} job.py log {wildcards.job} "
        ">{wildcards.job}.log 2>&1"
"""


@pytest.mark.slow
@pytest.mark.parametrize(("resources", "per_gpu"), [(["--resources", "gpu=2"], 1), ([], 2)], ids=["gpu=2", "forgotten"])
def test_two_hundred_jobs_of_snakemake_on_two_devices(private, tmp_path, resources, per_gpu):
    """As a machine with two GPUs would see it; now and then a job is killed and started again."""
    (tmp_path / "Snakefile").write_text(WORKFLOW)
    (tmp_path / "job.py").write_text(JOB)
    environment = private | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "INTERTASK_LEASES": str(tmp_path / "leases"),
        "CUDA_VISIBLE_DEVICES": ",".join(UUIDS),
        "INTERTASK_JOBS_PER_GPU": str(per_gpu),
    }
    log, randomly, killed = Log(tmp_path / "log"), random.Random(per_gpu), set()
    command = ["snakemake", "--cores", "8", *resources, "--retries", "20", "--quiet", "all"]
    run = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    reader = threading.Thread(target=run.stdout.read)  # a full pipe would stop it
    reader.start()
    try:
        while run.poll() is None:
            time.sleep(randomly.expovariate(1 / 0.5))
            events = log.read()
            ended = {event[2] for event in events if event[1] == "end"}
            running = sorted({event[2] for event in events if event[1] == "begin"} - ended)
            if not running or len(killed) >= 40:
                continue
            name = randomly.choice(running)
            with contextlib.suppress(ProcessLookupError):
                process = int(name.split(".")[1])
                os.kill(process, signal.SIGSTOP)  # so that nothing is written between these two lines
                if ["end", name] not in [event[1:3] for event in log.read()]:
                    log.add("end", name)
                    killed.add(name)
                    os.kill(process, signal.SIGKILL)
                os.kill(process, signal.SIGCONT)
    finally:
        run.kill()
        reader.join()
    assert run.returncode == 0
    events = log.read()
    assert len(killed) >= 10
    assert sum(event[1] == "begin" for event in events) >= 200 + len(killed) - 5  # some are killed in their last line
    most = most_at_once(events)
    assert set(most) == set(UUIDS)
    assert max(most.values()) == per_gpu  # as many as may, and no more
    wanted = {event[2].split(".")[0]: len(event[3:]) for event in events if event[1] == "begin"}
    assert wanted == {str(job): 2 if job % 10 == 0 else 1 for job in range(200)}
