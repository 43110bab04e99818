"""Warm workers that only the tests use, and scripts to run in them."""

import contextlib
import os
import signal
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import DEADLINE_SECONDS

#: What takes seconds to import. The worker leaves out what the environment does not have.
HEAVY = ("torch", "transformers", "adapters", "sentence_transformers", "sklearn", "scipy", "pandas", "matplotlib")


@contextlib.contextmanager
def own_worker(folder: Path, **variables: str) -> Iterator[dict[str, str]]:
    """An environment whose worker no other run uses; the worker ends with the block."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "INTERTASK"))}
    yield (
        environment
        | {
            "XDG_RUNTIME_DIR": str(folder),
            "INTERTASK_WORKER_IDLE_SECONDS": str(DEADLINE_SECONDS),
            "OMP_NUM_THREADS": "1",
        }
        | variables
    )
    for address in folder.glob("intertask-*/*.sock"):
        with socket.socket(socket.AF_UNIX) as connection, contextlib.suppress(OSError):
            connection.connect(str(address))
            worker, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
            os.kill(worker, signal.SIGTERM)


@pytest.fixture(scope="session")
def private(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of a worker that has everything imported, as in a run."""
    with own_worker(tmp_path_factory.mktemp("run")) as environment:
        yield environment


@pytest.fixture(scope="session")
def light(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of a worker that starts within a second, because the heavy packages cannot be imported there."""
    folder = tmp_path_factory.mktemp("absent")
    (folder / "__pycache__").mkdir()  # made later, it would change the folder, and with it the worker
    for name in HEAVY:
        (folder / f"{name}.py").write_text(f"raise ImportError({name!r})\n")
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    with own_worker(tmp_path_factory.mktemp("run"), PYTHONPATH=path) as environment:
        yield environment


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "scripts" / "job.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write
