"""How far a run is: finished and remaining jobs by stage, and an estimate of the remaining time.

This module only does arithmetic on events. :mod:`.time_left` and :mod:`.screen` make words of it, and
``snakemake_logger_plugin_intertask`` feeds it with Snakemake's events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..artifacts import STAGES, STEPS, stage_of

#: Rules that only request files.
RULES_WITHOUT_JOB = ("all", "recommend")
#: Number of earlier benchmarks of a step that are read for the mean time of its jobs.
MAX_BENCHMARKS = 20


@dataclass
class Stage:
    """Jobs of one stage.

    Attributes:
        total: Number of jobs.
        done: Number of jobs that have succeeded.
        seconds: Job time of the jobs that have succeeded.
        earlier: Mean seconds of a job of this stage in earlier runs; None if there were none.
    """

    total: int = 0
    done: int = 0
    seconds: float = 0.0
    earlier: float | None = None

    @property
    def left(self) -> int:
        """Number of jobs that have not succeeded yet."""
        return max(self.total - self.done, 0)

    @property
    def mean(self) -> float | None:
        """Mean seconds of a job: in this run if one has ended, else in earlier runs, else None."""
        return self.seconds / self.done if self.done else self.earlier


@dataclass
class Job:
    """One job that runs or has failed.

    Attributes:
        rule: Its Snakemake rule.
        label: The rule's message, which names the job to the user.
        log: Path of its log; empty if it has none.
        started: When it started, in seconds of any clock.
    """

    rule: str
    label: str
    log: str
    started: float


@dataclass(frozen=True)
class Estimate:
    """The remaining time, and what it was computed from.

    Attributes:
        seconds: Seconds of wall time that the remaining jobs of the stages with a known mean may take.
        complete: Whether the mean is known for every stage that has jobs left.
        stages: Stage -> (number of jobs left, mean seconds of a job or None).
        jobs_at_once: Number of jobs that run at once, in the mean.
        retries: Number of jobs that were started again after a failure.
    """

    seconds: float
    complete: bool
    stages: Mapping[str, tuple[int, float | None]]
    jobs_at_once: float
    retries: int

    @property
    def share_known(self) -> float:
        """Share of the jobs left that belong to a stage with a known mean; 0 if no jobs are left."""
        known = sum(jobs for jobs, mean in self.stages.values() if mean is not None)
        return known / max(sum(jobs for jobs, _ in self.stages.values()), 1)


@dataclass
class Progress:
    """State of one run, kept up to date by Snakemake's events.

    Attributes:
        stages: Stages that have jobs, by name, in the order of the work.
        running: Running jobs by Snakemake's number.
        failed: Failed jobs by Snakemake's number, in the order of their failures. Jobs that are being retried are
            removed.
        retries: Number of jobs that were started again after a failure.
    """

    stages: dict[str, Stage] = field(default_factory=dict)
    running: dict[int, Job] = field(default_factory=dict)
    failed: dict[int, Job] = field(default_factory=dict)
    retries: int = 0
    _busy: float = 0.0
    _wall: float = 0.0
    _last: float | None = None

    def plan(self, stats: Mapping[str, int], results: Path | None = None) -> None:
        """Set the number of jobs; called again when a checkpoint has changed it.

        Args:
            stats: Rule -> number of jobs, as Snakemake counts them; ``total`` is ignored.
            results: Folder with the benchmarks of earlier runs; None if there is none.
        """
        counts: dict[str, int] = {}
        for rule, jobs in stats.items():
            if rule not in (*RULES_WITHOUT_JOB, "total"):
                counts[stage_of(rule)] = counts.get(stage_of(rule), 0) + jobs
        for name, jobs in counts.items():
            stage = self.stages.setdefault(name, Stage())
            stage.total = jobs
            stage.earlier = _mean_of_earlier_runs(results, name) if results else None
        self._sort()

    def start(self, number: int, rule: str, label: str, log: str, now: float) -> None:
        """Record that a job has started.

        Args:
            number: Snakemake's number of the job.
            rule: Its rule.
            label: The rule's message.
            log: Path of its log; empty if it has none.
            now: The time, in seconds of any clock.
        """
        self._advance(now)
        if rule in RULES_WITHOUT_JOB:
            return
        self.retries += self.failed.pop(number, None) is not None
        self.running[number] = Job(rule, label, log, now)
        stage = self.stages.setdefault(stage_of(rule), Stage())
        # Jobs that a checkpoint has added were not counted at the start.
        stage.total = max(stage.total, stage.done + len(self.running_in(stage_of(rule))))
        self._sort()

    def finish(self, number: int, now: float) -> bool:
        """Record that a job has succeeded.

        Args:
            number: Snakemake's number of the job.
            now: The time, in seconds of the same clock.

        Returns:
            Whether the job counts; False for a job that was not started here.
        """
        self._advance(now)
        job = self.running.pop(number, None)
        if job is not None:
            stage = self.stages[stage_of(job.rule)]
            stage.done += 1
            stage.seconds += now - job.started
        return job is not None

    def fail(self, number: int, now: float) -> Job | None:
        """Record that a job has failed.

        Args:
            number: Snakemake's number of the job.
            now: The time, in seconds of the same clock.

        Returns:
            The job; None if it is not running, for example because its failure has been recorded before.
        """
        self._advance(now)
        job = self.running.pop(number, None)
        if job is not None:
            self.failed[number] = job
        return job

    def running_in(self, stage: str) -> list[Job]:
        """Return the running jobs of a stage, the newest last.

        Args:
            stage: Name of the stage.
        """
        return [job for job in self.running.values() if stage_of(job.rule) == stage]

    @property
    def jobs_at_once(self) -> float:
        """Number of jobs that ran at once, in the mean over the time during which any job ran."""
        return max(self._busy / self._wall, 1.0) if self._wall else float(max(len(self.running), 1))

    @property
    def done(self) -> int:
        """Number of jobs that have succeeded."""
        return sum(stage.done for stage in self.stages.values())

    @property
    def total(self) -> int:
        """Number of jobs of the run."""
        return sum(stage.total for stage in self.stages.values())

    @property
    def job_seconds(self) -> float:
        """Job time of the jobs that have succeeded: the sum of their seconds."""
        return sum(stage.seconds for stage in self.stages.values())

    def estimate(self, now: float | None = None) -> Estimate:
        """Estimate the remaining wall time.

        For each stage it is the mean time of a job times the number of jobs left, minus the time that the running jobs
        have had. The sum is divided by the number of jobs that run at once.

        Args:
            now: The time, in seconds of the same clock; None ignores what the running jobs have had.
        """
        left = {name: (stage.left, stage.mean) for name, stage in self.stages.items() if stage.left}
        seconds = 0.0
        for name, (jobs, mean) in left.items():
            if mean is not None:
                running = self.running_in(name) if now is not None else []
                seconds += max(jobs * mean - sum(min(now - job.started, mean) for job in running), 0.0)
        complete = all(mean is not None for _, mean in left.values())
        return Estimate(seconds / self.jobs_at_once, complete, left, self.jobs_at_once, self.retries)

    def _advance(self, now: float) -> None:
        """Add the time since the last event to the sums behind :attr:`jobs_at_once`."""
        if self._last is not None and self.running:
            self._busy += (now - self._last) * len(self.running)
            self._wall += now - self._last
        self._last = now

    def _sort(self) -> None:
        self.stages = {name: self.stages[name] for name in STAGES if name in self.stages}


def _mean_of_earlier_runs(results: Path, stage: str) -> float | None:
    """Return the mean seconds of some jobs of a stage in earlier runs, from Snakemake's benchmarks."""
    seconds = []
    for step in STEPS.values():
        if step.stage != stage:
            continue
        for path in sorted((results / "benchmarks" / step.name).rglob("*.tsv"))[:MAX_BENCHMARKS]:
            try:
                seconds.append(float(path.read_text(encoding="utf-8").splitlines()[1].split("\t")[0]))
            except (OSError, IndexError, ValueError):
                continue
    return sum(seconds) / len(seconds) if seconds else None
