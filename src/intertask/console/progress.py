"""How far a run is: jobs done and left by stage, and how long what is left may take.

Plain arithmetic on events; :mod:`.progress_screen` makes words of it, ``snakemake_logger_plugin_intertask`` feeds it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: Rules of each stage, in the order of the work.
STAGES: dict[str, tuple[str, ...]] = {
    "data and models": ("prepare_data", "check_model", "calibrate_model", "import_transfer"),
    "embeddings": ("compute_embeddings",),
    "source adapters": ("train_adapter", "train_encoder", "fetch_adapter"),
    "features": ("compute_rows", "compute_features", "fit_map", "compute_gradients", "compute_fewshot_gradients"),
    "few-shot runs": ("run_fewshot",),
    "transfers": ("run_transfer", "run_candidate", "run_fusion"),
    "rankings": ("compute_scores", "make_ranking", "choose_candidates"),
}
#: Everything else: tables, pages, figures.
REST = "tables and pages"
#: It only asks for files.
NO_JOB = ("all", "recommend")


def stage_of(rule: str) -> str:
    """The stage that a rule belongs to."""
    return next((stage for stage, rules in STAGES.items() if rule in rules), REST)


@dataclass
class Stage:
    """Jobs of one stage.

    Attributes:
        total: How many there are.
        done: How many of them have ended well.
        seconds: That those took, all together.
        earlier: Mean seconds of such a job in earlier runs, if there were any.
    """

    total: int = 0
    done: int = 0
    seconds: float = 0.0
    earlier: float | None = None

    @property
    def left(self) -> int:
        return max(self.total - self.done, 0)

    @property
    def mean(self) -> float | None:
        """Seconds of one job: those of this run, the earlier ones before there are any."""
        return self.seconds / self.done if self.done else self.earlier


@dataclass
class Job:
    """One job that runs, or has failed."""

    rule: str
    words: str
    log: str
    started: float


@dataclass
class Progress:
    """State of one run, by Snakemake's events.

    Attributes:
        stages: By name, in the order of the work; only those that have jobs.
        running: Jobs by Snakemake's number.
        failed: The same, in the order of failing; a job that is tried again is none of them any more.
    """

    stages: dict[str, Stage] = field(default_factory=dict)
    running: dict[int, Job] = field(default_factory=dict)
    failed: dict[int, Job] = field(default_factory=dict)
    _busy: float = 0.0
    _wall: float = 0.0
    _last: float | None = None

    def plan(self, stats: Mapping[str, int], results: Path | None = None) -> None:
        """Jobs by rule, as Snakemake counts them; again when a checkpoint has changed them.

        Args:
            stats: Rule -> jobs; ``total`` is left out.
            results: Folder with the benchmarks of earlier runs.
        """
        counts: dict[str, int] = {}
        for rule, count in stats.items():
            if rule not in (*NO_JOB, "total"):
                counts[stage_of(rule)] = counts.get(stage_of(rule), 0) + count
        for name in [*STAGES, REST]:
            if name in counts:
                stage = self.stages.setdefault(name, Stage())
                stage.total = counts[name]
                stage.earlier = _earlier(results, name) if results else None
        self.stages = {name: self.stages[name] for name in [*STAGES, REST] if name in self.stages}

    def start(self, number: int, rule: str, words: str, log: str, now: float) -> None:
        """A job starts; ``now`` in seconds of any clock."""
        self._pass(now)
        if rule in NO_JOB:
            return
        self.failed.pop(number, None)
        self.running[number] = Job(rule, words, log, now)
        stage = self.stages.setdefault(stage_of(rule), Stage())
        # jobs that a checkpoint has added were not counted at the start
        at_work = sum(stage_of(job.rule) == stage_of(rule) for job in self.running.values())
        stage.total = max(stage.total, stage.done + at_work)

    def finish(self, number: int, now: float) -> bool:
        """A job has ended well; False if it is none that counts."""
        self._pass(now)
        job = self.running.pop(number, None)
        if job is not None:
            stage = self.stages[stage_of(job.rule)]
            stage.done += 1
            stage.seconds += now - job.started
        return job is not None

    def fail(self, number: int, now: float) -> Job | None:
        """A job has failed; None if it is not known, or has been said already."""
        self._pass(now)
        job = self.running.pop(number, None)
        if job is not None:
            self.failed[number] = job
        return job

    def _pass(self, now: float) -> None:
        if self._last is not None and self.running:
            self._busy += (now - self._last) * len(self.running)
            self._wall += now - self._last
        self._last = now

    @property
    def side_by_side(self) -> float:
        """How many jobs ran at a time, in the mean over the time that any did."""
        return max(self._busy / self._wall, 1.0) if self._wall else float(max(len(self.running), 1))

    @property
    def done(self) -> int:
        return sum(stage.done for stage in self.stages.values())

    @property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages.values())

    def seconds_left(self, names: Sequence[str] | None = None, now: float | None = None) -> tuple[float, bool]:
        """Seconds that what is left may take, and whether every stage is in them.

        Mean seconds of a job times the jobs left, less what those that run have had, over how many run side by side.

        Args:
            names: Stages; default: all.
            now: For what running jobs have had; default: nothing.
        """
        seconds, whole = 0.0, True
        for name in self.stages if names is None else names:
            stage = self.stages[name]
            if not stage.left:
                continue
            if stage.mean is None:
                whole = False
                continue
            of_stage = [job for job in self.running.values() if stage_of(job.rule) == name]
            had = sum(min(now - job.started, stage.mean) for job in of_stage) if now is not None else 0.0
            seconds += max(stage.left * stage.mean - had, 0.0)
        return seconds / self.side_by_side, whole


def _earlier(results: Path, stage: str, most: int = 20) -> float | None:
    """Mean seconds of some jobs of a stage in earlier runs, from Snakemake's benchmarks."""
    folders = {
        "data and models": "data",
        "embeddings": "embeddings",
        "source adapters": "adapters",
        "features": "features",
        "few-shot runs": "fewshot",
        "transfers": "transfer",
        "rankings": "scores",
    }
    if stage not in folders:
        return None
    seconds = []
    for path in sorted((results / "benchmarks" / folders[stage]).rglob("*.tsv"))[:most]:
        try:
            seconds.append(float(path.read_text(encoding="utf-8").splitlines()[1].split("\t")[0]))
        except (OSError, IndexError, ValueError):
            continue
    return sum(seconds) / len(seconds) if seconds else None
