"""GPU leases: each job gets devices that no other job uses, first come, first served, until its last process ends.

Snakemake limits how many jobs use GPUs but does not assign them. A job's *claim* is a file that names the devices that
it may use and, once it runs, those that it has. The claim counts as long as a process holds the kernel's lock on the
file. The launcher (:mod:`intertask.execution.launch`) hands the open file to the script, so the lock lasts exactly as
long as any process of the job, however these end. No clean-up is needed after a crash.

A claim waits for earlier claims that may use the same devices. So a job that needs several GPUs gets its turn among
jobs that need one. It takes all of its devices at once, so two jobs never wait for each other's.

Only the standard library is imported here: this runs once per job.
"""

import contextlib
import errno
import fcntl
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ..words import count, duration
from .gpu_devices import VISIBLE, Device, devices, scheduler_job
from .locks import make_private

#: Number of jobs that may share a device.
JOBS_PER_GPU = "INTERTASK_JOBS_PER_GPU"
#: Set by users whose scheduler :func:`scheduler_job` does not know. Inside a cluster job, 'gpu=0' can also mean that
#: the GPUs were requested in another way (gres).
AS_GIVEN = "INTERTASK_GPUS_AS_GIVEN"
#: Another folder for the claims, for containers on one machine that do not share ``/tmp``.
FOLDER = "INTERTASK_LEASES"

_WAITING, _RUNNING = ".waiting", ".running"


class Lease(NamedTuple):
    """The GPUs of a job, and the claim that reserves them.

    Attributes:
        visible: Value for ``CUDA_VISIBLE_DEVICES``; None to leave it as it is.
        descriptor: The open claim: the lease lasts as long as a process has it open. None if nothing is leased.
    """

    visible: str | None
    descriptor: int | None = None


class _Claim(NamedTuple):
    path: Path
    pool: list[str]  # keys of the devices that it may use
    devices: list[str]  # keys of the devices that it has
    per_gpu: int


def take(
    gpus: int, environment: Mapping[str, str], pause: Callable[[float], None], say: Callable[[str], None] | None = None
) -> Lease:
    """Lease devices for a job; wait until they are free.

    Args:
        gpus: Number of devices. If the machine has fewer, the job gets all of them and a message says so.
        environment: The job's environment variables, with ``CUDA_VISIBLE_DEVICES``, the scheduler's variables and the
            settings above.
        pause: Waits for a number of seconds.
        say: Writes a line to the job's log; None for standard error.
    """
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    if gpus == 0:
        return Lease(None if environment.get(AS_GIVEN) or scheduler_job(environment) else "")
    try:
        folder, refused = _folder(environment), None
    except OSError as error:
        folder, refused = None, error
    pool = devices(environment, folder)
    if not pool:
        lister = VISIBLE if VISIBLE in environment else "nvidia-smi -L"
        say(f"The job asked for {count(gpus, 'GPU')}, but {lister} lists none.")
        return Lease(None)
    if len(pool) < gpus:
        say(f"The job asked for {count(gpus, 'GPU')}, but only {_names(pool)} can be used.")
    wanted = min(gpus, len(pool))
    per_gpu = max(int(environment.get(JOBS_PER_GPU) or 1), 1)
    if folder:
        try:
            chosen, descriptor = _claim(_subfolder(folder, environment), pool, wanted, per_gpu, pause, say)
            return Lease(_names(chosen, ","), descriptor)
        except OSError as error:
            refused = error
    say(f"GPUs are not leased, so other jobs may use the same ones: {refused}")
    return Lease(_names(random.sample(pool, wanted), ","))


def _names(pool: Sequence[Device], separator: str = ", ") -> str:
    return separator.join(device.name for device in pool)


def _folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of this user's claims on this machine. A logout would empty ``XDG_RUNTIME_DIR``."""
    if environment.get(FOLDER):
        return make_private(Path(environment[FOLDER]))
    return make_private(make_private(Path(f"/tmp/intertask-{os.getuid()}")) / "gpus")


def _subfolder(folder: Path, environment: Mapping[str, str]) -> Path:
    """Return the folder in which a job meets the jobs that may use its devices.

    A scheduler gives devices to one of its jobs alone; all other jobs share those of the machine.
    """
    job = scheduler_job(environment) if VISIBLE in environment else None
    return make_private(folder / (quote(job, safe="=+") if job else "machine"))


def _claim(
    folder: Path,
    pool: Sequence[Device],
    wanted: int,
    per_gpu: int,
    pause: Callable[[float], None],
    say: Callable[[str], None],
) -> tuple[list[Device], int]:
    """Wait for a number of devices of the pool; return them and the open claim."""
    content: dict[str, Any] = {"pool": [device.key for device in pool], "devices": [], "per_gpu": per_gpu}
    with _alone(folder):
        number = 1 + max((int(claim.path.stem) for claim in _living(folder)), default=0)
        path = folder / f"{number:012d}{_WAITING}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write(descriptor, content)
        except BaseException:
            os.close(descriptor)  # an incomplete claim does not count
            raise
    try:
        return _wait(path, descriptor, content, pool, wanted, pause, say)
    except BaseException:
        os.close(descriptor)
        raise


def _wait(
    path: Path,
    descriptor: int,
    content: dict[str, Any],
    pool: Sequence[Device],
    wanted: int,
    pause: Callable[[float], None],
    say: Callable[[str], None],
) -> tuple[list[Device], int]:
    """Wait until it is a claim's turn and its devices are free."""
    folder, per_gpu = path.parent, content["per_gpu"]
    began = None
    while True:
        with _alone(folder):
            claims = _living(folder)
            earlier = [
                claim.path
                for claim in claims
                if claim.path.suffix == _WAITING
                and claim.path.stem < path.stem
                and not set(claim.pool).isdisjoint(content["pool"])
            ]
            chosen = [] if earlier else _choose(claims, pool, wanted, per_gpu)
            if chosen:
                content["devices"] = [device.key for device in chosen]
                _write(descriptor, content)
                path.rename(path.with_suffix(_RUNNING))  # the lock stays
                if began is not None:
                    say(f"The job has {_names(chosen)} after {duration(round(time.monotonic() - began))}.")
                return chosen, descriptor
        if began is None:
            began = time.monotonic()
            say(
                f"The job waits for {count(wanted, 'GPU')}: other jobs have {_names(pool)}, or asked first "
                f"(snakemake --resources gpu={len(pool) * per_gpu} starts only as many jobs as can run)."
            )
        # The first claim waits for devices. Each of the others waits for the claim before it.
        pause(random.uniform(0.02, 0.06))
        while earlier and _waits(earlier[-1]):
            pause(random.uniform(0.02, 0.06))


def _choose(claims: list[_Claim], pool: Sequence[Device], wanted: int, per_gpu: int) -> list[Device]:
    """Choose a number of devices that have room, the least used first; none if there are too few."""
    users: dict[str, list[int]] = {device.key: [] for device in pool}
    for claim in claims:
        for key in claim.devices:
            if key in users:
                users[key].append(claim.per_gpu)
    # If runs have different limits, the strictest one counts.
    room = [device for device in pool if len(users[device.key]) < min([per_gpu, *users[device.key]])]
    chosen = sorted(room, key=lambda device: len(users[device.key]))[:wanted]
    return sorted(chosen, key=pool.index) if len(chosen) == wanted else []


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other jobs from reading or changing claims within the block, which takes milliseconds."""
    with open(folder / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _living(folder: Path) -> list[_Claim]:
    """Return the claims that count, the earliest first. The claims of ended jobs are removed."""
    claims = []
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if path.suffix not in (_WAITING, _RUNNING):
            continue
        with open(path, "rb+") as file:
            if _free(file.fileno()):
                path.unlink()
            else:
                content = json.loads(file.read())
                claims.append(_Claim(path, content["pool"], content["devices"], content["per_gpu"]))
    return claims


def _free(descriptor: int) -> bool:
    """Lock a claim if no process holds it; return whether that was so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waits(path: Path) -> bool:
    """Return whether a claim is still waiting. With its devices it gets another name."""
    try:
        with open(path, "rb+") as file:
            return not _free(file.fileno())
    except FileNotFoundError:
        return False


def _write(descriptor: int, content: dict[str, Any]) -> None:
    """Overwrite a claim with longer content.

    The position is left at the end of the file: the job has it as standard input and must find nothing to read.
    """
    text = json.dumps(content).encode()
    if os.pwrite(descriptor, text, 0) < len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.lseek(descriptor, 0, os.SEEK_END)
