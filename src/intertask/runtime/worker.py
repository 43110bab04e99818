"""The warm worker: a server with the slow imports done, which forks a child per job.

Started by the launcher (:mod:`intertask.runtime.launch`), never by hand. It imports third-party packages and does
nothing else with them: no torch operation, no CUDA, so that a fork is safe. The project's own modules are imported by
each child, so changed code is seen at once. A child ends with its launcher; the worker ends when it has been idle for
:data:`IDLE_SECONDS`.
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from . import wire
from .launch import _script_as_main

IDLE_SECONDS = float(os.environ.get("INTERTASK_WORKER_IDLE_SECONDS", "60"))

#: What jobs import, slowest first. One that is missing in an environment is left out.
WARM = (
    "torch",
    "transformers",
    "transformers.trainer",
    "transformers.models.auto",
    "transformers.models.bert.modeling_bert",
    "transformers.models.roberta.modeling_roberta",
    "adapters",
    "adapters.trainer",
    "adapters.models.auto",
    "sentence_transformers",
    "sklearn.metrics",
    "scipy.stats",
    "seqeval.metrics",
    "pyarrow.parquet",
    "pydantic",
    "yaml",
)

_PR_SET_PDEATHSIG = 1


class Server:
    """One listening socket, and the connections of running jobs."""

    def __init__(self, address: Path):
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
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the launcher's to forward
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.set_wakeup_fd(self.wake_writer.fileno())

    def serve(self) -> None:
        """Until idle, or until another worker has taken the address."""
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
            if request is None or len(descriptors) != 2:
                raise OSError("not a job")
            child = os.fork()
        except (OSError, ValueError):
            connection.close()  # the launcher runs the script in place
            for descriptor in descriptors:
                os.close(descriptor)
            return
        if child == 0:
            self._become_job(request, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        connection.settimeout(None)
        self.jobs[child] = connection
        self.selector.register(connection, selectors.EVENT_READ, child)

    def _become_job(self, request: dict[str, Any], descriptors: list[int]) -> None:
        """In the child: leave everything of the server behind and run the script. Does not return."""
        status = 1
        try:
            os.setpgid(0, 0)
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            self.selector.close()
            for open_socket in (self.listener, self.wake, self.wake_writer, *self.jobs.values()):
                open_socket.close()
            os.dup2(descriptors[0], 1)
            os.dup2(descriptors[1], 2)
            for descriptor in descriptors:
                os.close(descriptor)
            os.chdir(request["cwd"])
            os.umask(request["umask"])
            os.environ.clear()
            os.environ.update(request["env"])
            threads = os.environ.get("OMP_NUM_THREADS", "")
            if threads.isdigit() and "torch" in sys.modules:
                # read from the environment when torch is imported, which was before
                sys.modules["torch"].set_num_threads(int(threads))
            gc.enable()
            _script_as_main(request["argv"])
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        except BaseException:
            traceback.print_exc()
        finally:
            with contextlib.suppress(BaseException):
                atexit._run_exitfuncs()
            for stream in (sys.stdout, sys.stderr):
                try:
                    stream.flush()
                except OSError:  # a full disk: not a success
                    status = status or 1
            os._exit(status & 0xFF)

    def _message(self, connection: socket.socket) -> None:
        """A signal to send on; or the launcher is gone, and its job with it."""
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
        """Tell the launchers of ended children."""
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
                wire.send(connection, {"status": status, "max_rss_mb": round(usage.ru_maxrss / 1024, 1)})
            connection.close()


def _kill(child: int, number: int) -> None:
    """Signal a job and whatever it started."""
    try:
        os.killpg(child, number)
    except ProcessLookupError:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)  # it has not made its group yet


def main() -> None:
    server = Server(Path(sys.argv[1]))
    for name in WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        # A fork of a process with threads can deadlock; without a worker the jobs run in place.
        sys.exit(f"{threads} threads after the imports: not safe to fork")
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    server.serve()


if __name__ == "__main__":
    main()
