"""Which GPUs a job may use: ``CUDA_VISIBLE_DEVICES`` where it is set, else what ``nvidia-smi -L`` lists.

Only the standard library is imported here: this runs once per job.
"""

import contextlib
import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .nvidia_smi import ask_nvidia_smi, find_nvidia_smi

VISIBLE = "CUDA_VISIBLE_DEVICES"

#: Variables that identify a job of a scheduler, array jobs included: Slurm, PBS, LSF, Grid Engine.
_SCHEDULERS = (("SLURM_JOB_ID",), ("PBS_JOBID",), ("LSB_JOBID", "LSB_JOBINDEX"), ("JOB_ID", "SGE_TASK_ID"))
#: Number of seconds for which the output of nvidia-smi is cached.
_SMI_KEPT_SECONDS = 600.0


class Device(NamedTuple):
    """A GPU, or a part of one (MIG).

    Attributes:
        name: Its name in ``CUDA_VISIBLE_DEVICES``: an index, a UUID, or the name of a MIG device.
        key: Its name in claims: the UUID if it is known, since one device can have several names.
    """

    name: str
    key: str


def devices(environment: Mapping[str, str], folder: Path | None = None) -> list[Device]:
    """Return the devices that a job may use.

    Args:
        environment: The job's environment variables.
        folder: Folder in which the output of nvidia-smi is kept for some minutes; None to keep nothing.
    """
    given = environment.get(VISIBLE)
    if given is None:
        uuids = [mig for gpu in _listed(folder) for mig in (gpu.migs or [gpu.uuid])]
        return [Device(uuid, uuid) for uuid in uuids]
    names: list[str] = []
    for name in map(str.strip, given.split(",")):
        if not name or name.startswith("-") or name == "NoDevFiles":
            break  # CUDA also stops at the first invalid name. Slurm writes NoDevFiles.
        names.append(name)
    names = list(dict.fromkeys(names))
    if not names or scheduler_job(environment):  # its jobs share no device, and index 0 may be another card in each
        return [Device(name, name) for name in names]
    gpus = _listed(folder)
    known = [Device(name, _uuid(name, gpus, environment)) for name in names]
    return list({device.key: device for device in reversed(known)}.values())[::-1]


def scheduler_job(environment: Mapping[str, str]) -> str | None:
    """Return which job of a scheduler this process belongs to; None outside of a scheduler.

    Args:
        environment: The process's environment variables.
    """
    for variables in _SCHEDULERS:
        if all(environment.get(name) for name in variables):
            return "+".join(f"{name}={environment[name]}" for name in variables)
    return None


class _Gpu(NamedTuple):
    uuid: str
    model: str
    migs: list[str]


def _listed(folder: Path | None) -> list[_Gpu]:
    """Return the GPUs that ``nvidia-smi -L`` lists; none if the program is missing, fails or hangs."""
    gpus: list[_Gpu] = []
    lines = re.findall(r"^ *(GPU|MIG) (.*)\(UUID: *(.+?)\)", _nvidia_smi(folder), flags=re.MULTILINE)
    for device_type, model, uuid in lines:
        if device_type == "GPU":
            gpus.append(_Gpu(uuid, model.partition(":")[2].strip(), []))
        elif gpus:
            gpus[-1].migs.append(uuid)
    return gpus


def _uuid(name: str, gpus: list[_Gpu], environment: Mapping[str, str]) -> str:
    """Return the UUID of a device if it is certain, else its name."""
    if name.isdigit():
        # CUDA numbers the fastest GPU first by default, nvidia-smi goes by slot. For cards of one model it is the same.
        alike = len({gpu.model for gpu in gpus}) == 1 or environment.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"
        certain = alike and not any(gpu.migs for gpu in gpus) and int(name) < len(gpus)
        return gpus[int(name)].uuid if certain else name
    # CUDA allows shortened UUIDs.
    uuids = [uuid for gpu in gpus for uuid in (gpu.uuid, *gpu.migs) if uuid.startswith(name)]
    return uuids[0] if len(uuids) == 1 else name


def _nvidia_smi(folder: Path | None) -> str:
    """Return the output of ``nvidia-smi -L``. It is kept for minutes, while the machine has the same device files."""
    program = find_nvidia_smi()
    if program is None:
        return ""
    files = sorted(
        str(path) for folder_name in ("/dev", "/dev/nvidia-caps") for path in Path(folder_name).glob("nvidia*")
    )
    boot = Path("/proc/sys/kernel/random/boot_id")
    stamp = [boot.read_text() if boot.exists() else "", str(program), program.stat().st_mtime_ns, files]
    kept = folder / "nvidia-smi.json" if folder else None
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        if kept and 0 <= time.time() - kept.stat().st_mtime < _SMI_KEPT_SECONDS:
            content = json.loads(kept.read_text(encoding="utf-8"))
            if content["stamp"] == stamp:
                return content["output"]
    output = ask_nvidia_smi("-L")
    if kept and output:
        with contextlib.suppress(OSError):
            temporary = kept.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps({"stamp": stamp, "output": output}), encoding="utf-8")
            os.replace(temporary, kept)
    return output
