"""Describe this machine: CPU cores, memory, GPUs and disk."""

import os
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..execution.nvidia_smi import ask_nvidia_smi

#: Maximum time to wait for nvidia-smi, in seconds.
TIMEOUT = 20


def cpu_cores() -> int:
    """Count the CPU cores that are available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """Return the size of the main memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def gpus() -> list[str]:
    """List the GPUs that ``nvidia-smi`` reports, each with its name and memory.

    Returns:
        One text per GPU; none if the program is not installed, fails or hangs.
    """
    output = ask_nvidia_smi("--query-gpu=name,memory.total", "--format=csv,noheader", timeout=TIMEOUT)
    return [line.strip() for line in output.splitlines() if line.strip()]


def torch_is_for_cpus() -> bool:
    """Tell whether the installed torch was built without CUDA, by its version (``2.13.0+cpu``)."""
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def free_disk(folder: Path) -> int:
    """Return the free disk space for a folder in bytes.

    Args:
        folder: A folder; it need not exist yet.
    """
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
