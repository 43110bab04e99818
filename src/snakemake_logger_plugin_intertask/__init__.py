"""Snakemake's logger plugin ``intertask``: progress on the terminal in place of a line for every job's start and end.

Found by its name. Dry runs, ``--quiet`` and ``--verbose`` print what Snakemake prints by itself; its own log file under
``.snakemake/log`` is as ever.
"""

import logging
import os
import shutil
import sys
import time
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from intertask.console.progress import Progress
from intertask.console.screen import block, ending, failure, one_line

#: Seconds between two lines in a file, and between two pictures of a terminal.
LINE_EVERY, PICTURE_EVERY = 15.0, 0.2
#: Rules that write to the terminal themselves.
SPEAKING = ("check", "plan", "write_recommendation")
#: Plain messages of Snakemake that are worth a line.
SHOWN = ("Nothing to be done", "Building DAG of jobs", "Complete log")

#: Messages that say less than the lines of this display.
UNSAID = (
    "Exiting because a job execution failed",
    "RuleException:\nCalledProcessError",
    "WorkflowError:\nAt least one job did not complete",
)


class LogHandler(LogHandlerBase):
    """One run's progress; events come in the order in which they happen, in one thread."""

    def __post_init__(self) -> None:
        settings = self.common_settings
        quiet = {str(part) for part in settings.quiet or ()} - {"reason"}
        self.plain = bool(settings.dryrun or quiet or settings.verbose or settings.debug_dag)
        self.stream = sys.stdout if settings.stdout else sys.stderr
        self.terminal = self.stream.isatty() and os.environ.get("TERM") != "dumb"
        self.progress = Progress()
        self.began = self.now()
        self.last = 0.0
        self.lines = 0  # of the picture on the terminal
        self.speaking: set[int] = set()
        self.over = False

    @staticmethod
    def now() -> float:
        return time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._emit(record)
        except Exception:  # a display must not end a run
            self.handleError(record)

    def _emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if self.plain:
            if text := self.format(record):
                self._say(text)
        elif event == LogEvent.RUN_INFO:
            self.progress.plan(record.stats, Path("results"))
        elif event == LogEvent.JOB_INFO:
            log = str(record.log[0]) if record.log else ""
            words = record.rule_msg or record.rule_name
            self.progress.start(record.jobid, record.rule_name, words, log, self.now())
            if record.rule_name in SPEAKING:
                self._clear()
                self.speaking.add(record.jobid)
            if record.jobid in self.progress.running:
                self._show()
        elif event == LogEvent.JOB_FINISHED:
            self.speaking.discard(record.job_id)
            if self.progress.finish(record.job_id, self.now()):
                self._show()
        elif event == LogEvent.JOB_ERROR:
            self.speaking.discard(record.jobid)
            if (job := self.progress.fail(record.jobid, self.now())) and job.rule != "check":
                of_cluster = [str(path) for path in list(record.log)[1:]]  # what the scheduler wrote
                of_cluster = [f"its log there: {', '.join(of_cluster)}"] if of_cluster else []
                reason = " ".join(str(record.rule_msg).split()) if record.rule_msg else ""  # a lost job has no other
                self._say("; ".join([failure(job), *filter(None, [reason]), *of_cluster]))
        elif event is None and (record.levelno >= logging.WARNING or record.getMessage().startswith(SHOWN)):
            if not record.getMessage().startswith(UNSAID):
                self._say(record.getMessage())
        elif event == LogEvent.ERROR:  # that of a group is followed by those of its jobs
            text = self.format(record) or record.getMessage()
            if not text.startswith(UNSAID):
                self._say(text)

    def _say(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        self.stream.write(text.rstrip("\n") + "\n")
        self.stream.flush()

    def _show(self) -> None:
        now = self.now()
        finished = self.progress.done >= self.progress.total
        if self.speaking or self.progress.total < 2:
            return
        if not self.terminal:
            if now - self.last >= LINE_EVERY or (finished and self.last):
                self.last = now
                self._say(one_line(self.progress, now))
            return
        if now - self.last < PICTURE_EVERY and not finished:
            return
        self.last = now
        size = shutil.get_terminal_size()
        lines = block(self.progress, now, size.columns - 1)
        if len(lines) >= size.lines:  # no room: the last line alone
            lines = lines[-1:]
        self._clear()
        self.stream.write("".join(f"{line}\n" for line in lines))
        self.stream.flush()
        self.lines = 0 if finished else len(lines)

    def _clear(self) -> None:
        """Take the picture away, so that what comes next stands in its place."""
        if self.lines:
            self.stream.write(f"\x1b[{self.lines}A\x1b[J")
            self.lines = 0

    def close(self) -> None:
        """What was done; called once in the end."""
        if not self.plain and not self.over and (self.progress.done or self.progress.failed):
            self.lines = 0  # the last picture stays
            only = self.progress.total == 1 and not self.progress.failed
            if not only:
                for line in ending(self.progress, self.now() - self.began):
                    self._say(line)
        self.over = True
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        return True

    @property
    def writes_to_file(self) -> bool:
        return False

    @property
    def has_filter(self) -> bool:
        return False

    @property
    def has_formatter(self) -> bool:
        return False

    @property
    def needs_rulegraph(self) -> bool:
        return False
