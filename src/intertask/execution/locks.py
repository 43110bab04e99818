"""Locks that the kernel frees when their process dies, so that a killed run leaves nothing to unlock by hand."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def _open(path: Path) -> IO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "a")


@contextmanager
def exclusive(path: str | os.PathLike) -> Iterator[None]:
    """Hold ``path`` as a lock; wait, saying so, while another process holds it.

    After a SIGKILL of Snakemake a job may go on as an orphan. The next run's job waits here until the orphan has
    ended, instead of writing to the same checkpoints.
    """
    with _open(Path(path)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting: an earlier run's job is still at work on this", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:  # some network file systems have none
            print(f"not locked: {error}; a second run must not begin before this one has ended", flush=True)
        yield


def forget_stale_locks(folder: str | os.PathLike = ".snakemake", main: bool = True) -> IO | None:
    """Remove Snakemake's locks on a working folder if no Snakemake is alive there.

    Snakemake locks the folder by plain files, which outlive a SIGKILL: the next run would ask for ``--unlock``.
    Every Snakemake that reads our workflow holds a shared kernel lock as long as it lives; who can have it alone
    knows that nobody else is there.

    Args:
        folder: Snakemake's own folder.
        main: Whether this is the Snakemake that the user started. One inside a cluster job only says that it is alive:
            where the run has been killed and its jobs go on, the folder stays locked until they have ended.

    Returns:
        The open lock file: keep it until the process ends. None where the file system has no such locks.
    """
    folder = Path(folder)
    try:
        file = _open(folder / "intertask.alive")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for lock in (folder / "locks").glob("*.lock") if main else ():
                lock.unlink(missing_ok=True)
        except BlockingIOError:
            pass  # another run is alive: Snakemake's own locks are right
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        return None
    return file


def make_private(folder: Path) -> Path:
    """Make a folder for this user alone, if it is not there.

    Raises:
        OSError: It is there and is not ours alone.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o77 or folder.is_symlink():
        raise OSError(f"{folder} is open to others")
    return folder
