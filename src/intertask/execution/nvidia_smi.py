"""Ask ``nvidia-smi`` about the GPUs of this machine.

Only light modules of the standard library are imported here, because the launcher of every job imports this one.
"""

import contextlib
import subprocess
from pathlib import Path

#: Longest wait for an answer, in seconds. If the driver is not kept loaded, an answer takes many seconds.
TIMEOUT = 60.0


def find_nvidia_smi() -> Path | None:
    """Find the program on the ``PATH``. Entries that cannot be read are passed over.

    Returns:
        Path of the program; None if it is not installed.
    """
    import shutil  # takes milliseconds, which jobs without a GPU need not wait

    program = shutil.which("nvidia-smi")
    return Path(program) if program else None


def ask_nvidia_smi(*arguments: str, timeout: float = TIMEOUT) -> str:
    """Run ``nvidia-smi``.

    Args:
        *arguments: Arguments of the program.
        timeout: Longest wait in seconds.

    Returns:
        What it printed; an empty text if it is not installed, fails or hangs.
    """
    program = find_nvidia_smi()
    if program is None:
        return ""
    try:
        process = subprocess.Popen(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
    except OSError:
        return ""
    try:
        output = process.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # A process that hangs in a driver cannot end.
            process.wait(timeout=1)
        return ""
    return output if process.returncode == 0 else ""
