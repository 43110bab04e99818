"""GPUs for jobs: each gets devices of its own, in the order of asking, and keeps them until its last process has ended.

Snakemake counts GPUs and assigns none. A job's *claim* is a file that names the devices it may have and, once it runs,
those that it has; it counts as long as somebody holds the kernel's lock on it. The launcher
(:mod:`intertask.execution.launch`) hands the open file to the script, so the lock lasts as long as any process of the
job and not longer, however these end. Nothing is to be tidied up, and devices are known by name only.

A claim waits for earlier ones that may have the same devices: a job of several GPUs gets its turn among jobs of one,
and takes them all at once, so that no two jobs wait for each other's.

Only the standard library is imported here: this runs once per job.
"""

import contextlib
import errno
import fcntl
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from ..words import count, duration
from .locks import make_private

VISIBLE = "CUDA_VISIBLE_DEVICES"
#: How many jobs may share a device.
JOBS_PER_GPU = "INTERTASK_JOBS_PER_GPU"
#: Set inside a job of a cluster: there 'gpu=0' can also mean that GPUs were asked for by other means (gres).
AS_GIVEN = "INTERTASK_GPUS_AS_GIVEN"
#: Another folder for the claims, for containers of one machine that do not share ``/tmp``.
FOLDER = "INTERTASK_LEASES"

#: What tells jobs of a scheduler apart, of arrays too: Slurm, PBS, LSF, Grid Engine.
_SCHEDULERS = (("SLURM_JOB_ID",), ("PBS_JOBID",), ("LSB_JOBID", "LSB_JOBINDEX"), ("JOB_ID", "SGE_TASK_ID"))
#: nvidia-smi takes from a tenth of a second to many, where the driver is not kept loaded.
_SMI_SECONDS, _SMI_KEPT_SECONDS = 60.0, 600.0
_WAITING, _RUNNING = ".waiting", ".running"


class Device(NamedTuple):
    """A GPU, or a part of one (MIG)."""

    name: str
    """As in ``CUDA_VISIBLE_DEVICES``: an index, a UUID, a MIG device's name."""
    key: str
    """What it is in claims: the UUID where it is known, since one device can have several names."""


class Lease(NamedTuple):
    """What a job gets."""

    visible: str | None
    """Value of ``CUDA_VISIBLE_DEVICES``; None: leave it as it is."""
    descriptor: int | None = None
    """The lease lasts as long as a process has this file open; None: nothing is leased."""


class _Claim(NamedTuple):
    path: Path
    pool: list[str]  # keys that it may have
    devices: list[str]  # that it has
    per_gpu: int


def take(
    gpus: int, environment: Mapping[str, str], pause: Callable[[float], None], say: Callable[[str], None] | None = None
) -> Lease:
    """Devices for a job; waits until they are free.

    Args:
        gpus: How many; where there are fewer, all there are, saying so.
        environment: Where ``CUDA_VISIBLE_DEVICES``, the scheduler's job and the settings above stand.
        pause: Waits so many seconds.
        say: Takes lines for the job's log; standard error if None.
    """
    say = say or (lambda line: print(line, file=sys.stderr, flush=True))
    if gpus == 0:
        return Lease(None if environment.get(AS_GIVEN) else "")
    try:
        folder, refused = _folder(environment), None
    except OSError as error:
        folder, refused = None, error
    pool = devices(environment, folder)
    if not pool:
        who = VISIBLE if VISIBLE in environment else "nvidia-smi -L"
        say(f"asked for {count(gpus, 'GPU')}, but {who} names none")
        return Lease(None)
    if len(pool) < gpus:
        say(f"asked for {count(gpus, 'GPU')}, but there is no more than {_names(pool)}")
    wanted = min(gpus, len(pool))
    per_gpu = max(int(environment.get(JOBS_PER_GPU) or 1), 1)
    if folder:
        try:
            chosen, descriptor = _claim(_place(folder, environment), pool, wanted, per_gpu, pause, say)
            return Lease(_names(chosen, ","), descriptor)
        except OSError as error:
            refused = error
    say(f"GPUs are not leased, so other jobs may use the same: {refused}")
    return Lease(_names(random.sample(pool, wanted), ","))


def devices(environment: Mapping[str, str], folder: Path | None = None) -> list[Device]:
    """Devices that may be used: ``CUDA_VISIBLE_DEVICES`` where it is set, else all that ``nvidia-smi -L`` lists.

    Args:
        environment: As of :func:`take`.
        folder: Where the answer of nvidia-smi is kept.
    """
    given = environment.get(VISIBLE)
    if given is None:
        found = [mig for gpu in _listed(folder) for mig in (gpu.migs or [gpu.uuid])]
        return [Device(uuid, uuid) for uuid in found]
    names: list[str] = []
    for name in map(str.strip, given.split(",")):
        if not name or name.startswith("-") or name == "NoDevFiles":
            break  # CUDA too reads up to the first that is none; the word is Slurm's
        names.append(name)
    names = list(dict.fromkeys(names))
    if not names or _scheduler_job(environment):  # no two of its jobs meet, and index 0 may be another card in each
        return [Device(name, name) for name in names]
    gpus = _listed(folder)
    found = [Device(name, _uuid(name, gpus, environment)) for name in names]
    return list({device.key: device for device in reversed(found)}.values())[::-1]


def _names(pool: Sequence[Device], separator: str = ", ") -> str:
    return separator.join(device.name for device in pool)


def _scheduler_job(environment: Mapping[str, str]) -> str | None:
    """Which job of a scheduler this is; None outside."""
    for variables in _SCHEDULERS:
        if all(environment.get(name) for name in variables):
            return "+".join(f"{name}={environment[name]}" for name in variables)
    return None


def _folder(environment: Mapping[str, str]) -> Path:
    """Of this user's claims on this machine; not below ``XDG_RUNTIME_DIR``, which a logout empties."""
    if environment.get(FOLDER):
        return make_private(Path(environment[FOLDER]))
    return make_private(make_private(Path(f"/tmp/intertask-{os.getuid()}")) / "gpus")


def _place(folder: Path, environment: Mapping[str, str]) -> Path:
    """Jobs whose devices a scheduler has given meet their like only, all others each other."""
    job = _scheduler_job(environment) if VISIBLE in environment else None
    return make_private(folder / (quote(job, safe="=+") if job else "machine"))


class _Gpu(NamedTuple):
    uuid: str
    model: str
    migs: list[str]


def _listed(folder: Path | None) -> list[_Gpu]:
    """What ``nvidia-smi -L`` lists; nothing where it is absent, fails or hangs."""
    gpus: list[_Gpu] = []
    lines = re.findall(r"^ *(GPU|MIG) (.*)\(UUID: *(.+?)\)", _nvidia_smi(folder), flags=re.MULTILINE)
    for kind, model, uuid in lines:
        if kind == "GPU":
            gpus.append(_Gpu(uuid, model.partition(":")[2].strip(), []))
        elif gpus:
            gpus[-1].migs.append(uuid)
    return gpus


def _uuid(name: str, gpus: list[_Gpu], environment: Mapping[str, str]) -> str:
    """The UUID of a device's name where that is certain, else the name."""
    if name.isdigit():
        # CUDA counts the fastest first by default, nvidia-smi by place: the same for cards of one model.
        alike = len({gpu.model for gpu in gpus}) == 1 or environment.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"
        certain = alike and not any(gpu.migs for gpu in gpus) and int(name) < len(gpus)
        return gpus[int(name)].uuid if certain else name
    # CUDA allows shortened UUIDs.
    uuids = [uuid for gpu in gpus for uuid in (gpu.uuid, *gpu.migs) if uuid.startswith(name)]
    return uuids[0] if len(uuids) == 1 else name


def _nvidia_smi(folder: Path | None) -> str:
    """Output of ``nvidia-smi -L``; kept for minutes, as long as the machine has the same device files."""
    program = _which("nvidia-smi")
    if program is None:
        return ""
    files = sorted(str(path) for place in ("/dev", "/dev/nvidia-caps") for path in Path(place).glob("nvidia*"))
    boot = Path("/proc/sys/kernel/random/boot_id")
    stamp = [boot.read_text() if boot.exists() else "", str(program), program.stat().st_mtime_ns, files]
    kept = folder / "nvidia-smi.json" if folder else None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if kept and 0 <= time.time() - kept.stat().st_mtime < _SMI_KEPT_SECONDS:
            content = json.loads(kept.read_text(encoding="utf-8"))
            if content["stamp"] == stamp:
                return content["output"]
    asked = subprocess.Popen(
        [program, "-L"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        output = asked.communicate(timeout=_SMI_SECONDS)[0]
    except subprocess.TimeoutExpired:
        asked.kill()  # and not waited for: in a driver that hangs it cannot end
        return ""
    if asked.returncode != 0:
        return ""
    if kept:
        with contextlib.suppress(OSError):
            temporary = kept.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps({"stamp": stamp, "output": output}), encoding="utf-8")
            os.replace(temporary, kept)
    return output


def _which(program: str) -> Path | None:
    """As :func:`shutil.which`, whose module takes longer to import than all of this."""
    places = [Path(folder, program) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    return next((path for path in places if path.is_file() and os.access(path, os.X_OK)), None)


def _claim(
    folder: Path,
    pool: Sequence[Device],
    wanted: int,
    per_gpu: int,
    pause: Callable[[float], None],
    say: Callable[[str], None],
) -> tuple[list[Device], int]:
    """Wait for so many devices of the pool; returns them, and the open file that stands for having them."""
    content: dict[str, Any] = {"pool": [device.key for device in pool], "devices": [], "per_gpu": per_gpu}
    with _alone(folder):
        number = 1 + max((int(claim.path.stem) for claim in _living(folder)), default=0)
        path = folder / f"{number:012d}{_WAITING}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _write(descriptor, content)
        except BaseException:
            os.close(descriptor)  # a claim that is not whole does not count
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
    """Wait for the turn of a claim that is there, and for its devices."""
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
                    say(f"has {_names(chosen)} after {duration(round(time.monotonic() - began))}")
                return chosen, descriptor
        if began is None:
            began = time.monotonic()
            say(
                f"waiting for {count(wanted, 'GPU')}: other jobs have {_names(pool)}, or asked first "
                f"(snakemake --resources gpu={len(pool) * per_gpu} starts no more of them than can run)"
            )
        # The first waits for devices, each of the others for the one before it.
        pause(random.uniform(0.02, 0.06))
        while earlier and _waits(earlier[-1]):
            pause(random.uniform(0.02, 0.06))


def _choose(claims: list[_Claim], pool: Sequence[Device], wanted: int, per_gpu: int) -> list[Device]:
    """So many devices that have room, the least used first; none if there are fewer."""
    users: dict[str, list[int]] = {device.key: [] for device in pool}
    for claim in claims:
        for key in claim.devices:
            if key in users:
                users[key].append(claim.per_gpu)
    # Of runs with other limits the strictest counts.
    room = [device for device in pool if len(users[device.key]) < min([per_gpu, *users[device.key]])]
    chosen = sorted(room, key=lambda device: len(users[device.key]))[:wanted]
    return sorted(chosen, key=pool.index) if len(chosen) == wanted else []


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else reads or changes claims within the block, which takes milliseconds."""
    with open(folder / "lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _living(folder: Path) -> list[_Claim]:
    """Claims that count, the earliest first; those of ended jobs are removed."""
    found = []
    for name in sorted(os.listdir(folder)):
        path = folder / name
        if path.suffix not in (_WAITING, _RUNNING):
            continue
        with open(path, "rb+") as file:
            if _free(file.fileno()):
                path.unlink()
            else:
                content = json.loads(file.read())
                found.append(_Claim(path, content["pool"], content["devices"], content["per_gpu"]))
    return found


def _free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _waits(path: Path) -> bool:
    """Whether this claim is still there and waiting: having got its devices it has another name."""
    try:
        with open(path, "rb+") as file:
            return not _free(file.fileno())
    except FileNotFoundError:
        return False


def _write(descriptor: int, content: dict[str, Any]) -> None:
    """Overwrite with what is longer.

    The file is left at its end: the job has it as standard input, on which there is nothing to read.
    """
    text = json.dumps(content).encode()
    if os.pwrite(descriptor, text, 0) < len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.lseek(descriptor, 0, os.SEEK_END)
