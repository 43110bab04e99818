"""Start a script in the warm worker, or in place: ``python -m intertask.runtime.launch [--usage FILE] script args…``.

The script sees the same arguments, environment, working folder, umask, standard output and error as without the
launcher, and nothing on standard input. It is a process group of its own; SIGTERM, SIGINT and SIGHUP are sent on to it,
its exit code or signal comes back, and it does not outlive the launcher. The worker (:mod:`intertask.runtime.worker`)
saves the seconds that importing torch takes; where there is none (``warm_worker: false``, a cluster job, not Linux) the
script runs in place.

Only the standard library is imported here: this runs once per job.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import wire

#: '0' turns the worker off; set by the Snakefile from the configuration.
SWITCH = "INTERTASK_WARM_WORKER"
_START_SECONDS = 10.0
#: For the worker's imports: a fork of a process with threads can deadlock (Arrow's memory pool starts one otherwise),
#: and where the CUDA runtime has counted the GPUs, forked children cannot use them.
_SAFE_TO_FORK = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
}
#: Beginnings of the names of variables that Python and the worker's packages read once, at their start.
_READ_AT_START = ("PYTHON", "LANG", "LC_", "LD_", "HOME", "XDG_CACHE_HOME", "HF_", "HUGGINGFACE_", "TRANSFORMERS_")
_READ_AT_START += ("SENTENCE_TRANSFORMERS_", "TORCH", "PYTORCH_", "OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_")
_PR_SET_PDEATHSIG = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--usage", type=Path, help="write wall seconds and peak memory of the script here, as JSON")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    argv = [options.script, *options.arguments]
    started = time.monotonic()
    outcome = run_warm(argv) if warm_worker_wanted() else None
    if outcome is None:
        outcome = _run_in_place(argv)
    if options.usage:
        usage = {"seconds": round(time.monotonic() - started, 3), "max_rss_mb": outcome["max_rss_mb"]}
        options.usage.parent.mkdir(parents=True, exist_ok=True)
        temporary = options.usage.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(usage) + "\n", encoding="utf-8")
        os.replace(temporary, options.usage)
    _end_like(outcome["status"])


def warm_worker_wanted() -> bool:
    """Linux, not switched off, and not inside a cluster job (a node's job is alone there)."""
    return sys.platform == "linux" and os.environ.get(SWITCH, "1") != "0" and "SLURM_JOB_ID" not in os.environ


def _run_in_place(argv: list[str]) -> dict[str, Any]:
    """The same script in a process of its own."""
    launcher = os.getpid()
    child = subprocess.Popen(
        [sys.executable, *argv],
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C reaches the launcher alone, so the script gets it once
        preexec_fn=(lambda: die_with_parent(launcher)) if sys.platform == "linux" else None,
    )
    with _forwarding(lambda number: os.killpg(child.pid, number)):
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {"status": status, "max_rss_mb": round(usage.ru_maxrss / 1024, 1)}


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux); it may have ended already."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


@contextlib.contextmanager
def _forwarding(send: Callable[[int], None]) -> Iterator[list[int]]:
    """Within the block, signals go to the script by way of ``send``; gives the list of those that came.

    One that is ignored here (nohup) stays ignored.
    """
    came: list[int] = []

    def forward(number: int, _: Any) -> None:
        came.append(number)
        with contextlib.suppress(OSError):  # the script has just ended
            send(number)

    heeded = [number for number in wire.FORWARDED if signal.getsignal(number) != signal.SIG_IGN]
    previous = {number: signal.signal(number, forward) for number in heeded}
    try:
        yield came
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _end_like(status: int) -> None:
    """End this process as the script's ended: same exit code, or killed by the same signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        sys.exit(128 + number)  # still here: the first process of a container is spared its own signals
    sys.exit(os.WEXITSTATUS(status))


def run_warm(argv: list[str]) -> dict[str, Any] | None:
    """Run a script in the warm worker.

    Returns:
        ``status`` as of :func:`os.wait4` and ``max_rss_mb``; None where no worker could do it (then nothing was
        started, or it died with its worker, and the script is to run in place).
    """
    try:
        connection = _connect()
    except (OSError, subprocess.SubprocessError):
        return None
    if connection is None:
        return None
    request = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ), "umask": _umask()}
    reply = None
    with connection:
        try:
            wire.send(connection, request, [1, 2])
            with _forwarding(lambda number: wire.send(connection, {"signal": number})) as came:
                with contextlib.suppress(OSError):
                    reply, _ = wire.receive(connection)
                if reply is None and came:
                    return {"status": came[0], "max_rss_mb": 0.0}  # told to end: not to be started again
        except (OSError, ValueError):
            return None
    return reply


def _connect() -> socket.socket | None:
    """A connection to this environment's worker, which is started if need be."""
    folder = private_folder()
    address = folder / f"{worker_key()}.sock"
    connection = _try(address)
    if connection:
        return connection
    with open(address.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # of several jobs that start at once, one starts the worker
        connection = _try(address)
        if connection:
            return connection
        if address.with_suffix(".unsafe").exists():
            return None  # a worker has found that it cannot fork here; do not pay for its imports again
        search_path = {}
        if os.environ.get("PYTHONPATH"):  # relative entries: the worker is elsewhere
            entries = os.environ["PYTHONPATH"].split(os.pathsep)
            search_path = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, entries))}
        with open(address.with_suffix(".log"), "w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "intertask.runtime.worker", str(address)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=os.environ | search_path | _SAFE_TO_FORK,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            connection = _try(address)
            if connection:
                return connection
            if worker.poll() is not None:
                return None  # its reason is in the log
            time.sleep(0.02)
    return None


def _try(address: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(address))
        if wire.peer_uid(connection) == os.getuid():
            return connection
    except OSError:
        pass
    connection.close()
    return None


def private_folder() -> Path:
    """The folder of sockets, for this user alone.

    Raises:
        OSError: It is there and is not ours alone.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.access(base, os.W_OK | os.X_OK):
        base = "/tmp"
    folder = Path(base, f"intertask-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o77 or folder.is_symlink():
        raise OSError(f"{folder} is open to others")
    return folder


def worker_key() -> str:
    """Workers are shared by jobs with the same interpreter, search path, installed packages and processors.

    And with the same values of the variables that are read at a start.
    """
    places = [sys.executable, sys.prefix, *sys.path[1:]]  # the first entry is the working folder, never a job's
    stamps = [Path(place).stat().st_mtime_ns for place in sys.path[1:] if os.path.isdir(place)]
    code = [Path(__file__).with_name(name).stat().st_mtime_ns for name in ("launch.py", "worker.py", "wire.py")]
    settings = sorted(
        item
        for item in os.environ.items()
        # Snakemake sets the numbers of threads for each job; the worker's child sees to them
        if item[0].startswith(_READ_AT_START) and not item[0].endswith("_NUM_THREADS")
    )
    parts = [places, stamps, code, settings, sorted(os.sched_getaffinity(0))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _umask() -> int:
    mask = os.umask(0o77)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    main()
