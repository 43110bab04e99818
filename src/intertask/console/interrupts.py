"""Notice Ctrl-C before Snakemake does, so that the display knows why jobs fail."""

import signal
import threading
import time
from types import FrameType
from typing import Any

#: A further Ctrl-C within this many seconds is ignored: the jobs have received it, and Snakemake waits for them.
PATIENCE_SECONDS = 10.0


class Interrupts:
    """Watches SIGINT in front of the handler that is installed, which still receives it.

    Snakemake reports an interrupted job as a failed one, sometimes before it reports the interrupt. A second
    KeyboardInterrupt while it waits for its jobs ends in a traceback.

    Attributes:
        happened: Whether the user has interrupted the run.
    """

    def __init__(self) -> None:
        self.happened = False
        self._first = 0.0
        self._previous: Any = None

    def install(self) -> None:
        """Watch SIGINT; do nothing outside the main thread, or if SIGINT is ignored or not handled by Python."""
        previous = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._handle)

    def remove(self) -> None:
        """Restore the previous handler; after an interrupt, go on ignoring further ones for some seconds."""
        if self._previous is not None and not self.happened:
            signal.signal(signal.SIGINT, self._previous)
            self._previous = None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.happened and now - self._first < PATIENCE_SECONDS:
            return
        if not self.happened:
            self.happened, self._first = True, now
        self._previous(number, frame)
