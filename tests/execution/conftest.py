"""A warm worker that only the tests use, and scripts to run in it."""

import contextlib
import os
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import DEADLINE_SECONDS


@pytest.fixture(scope="session")
def private(tmp_path_factory) -> Iterator[dict[str, str]]:
    """An environment whose worker no other run uses; it ends after the last test."""
    folder = tmp_path_factory.mktemp("run")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "INTERTASK"))}
    yield environment | {
        "XDG_RUNTIME_DIR": str(folder),
        "INTERTASK_WORKER_IDLE_SECONDS": str(DEADLINE_SECONDS),
        "OMP_NUM_THREADS": "1",
    }
    for address in folder.glob("intertask-*/*.sock"):
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(str(address))
            worker, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            os.kill(worker, signal.SIGTERM)


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "scripts" / "job.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write
