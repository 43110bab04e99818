"""Snakemake's logger plugin ``intertask``: shows progress by stage instead of a line for each start and end of a job.

Snakemake finds the plugin by the name of this package. It does not need this project's Snakefile. Dry runs, ``--quiet``
and ``--verbose`` print what Snakemake prints without a plugin. Snakemake's own log file under ``.snakemake/log`` is
written as always.
"""

import contextlib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

from intertask.console.configuration_files import check_configuration_files
from intertask.console.display import Display
from intertask.console.interrupts import Interrupts
from intertask.console.result import RULES_THAT_PRINT
from intertask.console.screen import failure
from intertask.errors import exit_on_user_error, replace_unprintable
from intertask.execution.locks import remove_stale_locks

#: Beginnings of Snakemake's plain messages that are shown.
SHOWN_MESSAGES = ("Nothing to be done", "Building DAG of jobs", "Complete log")
#: Beginnings of Snakemake's warnings and errors that are not shown, because the display says more.
HIDDEN_MESSAGES = (
    "Exiting because a job execution failed",
    "RuleException:\nCalledProcessError",
    "WorkflowError:\nAt least one job did not complete",
)


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Settings of the plugin: none. Snakemake makes them before it reads configuration files."""

    def __post_init__(self) -> None:
        """Check the configuration files of the command line; Snakemake would end with a traceback."""
        if Path(sys.argv[0]).name == "snakemake":
            from snakemake.cli import get_argument_parser

            words, _ = get_argument_parser().parse_known_args(sys.argv[1:])
            exit_on_user_error(lambda: check_configuration_files(words.configfile or []))


class LogHandler(LogHandlerBase):
    """Turns Snakemake's events of one run into calls of the display. Snakemake calls it from one thread."""

    def __post_init__(self) -> None:
        """Choose between the display and Snakemake's own messages."""
        replace_unprintable()
        settings = self.common_settings
        quiet = {str(part) for part in settings.quiet or ()} - {"reason"}
        self.plain = bool(settings.dryrun or quiet or settings.verbose or settings.debug_dag)
        self.interrupts = Interrupts()
        self.display = Display(sys.stdout if settings.stdout else sys.stderr, self.lock, self.interrupts)
        if not self.plain:
            self.interrupts.install()
            self.display.start_refreshing()

    def emit(self, record: logging.LogRecord) -> None:
        """Show an event of Snakemake.

        Args:
            record: The event.
        """
        try:
            self._emit(record)
        except Exception as error:  # an error of the display must not end the run
            self._give_up(error)

    def _emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event == LogEvent.WORKFLOW_STARTED:  # Snakemake is in its folder and has not locked it yet
            remove_stale_locks()
        if self.plain:
            if text := self.format(record):
                self.display.write_line(text)
        elif event == LogEvent.RUN_INFO:
            self.display.progress.plan(record.stats, Path("results"))
        elif event == LogEvent.JOB_INFO:
            self._job_starts(record)
        elif event == LogEvent.JOB_FINISHED:
            self.display.printing.discard(record.job_id)
            if self.display.progress.finish(record.job_id, self.display.now()):
                self.display.update()
        elif event == LogEvent.JOB_ERROR:
            self._job_fails(record)
        elif event == LogEvent.ERROR:  # the error of a group is followed by the errors of its jobs
            self._message(self.format(record) or record.getMessage())
        elif event is None and (record.levelno >= logging.WARNING or record.getMessage().startswith(SHOWN_MESSAGES)):
            self._message(record.getMessage())

    def _give_up(self, error: Exception) -> None:
        """Print Snakemake's own messages from now on."""
        self.display.printing.add(-1)  # no more progress
        if not self.plain:
            self.plain = True
            with contextlib.suppress(Exception):  # the stream itself may be broken
                self.display.write_line(f"The progress display failed ({error!r}). Snakemake's messages follow.")

    def _message(self, text: str) -> None:
        if text.startswith("Complete log") and not self.display.progress.failed:
            return
        if not text.startswith(HIDDEN_MESSAGES):
            self.display.write_line(text)

    def _job_starts(self, record: logging.LogRecord) -> None:
        progress = self.display.progress
        log = str(record.log[0]) if record.log else ""
        progress.start(record.jobid, record.rule_name, record.rule_msg or record.rule_name, log, self.display.now())
        if record.rule_name in RULES_THAT_PRINT:
            self.display.clear()
            self.display.printing.add(record.jobid)
        if record.jobid in progress.running:
            self.display.update()

    def _job_fails(self, record: logging.LogRecord) -> None:
        self.display.printing.discard(record.jobid)
        job = self.display.progress.fail(record.jobid, self.display.now())
        if job is None or job.rule == "check":  # the messages of check are shown at the end
            return
        scheduler_logs = ", ".join(map(str, list(record.log)[1:]))
        parts = [
            failure(job),
            " ".join(str(record.rule_msg or "").split()),  # the only reason that a lost job has
            f"log of the scheduler: {scheduler_logs}" if scheduler_logs else "",
        ]
        self.display.write_line("; ".join(filter(None, parts)))

    def close(self) -> None:
        """Write the last lines; Snakemake calls this at the end of a run."""
        with contextlib.suppress(Exception):  # the stream may be closed
            self.display.close(silent=self.plain)
        super().close()

    @property
    def writes_to_stream(self) -> bool:
        """Whether the plugin writes to the terminal: yes, so Snakemake does not."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Whether the plugin writes a log file: no, Snakemake does."""
        return False

    @property
    def has_filter(self) -> bool:
        """Whether the plugin filters messages itself: no, it uses Snakemake's filter."""
        return False

    @property
    def has_formatter(self) -> bool:
        """Whether the plugin formats messages itself: no, it uses Snakemake's formatter."""
        return False

    @property
    def needs_rulegraph(self) -> bool:
        """Whether the plugin needs the graph of rules: no."""
        return False
