"""The folder that keeps the checkpoints of a training job until its result is written."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...execution.locks import exclusive


@contextmanager
def checkpoint_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Hold a job's checkpoint folder for one process, and remove it once the result is written.

    If the block fails, the folder stays, and the next run of the job continues from its checkpoints.

    Args:
        path: The folder. It may exist from an interrupted run.

    Yields:
        The folder. The block trains and writes the result.
    """
    folder = Path(path)
    with exclusive(folder / "lock"):
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
