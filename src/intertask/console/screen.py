"""Progress in words: the lines for a terminal and for a file, one line for each failure, and the last lines."""

import time
from pathlib import Path

from ..words import count, duration
from .progress import Job, Progress

#: Number of lines of a failed job's log that are shown at the end, if the log has no message of this package.
LOG_LINES = 12
#: Number of failed jobs whose logs are shown at the end.
MAX_LOGS = 5
#: Longest reason of a failure, in characters.
MAX_REASON = 200
#: The last line of a run that the user has interrupted.
STOPPED = "Stopped. Run the same command to continue."


def one_line(progress: Progress, left: str) -> str:
    """Return the line for a file: the time of day, finished jobs, the remaining time, and the stages at work.

    Args:
        progress: State of the run.
        left: The remaining time in words; empty if it is unknown.
    """
    parts = [f"{progress.done}/{progress.total} jobs", *([left] if left else [])]
    if progress.failed:
        parts.append(f"{len(progress.failed)} failed")
    stages = [
        f"{name} {stage.done}/{stage.total}"
        for name, stage in progress.stages.items()
        if stage.left and (stage.done or progress.running_in(name))
    ]
    return f"[{time.strftime('%H:%M:%S')}] {', '.join(parts)}" + (f"; {', '.join(stages)}" if stages else "")


def block(progress: Progress, left: str, width: int) -> list[str]:
    """Return the lines for a terminal: one for each stage, then one for the whole run.

    Args:
        progress: State of the run.
        left: The remaining time in words; empty if it is unknown.
        width: Longest line, in characters.
    """
    names = max(map(len, progress.stages), default=0)
    lines = []
    for name, stage in progress.stages.items():
        state = "done" if not stage.left else "".join(job.label for job in progress.running_in(name)[-1:])
        lines.append(f"  {name:<{names}}  {f'{stage.done}/{stage.total}':>11}  {state}".rstrip())
    failed = f"{len(progress.failed)} failed" if progress.failed else ""
    state = "; ".join(filter(None, [left, failed]))
    lines.append(f"  {'all':<{names}}  {f'{progress.done}/{progress.total}':>11}  {state}".rstrip())
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def failure(job: Job) -> str:
    """Return the line of a failed job: its name, the reason, and its log.

    Args:
        job: The job.
    """
    return f"FAILED {job.label}: {_reason(job.log) or 'no message'} (log: {job.log or 'none'})"


def ending(progress: Progress, seconds: float) -> list[str]:
    """Return the last lines: what was done, what the logs of failed jobs say, and how to continue.

    Args:
        progress: State of the run.
        seconds: Wall time of the run, in seconds.
    """
    if not progress.failed:
        if progress.done < progress.total:
            return [STOPPED]
        wall, job_time = (duration(max(round(value), 1)) for value in (seconds, progress.job_seconds))
        return [f"Done: {count(progress.done, 'job')}; wall time {wall}, job time {job_time}."]
    lines = []
    for job in list(progress.failed.values())[:MAX_LOGS]:
        if shown := _shown_lines(job):
            lines += ["", f"{job.label}, {job.log}:", *(f"  {line}" for line in shown)]
    if all(job.rule == "check" for job in progress.failed.values()):
        return [*lines, "", "Fix the problems above and run the check again."]
    more = len(progress.failed) - MAX_LOGS
    lines += ["", f"{count(more, 'more job')} failed."] if more > 0 else []
    kept = {
        0: "no job succeeded",
        1: "the result of the one that succeeded is kept",
    }.get(progress.done, f"the results of the {progress.done:,} that succeeded are kept")
    return [
        *lines,
        "",
        f"{count(len(progress.failed), 'job')} failed; {kept}. Fix the cause and run the same command again to resume.",
    ]


def _shown_lines(job: Job) -> list[str]:
    """Return the lines of a job's log that the user needs: this package's last message, or the end of the log."""
    log = _log_lines(job.log)
    if job.rule == "check":  # its log is all messages
        return log
    begin = max((n for n, line in enumerate(log) if line.startswith("Error: ")), default=None)
    return log[begin:] if begin is not None else log[-LOG_LINES:]


def _log_lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").rstrip().splitlines() if path else []
    except OSError:
        return []


def _reason(path: str) -> str:
    """Return this package's last message in a log, or the log's last line."""
    lines = _log_lines(path)
    messages = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    reason = messages[-1] if messages else last
    return reason if len(reason) <= MAX_REASON else reason[: MAX_REASON - 1] + "…"
