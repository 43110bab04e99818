"""The logger plugin turns Snakemake's events into the display, and never raises into Snakemake."""

import io
import logging
import re
from types import SimpleNamespace

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_intertask import LogHandler


def handler(monkeypatch, **settings) -> tuple[LogHandler, io.StringIO]:
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    usual = {"dryrun": False, "quiet": None, "verbose": False, "debug_dag": False, "stdout": False}
    made = LogHandler(SimpleNamespace(**usual | settings), None)
    made.setFormatter(logging.Formatter("%(message)s (Snakemake's words)"))
    return made, stream


def event(name: LogEvent | None, message: str = "", level: int = logging.INFO, **fields) -> logging.LogRecord:
    record = logging.LogRecord("snakemake", level, "", 0, message, None, None)
    record.__dict__.update(fields, **({"event": name} if name else {}))
    return record


def run(made: LogHandler, fails: bool, rule: str = "run_transfer") -> None:
    made.handle(event(None, "Building DAG of jobs..."))
    made.handle(event(LogEvent.RUN_INFO, stats={"run_transfer": 1, "make_report": 1, "total": 2}))
    for number, name in enumerate((rule, "make_report")):
        made.handle(event(LogEvent.JOB_INFO, jobid=number, rule_name=name, rule_msg=f"making {name}", log=[]))
        if fails and number:
            made.handle(event(LogEvent.JOB_ERROR, jobid=number, rule_msg="lost", log=["", "slurm.log"]))
            made.handle(event(LogEvent.ERROR, "Exiting because a job execution failed"))
        else:
            made.handle(event(LogEvent.JOB_FINISHED, job_id=number))
    made.handle(event(None, "Complete log(s): x.log"))
    made.close()


def test_a_good_run_is_a_few_lines(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the times of an earlier run in the working folder would add a time left
    made, stream = handler(monkeypatch)
    run(made, fails=False)
    lines = [re.sub(r"^\[.*?\] ", "", line) for line in stream.getvalue().splitlines()]
    assert lines == [
        "Building DAG of jobs...", "0/2 jobs; transfers 0/1", "2/2 jobs", "Done: 2 jobs; wall time 1 s, job time 1 s.",
    ]  # fmt: skip


def test_a_failure_is_one_line_with_the_scheduler_s_reason(monkeypatch):
    made, stream = handler(monkeypatch)
    run(made, fails=True)
    assert (
        "FAILED making make_report: no message (log: none); lost; log of the scheduler: slurm.log\n"
        "Complete log(s): x.log\n" in stream.getvalue()
    )
    assert "Exiting because" not in stream.getvalue()
    assert stream.getvalue().endswith(
        "1 job failed; the result of the one that succeeded is kept. "
        "Fix the cause and run the same command again to resume.\n"
    )


@pytest.mark.parametrize("setting", [{"verbose": True}, {"dryrun": True}, {"quiet": ["rules"]}])
def test_other_modes_print_what_snakemake_says(monkeypatch, setting):
    made, stream = handler(monkeypatch, **setting)
    made.handle(event(None, "Building DAG of jobs..."))
    made.close()
    assert stream.getvalue() == "Building DAG of jobs... (Snakemake's words)\n"


def test_an_error_of_the_display_hands_over_to_snakemake(monkeypatch):
    made, stream = handler(monkeypatch)
    made.handle(event(LogEvent.RUN_INFO))  # without the number of jobs
    made.handle(event(None, "anything"))
    made.close()
    first, second = stream.getvalue().splitlines()
    assert first.startswith("The progress display failed") and second == "anything (Snakemake's words)"


def test_a_closed_stream_does_not_raise(monkeypatch):
    made, stream = handler(monkeypatch)
    stream.close()
    run(made, fails=True)


def test_what_the_interface_asks(monkeypatch):
    made, _ = handler(monkeypatch)
    made.close()
    assert made.writes_to_stream and not made.writes_to_file
    assert not (made.has_filter or made.has_formatter or made.needs_rulegraph)
