"""Locks that the kernel frees when their process dies, so that a killed run leaves nothing to unlock by hand."""

import contextlib
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
    """Hold ``path`` as a lock. While another process holds it, wait and print a line that says so.

    After a SIGKILL of Snakemake, a job may go on as an orphan. The same job of the next run waits here until the orphan
    has ended, instead of writing to the same checkpoints.

    Args:
        path: The lock file; it is created if necessary.
    """
    with _open(Path(path)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("This job waits: the same job of an earlier run is still running.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError as error:  # some network file systems have no locks
            print(f"No lock: {error}. Do not start a second run before this one has ended.", flush=True)
        yield


class Presence:
    """Tells other Snakemakes in the same folder that this one is alive.

    Snakemake locks a folder by plain files, which outlive a SIGKILL: the next run would ask for ``--unlock``. Every
    Snakemake that reads the workflow also holds a shared kernel lock as long as it lives. A Snakemake that can have the
    lock alone knows that no other is alive in the folder, and that Snakemake's own lock files are stale.

    Args:
        folder: Snakemake's own folder. Where it is on a file system without kernel locks, nothing is ever stale.
        main: Whether the user started this Snakemake. One inside a cluster job never removes lock files. So, after the
            main Snakemake was killed, the folder stays locked until the cluster jobs have ended.
    """

    def __init__(self, folder: str | os.PathLike = ".snakemake", main: bool = True):
        self.folder, self.main = Path(folder), main
        self._file: IO | None = None
        with contextlib.suppress(OSError):
            self._file = _open(self.folder / "intertask.alive")
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def remove_stale_locks(self) -> None:
        """Remove Snakemake's lock files if no other Snakemake is alive in the folder."""
        if self._file is None or not self.main:
            return
        with contextlib.suppress(OSError):  # BlockingIOError: another run is alive, so its lock files are right
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for lock in (self.folder / "locks").glob("*.lock"):
                lock.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def close(self) -> None:
        """Release the lock. It is also released when the process ends."""
        if self._file is not None:
            self._file.close()


_presence: Presence | None = None


def announce_presence(main: bool) -> None:
    """Hold a :class:`Presence` in the working folder until this process ends; called when rule files are read.

    Args:
        main: Whether the user started this Snakemake.
    """
    global _presence
    _presence = Presence(main=main)


def remove_stale_locks() -> None:
    """Remove stale lock files of the folder in which :func:`announce_presence` was called, if it was."""
    if _presence is not None:
        _presence.remove_stale_locks()


def make_private(folder: Path) -> Path:
    """Create a folder that only this user can read, if it does not exist.

    Args:
        folder: The folder.

    Returns:
        The same folder.

    Raises:
        OSError: The folder exists and is open to others or belongs to another user.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o77 or folder.is_symlink():
        raise OSError(f"{folder} is open to others")
    return folder
