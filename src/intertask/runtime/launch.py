"""Start a script in the warm worker, or in place: ``python -m intertask.runtime.launch [--usage FILE] script args…``.

The script sees the same arguments, environment, working folder, standard output and error as without the launcher, and
its exit code or signal comes back. The worker (:mod:`intertask.runtime.worker`) saves the seconds that importing torch
takes; where there is none (``warm_worker: false``, a cluster job, not Linux) the script runs in place.

Only the standard library is imported here: this runs once per job.
"""

import argparse
import fcntl
import hashlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import wire

#: '0' turns the worker off; set by the Snakefile from the configuration.
SWITCH = "INTERTASK_WARM_WORKER"
_START_SECONDS = 10.0
#: For the worker's imports: a fork of a process with threads can deadlock. Arrow's memory pool starts one otherwise.
_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "TOKENIZERS_PARALLELISM": "false",
}


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
    child = subprocess.Popen([sys.executable, *argv])
    previous = {n: signal.signal(n, lambda n, _: child.send_signal(n)) for n in wire.FORWARDED}
    _, status, usage = os.wait4(child.pid, 0)
    for number, handler in previous.items():
        signal.signal(number, handler)
    return {"status": status, "max_rss_mb": round(usage.ru_maxrss / 1024, 1)}


def _end_like(status: int) -> None:
    """End this process as the script's ended: same exit code, or killed by the same signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        time.sleep(60)  # the signal is on its way
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
    with connection:
        request = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ), "umask": _umask()}
        try:
            wire.send(connection, request, [1, 2])
        except OSError:
            return None
        for number in wire.FORWARDED:
            # The worker sends the signal on to the script; we end when it has ended.
            signal.signal(number, lambda n, _: wire.send(connection, {"signal": n}))
        try:
            reply, _ = wire.receive(connection)
        except OSError:
            reply = None
        for number in wire.FORWARDED:
            signal.signal(number, signal.SIG_DFL)
    return reply if reply and "status" in reply else None


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
        with open(address.with_suffix(".log"), "w") as log:
            subprocess.Popen(
                [sys.executable, "-m", "intertask.runtime.worker", str(address)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                env=os.environ | _ONE_THREAD,
            )
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            connection = _try(address)
            if connection:
                return connection
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
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp")
    folder = base / f"intertask-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o77 or folder.is_symlink():
        raise OSError(f"{folder} is open to others")
    return folder


def worker_key() -> str:
    """Workers are shared by jobs with the same interpreter, search path and installed packages."""
    # the first entry is the script's or the working folder
    places = [sys.executable, sys.prefix, os.environ.get("PYTHONPATH", ""), *sys.path[1:]]
    stamps = [Path(place).stat().st_mtime_ns for place in sys.path[1:] if os.path.isdir(place)]
    code = Path(__file__).with_name("worker.py").stat().st_mtime_ns
    return hashlib.sha256(json.dumps([places, stamps, code]).encode()).hexdigest()[:16]


def _umask() -> int:
    mask = os.umask(0o77)
    os.umask(mask)
    return mask


def _script_as_main(argv: list[str]) -> None:
    """Run a script in this process as ``python script args…`` would."""
    sys.argv = argv
    sys.path[0] = str(Path(argv[0]).resolve().parent)
    runpy.run_path(argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
