"""The remaining time in words. It never grows without a reason in the same line."""

from dataclasses import dataclass

from ..words import count, duration
from .progress import Estimate, Progress

#: An estimate that is larger than the last one by less than this share, or by fewer seconds, is not shown.
MAX_GROWTH, MAX_GROWTH_SECONDS = 0.1, 5.0
#: Share of the remaining jobs whose mean time must be known before an estimate is shown.
MIN_SHARE_KNOWN = 0.5
#: Number of seconds for which the reason for a longer estimate is shown. It disappears earlier if the estimate shrinks.
REASON_SECONDS = 30.0


@dataclass
class TimeLeft:
    """The remaining time that the user was shown last, and why it grew."""

    _shown: Estimate | None = None
    _reason: str = ""
    _reason_since: float = 0.0
    _before: float = 0.0  # the estimate before it grew, in seconds

    def words(self, progress: Progress, now: float) -> str:
        """Return the remaining time, as in ``about 7 min left``.

        The words are "more than" instead of "about" if the mean time is unknown for some stage. When the estimate has
        grown, its reason follows in parentheses. A slightly larger estimate is not shown: the last one stays.

        Args:
            progress: State of the run.
            now: The time, in seconds of the clock that ``progress`` uses.

        Returns:
            The words; empty if there are no jobs left, or no evidence yet.
        """
        new = progress.estimate(now)
        if new.share_known < MIN_SHARE_KNOWN:
            return ""
        old = self._shown
        if old is None or new.seconds <= old.seconds:
            self._shown = new
        elif new.seconds > max(old.seconds * (1 + MAX_GROWTH), old.seconds + MAX_GROWTH_SECONDS):
            self._reason, self._reason_since, self._before = reason_of_growth(old, new), now, old.seconds
            self._shown = new
        elif new.complete != old.complete:  # the number stays, but its certainty has changed
            self._shown = Estimate(old.seconds, new.complete, new.stages, new.jobs_at_once, new.retries)
        shown = self._shown
        if shown.seconds < 1 and _overdue(progress, now):
            return "the running jobs take longer than estimated" if shown.complete else ""
        recent = now - self._reason_since < REASON_SECONDS and shown.seconds > self._before
        reason = f" ({self._reason})" if self._reason and recent else ""
        return f"{'about' if shown.complete else 'more than'} {duration(max(round(shown.seconds), 1))} left{reason}"


def reason_of_growth(old: Estimate, new: Estimate) -> str:
    """Say why an estimate of the remaining time is larger than an earlier one: the cause that adds the most seconds.

    Args:
        old: The earlier estimate.
        new: The later, larger one.
    """
    if new.retries > old.retries:
        retries = new.retries - old.retries
        return f"{count(retries, 'job')} failed and {'is' if retries == 1 else 'are'} tried again"
    causes = [(0.0, "the running jobs take longer than estimated")]
    for name, (jobs, mean) in new.stages.items():
        if mean is None:
            continue
        old_jobs, old_mean = old.stages.get(name, (0, mean))
        if old_mean is None:
            causes.append((jobs * mean, f"now includes {name}: {duration(mean)} a job"))
            continue
        slower = f"{name}: {duration(mean)} a job, not {duration(old_mean)} as estimated"
        causes.append((jobs * (mean - old_mean), slower))
        causes.append(((jobs - old_jobs) * mean, f"{count(jobs - old_jobs, 'job')} added to {name}"))
    fewer = f"fewer jobs run at once: {new.jobs_at_once:.1f}, not {old.jobs_at_once:.1f}"
    causes.append((new.seconds * (1 - new.jobs_at_once / old.jobs_at_once) * new.jobs_at_once, fewer))
    return max(causes, key=lambda cause: cause[0])[1]


def _overdue(progress: Progress, now: float) -> bool:
    """Return whether a running job has taken longer than the mean of its stage."""
    return any(
        stage.mean is not None and now - job.started > stage.mean
        for name, stage in progress.stages.items()
        for job in progress.running_in(name)
    )
