"""Start a script: ``python -m intertask.execution.launch [--gpus N] [--log FILE] script args…``.

The script sees the same arguments, environment, working folder, umask, standard output and standard error as without
the launcher. Its standard input is empty. With ``--gpus N`` it first waits for N GPUs
(:mod:`intertask.execution.gpu_leases`) and sees only these; 0 hides all GPUs. The script has its own process group.
The launcher forwards SIGTERM, SIGINT and SIGHUP to it and ends with its exit code or signal. The script outlives
neither the launcher nor the Snakemake that started it. The warm worker (:mod:`intertask.execution.worker`) saves the
seconds that importing torch takes. Without it, the script starts cold: with ``warm_worker: false``, in a cluster job,
and on other systems than Linux.

Only the standard library is imported here: this runs once per job.
"""

import argparse
import contextlib
import fcntl
import functools
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import gpu_leases as leases
from . import wire
from .locks import make_private
from .long_arguments import long_words_as_files, read_pipes

#: Folders of the logs and of the time and memory that each job took.
LOGS, BENCHMARKS = Path("results/logs"), Path("results/benchmarks")
#: '0' turns the worker off.
SWITCH = "INTERTASK_WARM_WORKER"
#: Variable with the process id of the Snakemake that runs the job.
RUN = "INTERTASK_RUN"
_START_SECONDS = 10.0
#: A worker that has not begun a job after this time is given up, and the job runs in place.
_BEGIN_SECONDS = 60.0
#: Time between two looks at a worker that does not answer.
_LOOK_SECONDS = 1.0
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
_READ_AT_START += ("INTERTASK_RETRY",)
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run the script that the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gpus", type=int, metavar="N", help="wait for N GPUs; 0: hide them")
    parser.add_argument(
        "--log", type=Path, help="log of the job below results/logs; what it took is written below results/benchmarks"
    )
    parser.add_argument("--join", action="store_true", help="use the warm worker only if it runs already")
    parser.add_argument("--cold", action="store_true", help="do not use the warm worker")
    parser.add_argument("--jobs-per-gpu", metavar="N", help="number of jobs that may share a GPU")
    parser.add_argument("--snakemake", metavar="PID", help="process that must not be outlived")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    argv = [options.script, *read_pipes(options.arguments)]
    os.environ.update(_settings(options))
    os.environ.pop("PYTHONOPTIMIZE", None)  # transformers reads docstrings, which the value 2 drops
    if options.gpus is not None and options.gpus < 0:
        parser.error(f"--gpus {options.gpus}: 0 or more")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C while waiting: no traceback in the job's log
    lease = leases.take(options.gpus, os.environ, pause) if options.gpus is not None else leases.Lease(None)
    if lease.visible is not None:
        os.environ[leases.VISIBLE] = lease.visible
    started = time.monotonic()
    outcome = run_warm(argv, lease.descriptor, start=not options.join) if warm_worker_wanted() else None
    if outcome is None:
        outcome = _run_in_place(argv, lease.descriptor)
    if options.log:
        path = BENCHMARKS.joinpath(options.log.relative_to(LOGS)).with_suffix(".json")
        usage = {"seconds": round(time.monotonic() - started, 3)} | outcome
        del usage["status"]
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(usage) + "\n", encoding="utf-8")
        os.replace(temporary, path)
    _end_like(outcome["status"])


def shared_options(warm_worker: bool, jobs_per_gpu: int) -> str:
    """Return the options that all jobs of one Snakemake have, as text for a shell.

    Args:
        warm_worker: Whether jobs may run in the warm worker.
        jobs_per_gpu: Number of jobs that may share a GPU.
    """
    options = ["--snakemake $PPID", *([] if warm_worker else ["--cold"])]  # the parent of the job's shell
    options += ["--jobs-per-gpu", str(int(jobs_per_gpu))] if jobs_per_gpu != 1 else []
    return " ".join(options)


def _settings(options: argparse.Namespace) -> dict[str, str]:
    """Return the environment variables that the options of :func:`shared_options` set."""
    settings = {
        SWITCH: "0" if options.cold else None,
        RUN: options.snakemake,
        leases.JOBS_PER_GPU: options.jobs_per_gpu,
    }
    return {name: value for name, value in settings.items() if value is not None}


def warm_worker_wanted() -> bool:
    """Return whether to use the warm worker: on Linux, if it is not turned off, and not in a cluster job.

    A cluster job starts a single script, so nothing would be saved.
    """
    return sys.platform == "linux" and os.environ.get(SWITCH, "1") != "0" and "SLURM_JOB_ID" not in os.environ


def _run_in_place(argv: list[str], lease: int | None = None) -> dict[str, Any]:
    """Run the script in a new process.

    The script has the lease open twice: processes that it starts by :mod:`subprocess` inherit only standard input, and
    processes that it forks by :mod:`multiprocessing` inherit everything else.
    """
    launcher = os.getpid()
    with contextlib.ExitStack() as files:
        argv, descriptors = long_words_as_files(argv, files)
        child = subprocess.Popen(
            [sys.executable, *argv],
            stdin=subprocess.DEVNULL if lease is None else lease,
            pass_fds=descriptors if lease is None else (lease, *descriptors),
            process_group=0,  # Ctrl-C reaches the launcher alone, so the script gets it once
            preexec_fn=(lambda: die_with_parent(launcher)) if sys.platform == "linux" else None,
        )
    with _forwarding(lambda number: os.killpg(child.pid, number)):
        with contextlib.suppress(AttributeError, OSError):  # not Linux
            _wait_for(os.pidfd_open(child.pid))
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return {"status": status} | wire.usage_of(usage)


def pause(seconds: float) -> None:
    """Sleep, and end at once if Snakemake ends in the meantime.

    Args:
        seconds: How long to sleep.
    """
    _wait_for(None, seconds)


def _wait_for(descriptor: int | None, seconds: float | None = None) -> bool:
    """Wait until a descriptor can be read or the time is over; end at once, with the script, if Snakemake ends.

    Returns whether the descriptor can be read.

    The launcher's parent is a shell, which goes on waiting after a SIGKILL of Snakemake.
    """
    waiting = select.poll()
    snakemake = _snakemake()
    for watched in (descriptor, snakemake):
        if watched is not None:
            waiting.register(watched, select.POLLIN)
    ready = dict(waiting.poll(None if seconds is None else 1000 * seconds))
    if snakemake in ready and descriptor not in ready:
        os.kill(os.getpid(), signal.SIGKILL)
    return descriptor in ready


@functools.cache
def _snakemake() -> int | None:
    """Return a descriptor of Snakemake's process; None without a Snakemake or without Linux."""
    with contextlib.suppress(KeyError, ValueError, AttributeError, OSError):
        return os.pidfd_open(int(os.environ[RUN]))
    return None


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends (Linux only); end if it has ended already.

    Args:
        parent: Process id of the parent.
    """
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


@contextlib.contextmanager
def _forwarding(send: Callable[[int], None]) -> Iterator[list[int]]:
    """Forward signals to the script by ``send`` within the block; give the list of the signals that arrived.

    A signal that is ignored here, for example under nohup, stays ignored.
    """
    came: list[int] = []

    def forward(number: int, _: Any) -> None:
        came.append(number)
        with contextlib.suppress(OSError):  # the script has just ended
            send(number)

    forwarded = [number for number in wire.FORWARDED if signal.getsignal(number) != signal.SIG_IGN]
    previous = {number: signal.signal(number, forward) for number in forwarded}
    try:
        yield came
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _end_like(status: int) -> None:
    """End this process as the script ended: with the same exit code, or killed by the same signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        sys.exit(128 + number)  # the first process of a container does not receive its own signals
    sys.exit(os.WEXITSTATUS(status))


def run_warm(argv: list[str], lease: int | None = None, start: bool = True) -> dict[str, Any] | None:
    """Run a script in the warm worker.

    Args:
        argv: The script and its arguments.
        lease: Descriptor of the job's GPU lease; None without one.
        start: Whether to start the worker if it does not run.

    Returns:
        ``status``, as :func:`os.wait4` gives it, and what :func:`.wire.usage_of` gives, as far as it is known. None
        if no worker could run the script: it was not started, or died with its worker, and must be started cold.
    """
    try:
        connection = _connect(start)
    except (OSError, subprocess.SubprocessError):
        return None
    if connection is None:
        return None
    request = {"argv": argv, "cwd": os.getcwd(), "env": dict(os.environ), "umask": _umask()}
    reply = None
    with connection:
        try:
            wire.send(connection, request, [1, 2] if lease is None else [1, 2, lease])
            with _forwarding(lambda number: wire.send(connection, {"signal": number})) as came:
                with contextlib.suppress(OSError):
                    reply = _answer(connection)
                if reply is None and came:
                    return {"status": came[0]}  # it was asked to end, so it is not started again
        except (OSError, ValueError):
            return None
    return reply


def _answer(connection: socket.socket) -> dict[str, Any] | None:
    """Wait for the end of a job. None if the worker ended, is stopped, or did not begin the job in time."""
    worker, child = wire.peer_pid(connection), None
    deadline = time.monotonic() + _BEGIN_SECONDS
    while True:
        if _wait_for(connection.fileno(), _LOOK_SECONDS):
            message, _ = wire.receive(connection)
            if message is None or "status" in message:
                return message
            child = message["child"]
        elif _is_stopped(worker) or (child is None and time.monotonic() > deadline):
            if child is not None:  # the worker could not tell how it ends
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child, signal.SIGKILL)
            return None


def _is_stopped(process: int) -> bool:
    """Whether a process is stopped, by SIGSTOP or a debugger."""
    with contextlib.suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in ("T", "t")
    return False


def _connect(start: bool = True) -> socket.socket | None:
    """Return a connection to this environment's worker, which is started if necessary and if ``start`` allows it."""
    folder = private_folder()
    address = folder / f"{worker_key()}.sock"
    connection = _try(address)
    if connection or not start:
        return connection
    with open(address.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # if several jobs start at once, one of them starts the worker
        connection = _try(address)
        if connection:
            return connection
        if address.with_suffix(".unsafe").exists():
            return None  # a worker cannot fork here; do not repeat its imports
        search_path = {}
        if os.environ.get("PYTHONPATH"):  # relative entries: the worker has another working folder
            entries = os.environ["PYTHONPATH"].split(os.pathsep)
            search_path = {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, entries))}
        with open(address.with_suffix(".log"), "w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "intertask.execution.worker", str(address)],
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
    """Return the folder of the sockets, which only this user can read.

    Raises:
        OSError: The folder exists and is open to others or belongs to another user.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.access(base, os.W_OK | os.X_OK):
        base = "/tmp"
    return make_private(Path(base, f"intertask-{os.getuid()}"))


def worker_key() -> str:
    """Return the name of the worker that this job may use.

    Jobs share a worker if they have the same interpreter, search path, installed packages, processors and code of this
    library, and the same values of the variables that Python and the packages read when they start.
    """
    paths = [sys.executable, sys.prefix, *sys.path[1:]]  # the first entry is the working folder
    stamps = [Path(path).stat().st_mtime_ns for path in sys.path[1:] if os.path.isdir(path)]
    library = Path(__file__).parents[1]
    code = [(str(path), path.stat().st_mtime_ns) for path in sorted(library.rglob("*.py"))]
    settings = sorted(
        item
        for item in os.environ.items()
        # Snakemake sets the numbers of threads for each job, and the worker's child applies them.
        if item[0].startswith(_READ_AT_START) and not item[0].endswith("_NUM_THREADS")
    )
    parts = [paths, stamps, code, settings, sorted(os.sched_getaffinity(0))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _umask() -> int:
    mask = os.umask(0o77)
    os.umask(mask)
    return mask


if __name__ == "__main__":
    main()
