"""A warm worker of the tests' own, and scripts to run in it."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def private(tmp_path_factory) -> dict[str, str]:
    """An environment whose worker no other run uses; it leaves soon after the last test."""
    folder = tmp_path_factory.mktemp("run")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "INTERTASK"))}
    return environment | {
        "XDG_RUNTIME_DIR": str(folder),
        "INTERTASK_WORKER_IDLE_SECONDS": "20",
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "scripts" / "job.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write
