"""Progress in words: lines for a terminal and for a file, one line a failure, and the end."""

import time
from collections.abc import Sequence
from pathlib import Path

from ..words import count, duration
from .progress import Job, Progress, stage_of

#: Lines of a failed job's log that are shown in the end, where it holds no message of ours.
LAST_LINES = 12
#: At most so many of the failed jobs are shown with their logs.
MOST_FAILED = 5


def time_left(progress: Progress, now: float, names: Sequence[str] | None = None) -> str:
    """``about 7 min left``; with a + where some stage is not in it; nothing before there is evidence."""
    seconds, whole = progress.seconds_left(names, now)
    if not seconds:
        return ""
    return f"{'about' if whole else 'more than'} {duration(max(round(seconds), 1))} left"


def one_line(progress: Progress, now: float) -> str:
    """For a file: the time of day, jobs done, what runs."""
    parts = [f"{progress.done}/{progress.total} jobs"]
    if left := time_left(progress, now):
        parts.append(left)
    if progress.failed:
        parts.append(f"{len(progress.failed)} failed")
    stages = [
        f"{name} {s.done}/{s.total}"
        for name, s in progress.stages.items()
        if s.left and (s.done or _at(progress, name))
    ]
    return f"[{time.strftime('%H:%M:%S')}] {', '.join(parts)}" + (f"; {', '.join(stages)}" if stages else "")


def _at(progress: Progress, stage: str) -> list[Job]:
    return [job for job in progress.running.values() if stage_of(job.rule) == stage]


def block(progress: Progress, now: float, width: int) -> list[str]:
    """For a terminal: a line a stage, then the whole run; none is wider than ``width``."""
    names = max(map(len, progress.stages), default=0)
    lines = []
    for name, stage in progress.stages.items():
        count = f"{stage.done}/{stage.total}"
        line = f"  {name:<{names}}  {count:>11}"
        if not stage.left:
            line += "  done"
        elif at_work := _at(progress, name):
            left = time_left(progress, now, [name])
            line += f"  {left or 'running'}: {at_work[-1].words}"
        lines.append(line)
    whole = f"  {'all':<{names}}  {f'{progress.done}/{progress.total}':>11}"
    left = time_left(progress, now)
    failed = f"; {len(progress.failed)} failed" if progress.failed else ""
    lines.append(f"{whole}  {left}{failed}".rstrip())
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def failure(job: Job) -> str:
    """One line: what failed, why, and where to read more."""
    return f"FAILED {job.words}: {_reason(job.log) or 'no message'} (log: {job.log or 'none'})"


def _log(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").rstrip().splitlines() if path else []
    except OSError:
        return []


def _reason(path: str) -> str:
    """The message of the log: ours, or its last line."""
    lines = _log(path)
    ours = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    said = ours[-1] if ours else last
    return said if len(said) <= 200 else said[:199] + "…"


def ending(progress: Progress, seconds: float) -> list[str]:
    """The last lines: how much was done, and of failed jobs what their logs say and how to go on."""
    jobs = f"{count(progress.done, 'job')} in {duration(max(round(seconds), 1))}"
    if not progress.failed:
        whole = progress.done >= progress.total
        return [f"Done: {jobs}." if whole else f"Stopped after {jobs}. The same command goes on from there."]
    lines = []
    for job in list(progress.failed.values())[:MOST_FAILED]:
        log = _log(job.log)
        begin = max((n for n, line in enumerate(log) if line.startswith("Error: ")), default=None)
        shown = log[begin:] if begin is not None else log[-LAST_LINES:]
        if job.rule == "check":  # its log is all messages
            shown = log
        lines += ["", f"{job.words}, {job.log or 'no log'}:", *(f"  {line}" for line in shown)]
    more = len(progress.failed) - MOST_FAILED
    lines += [""] if more <= 0 else ["", f"And {more} more failed."]
    return [
        *lines,
        f"{count(len(progress.failed), 'job')} failed, {jobs} ended well and stay. "
        "Mend the cause, then the same command goes on from there.",
    ]
