"""What the machine has: processors, memory, GPUs, disk."""

import os
import shutil
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Seconds that nvidia-smi has for an answer.
TIMEOUT = 20


def processors() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def memory() -> int:
    """Bytes of main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def gpus() -> list[str]:
    """Name and memory of each GPU that ``nvidia-smi`` lists; none where it is absent, fails or hangs."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def torch_is_for_cpus() -> bool:
    """Whether the torch that is installed was built without CUDA, by its version (``2.13.0+cpu``)."""
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return False


def free_disk(folder: Path) -> int:
    """Bytes that can be written where ``folder`` is or will be."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
