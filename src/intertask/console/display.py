"""Writes a run's progress to a stream: a block that is updated in place on a terminal, lines in a file."""

import os
import shutil
import threading
import time
from typing import TextIO

from .interrupts import Interrupts
from .progress import Progress
from .screen import STOPPED, block, ending, one_line
from .time_left import TimeLeft

#: Seconds between two lines in a file while jobs end, and while none does.
LINE_SECONDS, QUIET_SECONDS = 15.0, 25.0
#: Seconds between two updates of the terminal while jobs end, and while none does.
PICTURE_SECONDS, REFRESH_SECONDS = 0.2, 1.0
#: A run of a single job is shown only if it takes this many seconds.
SHORT_RUN_SECONDS = 10.0


class Display:
    """The display of one run. A background thread keeps it up to date while no job starts or ends.

    All methods may be called from any thread that holds ``lock``. The thread is a daemon, so it never keeps the process
    alive, and a forked process has no copy of it.

    Attributes:
        progress: State of the run.
        printing: Numbers of the running jobs that write to the terminal themselves.
    """

    def __init__(self, stream: TextIO, lock: threading.RLock, interrupts: Interrupts):
        """Prepare the display; nothing is written yet.

        Args:
            stream: Where to write.
            lock: Held while the display is used, by the background thread too.
            interrupts: Tells whether the user has interrupted the run.
        """
        self.stream = stream
        self.terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
        self.progress = Progress()
        self.printing: set[int] = set()
        self._lock, self._interrupts, self._left = lock, interrupts, TimeLeft()
        self._began = self._last = self.now()
        self._block_lines = 0  # lines of the block, which the next update erases
        self._shown = False
        self._over = threading.Event()

    @staticmethod
    def now() -> float:
        """Return the time in seconds of the clock that the display uses."""
        return time.monotonic()

    def start_refreshing(self) -> None:
        """Start the background thread."""
        threading.Thread(target=self._refresh, name="intertask-display", daemon=True).start()

    def write_line(self, text: str) -> None:
        """Write a line that stays; nothing after the user has interrupted the run.

        Args:
            text: The line, or several.
        """
        if not self._interrupts.happened:
            self._write(text)

    def update(self, idle: bool = False) -> None:
        """Show the progress if the last time is long enough ago.

        Args:
            idle: Whether no job has started or ended: then the display is updated less often.
        """
        now = self.now()
        finished = self.progress.done >= self.progress.total
        short = self.progress.total < 2 and now - self._began < SHORT_RUN_SECONDS
        if self.printing or short or self._interrupts.happened or self._over.is_set():
            return
        if self.terminal:
            wait = REFRESH_SECONDS if idle else PICTURE_SECONDS
        else:
            wait = QUIET_SECONDS if idle else LINE_SECONDS
        first_or_last = bool(self.progress.total) and (not self._shown or (finished and not idle))
        if (now - self._last < wait and not first_or_last) or (idle and finished and self._shown):
            return
        self._last = now
        if not self.progress.total:
            if idle and not self.terminal:
                self._write(f"[{time.strftime('%H:%M:%S')}] Snakemake is finding out which jobs to run")
            return
        self._shown = True
        left = self._left.words(self.progress, now)
        if not self.terminal:
            self._write(one_line(self.progress, left))
            return
        size = shutil.get_terminal_size()
        lines = block(self.progress, left, size.columns - 1)
        if len(lines) >= size.lines:  # the block does not fit: only the line of the whole run
            lines = lines[-1:]
        self.clear()
        self.stream.write("".join(f"{line}\n" for line in lines))
        self.stream.flush()
        self._block_lines = 0 if finished else len(lines)

    def clear(self) -> None:
        """Take the block away, so that the next line takes its place."""
        if self._block_lines:
            self.stream.write(f"\x1b[{self._block_lines}A\x1b[J")
            self._block_lines = 0

    def close(self, silent: bool = False) -> None:
        """Write the last lines, once, and end the background thread.

        Args:
            silent: Whether to write nothing.
        """
        with self._lock:
            if not self._over.is_set():
                self._over.set()
                self._interrupts.remove()
                if not silent:
                    self._write_ending()

    def _write_ending(self) -> None:
        self._block_lines = 0  # the last block stays
        if self._interrupts.happened:
            self.stream.write("\r\x1b[K" if self.terminal else "")  # the terminal's own "^C"
            self._write(STOPPED)
        elif self.progress.total:
            for line in ending(self.progress, self.now() - self._began):
                self._write(line)

    def _write(self, text: str) -> None:
        self.clear()
        self.stream.write(text.rstrip("\n") + "\n")
        self.stream.flush()

    def _refresh(self) -> None:
        while not self._over.wait(REFRESH_SECONDS):
            with self._lock:
                try:
                    self.update(idle=True)
                except Exception:  # a closed terminal, for example: the run goes on
                    return
