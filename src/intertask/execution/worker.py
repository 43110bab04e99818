"""The warm worker: a server with the slow imports done, which forks a child per job.

The launcher (:mod:`intertask.execution.launch`) starts it. The worker only imports modules: it runs no torch operation
and does not touch CUDA, so that a fork is safe. If the imports leave threads behind, it refuses to serve. After a
change of this library, jobs start another worker (:func:`intertask.execution.launch.worker_key`), so they run the new
code. A child ends with its launcher and with the worker. The worker removes its socket and ends when it has been idle
for :data:`IDLE_SECONDS`.
"""

import atexit
import contextlib
import gc
import importlib
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from . import wire
from .launch import die_with_parent

IDLE_SECONDS = float(os.environ.get("INTERTASK_WORKER_IDLE_SECONDS", "60"))

#: Modules that jobs import, slowest first. Modules that the environment does not have are left out.
WARM = (
    "torch",
    "transformers",
    "transformers.trainer",
    "transformers.models.auto",
    "transformers.models.bert.modeling_bert",
    "transformers.models.bert.tokenization_bert_fast",
    "transformers.models.roberta.modeling_roberta",
    "adapters",
    "adapters.trainer",
    "adapters.models.auto",
    "adapters.models.bert.adapter_model",
    "adapters.models.roberta.adapter_model",
    "sentence_transformers",
    "sklearn.metrics",
    "scipy.stats",
    "seqeval.metrics",
    "pyarrow.parquet",
    "pydantic",
    "yaml",
    "pandas",
    "jinja2",
    "matplotlib.figure",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_pdf",
)

#: Packages of this library whose modules jobs import.
WARM_PACKAGES = tuple(f"intertask.{name}" for name in ("data", "types", "models", "methods", "rankings", "reporting"))


class Server:
    """The listening socket and the connections of running jobs.

    Attributes:
        address: Path of the socket.
        jobs: Process id of a child -> connection to its launcher.
    """

    def __init__(self, address: Path):
        """Listen at an address.

        Args:
            address: Path of the socket. An old socket there is replaced.
        """
        self.address = address
        self.jobs: dict[int, socket.socket] = {}  # by process id of the child
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        address.unlink(missing_ok=True)
        mask = os.umask(0o177)
        self.listener.bind(str(address))
        os.umask(mask)
        self.listener.listen(512)  # before the imports: jobs may already queue
        self.inode = address.stat().st_ino
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.wake, self.wake_writer = socket.socketpair()
        for end in (self.wake, self.wake_writer):
            end.setblocking(False)
        self.selector.register(self.wake, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the launcher forwards Ctrl-C
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.set_wakeup_fd(self.wake_writer.fileno())

    def serve(self) -> None:
        """Run jobs until the worker is idle, or another worker has taken its address."""
        idle_since = time.monotonic()
        try:
            while True:
                if self.jobs:
                    idle_since = time.monotonic()
                left = IDLE_SECONDS - (time.monotonic() - idle_since)
                if left <= 0:
                    return
                for key, _ in self.selector.select(min(left, 5)):
                    if key.fileobj is self.listener:
                        idle_since = time.monotonic()
                        self._accept()
                    elif key.fileobj is self.wake:
                        self.wake.recv(4096)
                    else:
                        self._message(key.fileobj)
                self._reap()
                if not self._still_ours() and not self.jobs:
                    return
        finally:
            if self._still_ours():
                self.address.unlink(missing_ok=True)
            for child in self.jobs:
                _kill(child, signal.SIGKILL)

    def _still_ours(self) -> bool:
        try:
            return self.address.stat().st_ino == self.inode
        except FileNotFoundError:
            return False

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(10)
        descriptors: list[int] = []
        try:
            if wire.peer_uid(connection) != os.getuid():
                raise OSError("another user")
            request, descriptors = wire.receive(connection)
            if request is None or len(descriptors) not in (2, 3):
                raise OSError("not a job")
            worker = os.getpid()
            # A signal that arrives before the child has left the server must not reach the server's handlers: these
            # would end the child with exit code 0.
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, wire.FORWARDED)
            try:
                child = os.fork()
                if child == 0:
                    self._become_job(request, descriptors, connection, mask, worker)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        except (OSError, ValueError):
            connection.close()  # then the launcher runs the script itself
            for descriptor in descriptors:
                os.close(descriptor)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(OSError):  # the launcher has ended, which ends the job below
            wire.send(connection, {"child": child})
        connection.settimeout(None)
        self.jobs[child] = connection
        self.selector.register(connection, selectors.EVENT_READ, child)

    def _become_job(
        self,
        request: dict[str, Any],
        descriptors: list[int],
        connection: socket.socket,
        mask: set[signal.Signals],
        worker: int,
    ) -> NoReturn:
        """Run the script in the child, without anything that belongs to the server."""
        try:
            os.setpgid(0, 0)
            die_with_parent(worker)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, *wire.FORWARDED):
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.selector.close()
            # Processes that the script forks may outlive it. With a copy of a connection they would keep the launcher
            # waiting.
            for open_socket in (self.listener, self.wake, self.wake_writer, connection, *self.jobs.values()):
                open_socket.close()
            for target, descriptor in enumerate(descriptors[:2], start=1):
                os.dup2(descriptor, target)
                os.close(descriptor)
            for lease in descriptors[2:]:  # open twice: see launch._run_in_place
                os.dup2(lease, 0)
                os.set_inheritable(lease, True)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            _run_job(request)
        finally:
            os._exit(1)  # even after an error, a child never returns to the server's loop

    def _message(self, connection: socket.socket) -> None:
        """Forward a signal to a job, or end the job if its launcher has ended."""
        child = self.selector.get_key(connection).data
        try:
            message, _ = wire.receive(connection)
        except (OSError, ValueError):
            message = None
        if message is None:
            _kill(child, signal.SIGKILL)
            self.selector.unregister(connection)
        elif message.get("signal") in wire.FORWARDED:
            _kill(child, message["signal"])

    def _reap(self) -> None:
        """Report ended children to their launchers."""
        while self.jobs:
            try:
                child, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            connection = self.jobs.pop(child, None)
            if connection is None:
                continue
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(connection)
            with contextlib.suppress(OSError):
                wire.send(connection, {"status": status} | wire.usage_of(usage))
            connection.close()


def _run_job(request: dict[str, Any]) -> NoReturn:
    """Run a script as ``python script args…`` would, and end the process as Python would."""
    status, interrupted = 1, False
    try:
        os.chdir(request["cwd"])
        os.umask(request["umask"])
        os.environ.clear()
        os.environ.update(request["env"])
        sys.stdout.reconfigure(line_buffering=os.isatty(1))
        _set_threads()
        gc.enable()
        _script_as_main(request["argv"])
        status = 0
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            status = end.code or 0
        else:
            print(end.code, file=sys.stderr)
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        own = error.__traceback__  # without the frames of this function and of _script_as_main
        rest = own and own.tb_next and own.tb_next.tb_next
        sys.excepthook(type(error), error.with_traceback(rest), rest)
    finally:
        with contextlib.suppress(BaseException):
            for step in steps_of_exit():
                step()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):  # a full disk, a closed pipe: not a success
                status = status or 120
        if interrupted:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        os._exit(status & 0xFF)


def steps_of_exit() -> list[Callable[[], object]] | None:
    """Return the steps with which the interpreter ends: wait for threads, then call what ``atexit`` has registered.

    Both are private to CPython. They were tried on CPython 3.11.7, 3.12.1 and 3.13.0. Where one is missing, the worker
    does not serve, and jobs start cold.

    Returns:
        The steps; None if this interpreter does not have them.
    """
    steps = [getattr(threading, "_shutdown", None), getattr(atexit, "_run_exitfuncs", None)]
    return steps if all(map(callable, steps)) else None


def _set_threads() -> None:
    """Set the job's number of threads, which torch and BLAS read from the environment when they are imported."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    threads = int(given) if given.isdigit() and int(given) else len(os.sched_getaffinity(0))
    if "threadpoolctl" in sys.modules:
        sys.modules["threadpoolctl"].threadpool_limits(threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)


def _script_as_main(argv: list[str]) -> None:
    """Execute a script as the module ``__main__``."""
    importlib.invalidate_caches()
    path = os.path.abspath(argv[0])
    sys.argv = argv
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    exec(compile(Path(path).read_bytes(), path, "exec", dont_inherit=True), module.__dict__)


def _kill(child: int, number: int) -> None:
    """Send a signal to a job and to the processes that it started."""
    try:
        os.killpg(child, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)  # it has not created its group yet


def main() -> None:
    """Serve at the address that the command line gives."""
    server = Server(Path(sys.argv[1]))
    if steps_of_exit() is None:
        _refuse(server, f"Python {sys.version.split()[0]} cannot end a forked job as it ends a script")
    import_modules()
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:  # a fork of a process with threads can deadlock
        _refuse(server, f"{threads} threads after the imports: not safe to fork")
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    server.serve()


def import_modules() -> None:
    """Import :data:`WARM` and all modules of :data:`WARM_PACKAGES`, except what the environment does not have."""
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for package in map(importlib.import_module, WARM_PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):
                importlib.import_module(module.name)


def _refuse(server: Server, reason: str) -> NoReturn:
    """End. The launcher starts no worker again and runs the jobs itself, in separate processes."""
    server.address.with_suffix(".unsafe").touch()
    server.address.unlink(missing_ok=True)
    sys.exit(reason)


if __name__ == "__main__":
    main()
