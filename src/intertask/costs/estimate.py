"""Estimate a run before it starts: jobs, examples and seconds of every stage.

The estimate is arithmetic on the configuration, the sizes of the tasks (:mod:`.task_sizes`) and the measured speed of
each model (:mod:`intertask.models.calibration`).
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ..artifacts import ARTIFACTS, STAGES, stage_of
from ..config import Config
from ..methods.registry import get_method
from .effort import Effort, artifact_effort, training_effort
from .speed import Speed
from .task_sizes import TaskSize

#: The ranking method of the cheap plan.
CHEAP_METHOD = "recommended"


class Line(NamedTuple):
    """All jobs of one rule with one model and one task.

    The fields are the columns of ``results/plan.tsv``. Examples and seconds are sums over the jobs; None means
    unknown. Jobs that use no model count 0.
    """

    stage: str
    rule: str
    model: str
    task: str
    jobs: int
    forward: float | None = 0
    trained: float | None = 0
    seconds: float | None = 0


def plan(
    config: Config,
    sizes: Mapping[str, TaskSize],
    speeds: Mapping[str, Speed | None],
    settings: Sequence[str] | None = None,
) -> list[Line]:
    """List every job of ``rule all``, as if no results existed.

    Args:
        config: Configuration of the run.
        sizes: Size of every task of the configuration.
        speeds: Speed of each base model and sentence encoder; None or missing if it is unknown.
        settings: Settings of a table of imported transfers; by default the models.

    Returns:
        The lines in the order of the work.
    """
    estimator = Estimator(config, sizes, speeds)
    reads = {artifact for name in config.methods for artifact in get_method(name).reads}
    own = config.observed is None
    settings = list(settings or config.models)
    # A setting that is not a model uses the first model.
    stand_in = next(iter(config.models))
    models = list(dict.fromkeys(config.base_of(s if s in config.models else stand_in) for s in settings))
    lines = list(estimator.artifacts(models, reads))
    needed = {ARTIFACTS[name].adapters for name in reads}
    compared = config.all_tasks if "all" in needed else config.sources
    if own:
        for model in config.base_models:
            lines += estimator.adapters(model, compared if model in models else config.sources)
        for model in config.models:
            lines += (estimator.transfers(model, target, 1 + len(config.pool(target))) for target in config.targets)
    elif needed & {"pool", "all"}:
        lines += (line for model in models for line in estimator.adapters(model, compared))
    if "recommended" in config.methods and "features" in reads:
        lines.append(_no_model("compute_measures", len(models) * len(config.targets)))
    return _in_order([*lines, *_table_lines(config, len(settings) * len(config.targets))], config)


def cheap_plan(config: Config, sizes: Mapping[str, TaskSize], speeds: Mapping[str, Speed | None], k: int) -> list[Line]:
    """List the jobs of the cheap plan: rank first, then train only the first ``k`` sources of each ranking.

    Each target gets the transfers from its first k sources and from none, with every model and seed. Which sources
    these are is not known beforehand, so the min(|sources|, k · |targets|) most expensive ones of each model count.
    Past transfers that :data:`CHEAP_METHOD` reads cost nothing.

    Args:
        config: Configuration of the run.
        sizes: Size of every task of the configuration.
        speeds: Speed of each base model and sentence encoder; None or missing if it is unknown.
        k: Number of sources per target.

    Returns:
        The lines in the order of the work.
    """
    estimator = Estimator(config, sizes, speeds)
    lines = list(estimator.artifacts(config.base_models, get_method(CHEAP_METHOD).reads))
    for model in config.base_models:
        trained = sorted(estimator.adapters(model, config.sources), key=_cost_key, reverse=True)
        lines += trained[: sum(min(k, len(config.pool(target))) for target in config.targets)]
    for model in config.models:
        for target in config.targets:
            lines.append(estimator.transfers(model, target, 1 + min(k, len(config.pool(target)))))
    lines.append(_no_model("compute_scores", len(config.models) * len(config.targets)))
    lines.append(_no_model("make_ranking", len(config.targets)))
    return _in_order(lines, config)


class Estimator:
    """Makes the lines of single rules.

    Args:
        config: Configuration of the run.
        sizes: Size of every task of the configuration.
        speeds: Speed of each base model and sentence encoder; None or missing if it is unknown.
    """

    def __init__(self, config: Config, sizes: Mapping[str, TaskSize], speeds: Mapping[str, Speed | None]):
        self.config, self.sizes, self.speeds = config, sizes, speeds

    def adapters(self, model: str, tasks: Iterable[str]) -> Iterator[Line]:
        """Estimate the source trainings of a model.

        An adapter that is fetched if it was published and trained otherwise counts as trained.

        Args:
            model: The base model.
            tasks: The tasks to train on.

        Yields:
            One line per task.
        """
        settings = self.config.training_of(model).source
        rule = "train_encoder" if self.config.adapter_of(model) == "full" else "train_adapter"
        if self.config.models[model].adapters == "published":
            rule = "fetch_adapter"
        for task in tasks:
            size = self.sizes[task]
            effort = Effort() if rule == "fetch_adapter" else training_effort(size, settings, size.task.epochs)
            yield self._line(rule, model, task, effort)

    def transfers(self, model: str, target: str, sources: int) -> Line:
        """Estimate the transfers to one target with every seed.

        Args:
            model: The model.
            target: The target.
            sources: Number of sources, none among them.
        """
        effort = training_effort(self.sizes[target], self.config.training_of(model).transfer, None)
        return self._line("run_transfer", model, target, effort, sources * len(self.config.seeds))

    def artifacts(self, models: Iterable[str], reads: Iterable[str]) -> Iterator[Line]:
        """Estimate the artifacts that methods read, without adapters and transfers.

        Args:
            models: The base models.
            reads: Names of the artifacts.

        Yields:
            One line per artifact, model and task.
        """
        config = self.config
        needed = {part for name in reads for part in (name, *ARTIFACTS[name].needs)}
        for name, artifact in ARTIFACTS.items():
            if name not in needed or not artifact.path:  # adapters' weights and past transfers have jobs elsewhere
                continue
            tasks = dict.fromkeys(
                task for target in config.targets for task in artifact.tasks(config.pool(target), target)
            )
            for model in config.sentence_encoder if artifact.encoder == "sentence" else models:
                for task in tasks:
                    sources = len(config.pool(task)) if artifact.per == "target" else 0
                    effort = artifact_effort(name, self.sizes[task], config, sources)
                    yield self._line(artifact.rule, model, task, effort)

    def _line(self, rule: str, model: str, task: str, effort: Effort | None, jobs: int = 1) -> Line:
        """Make the line of several equal jobs; their effort may be unknown."""
        if effort is None:
            return Line(stage_of(rule), rule, model, task, jobs, None, None, None)
        weights = self.config.base_of(model) if model in self.config.models else model
        speed = self.speeds.get(weights)
        seconds = None if speed is None else jobs * speed.seconds(effort)
        forward, trained = jobs * effort.forward, jobs * (effort.trained + effort.one_by_one)
        return Line(stage_of(rule), rule, model, task, jobs, forward, trained, seconds)


def _table_lines(config: Config, rankings: int) -> list[Line]:
    """List the jobs that make tables and pages; ``rankings`` is the number of settings times targets."""
    own, targets = config.observed is None, len(config.targets)
    jobs = {
        "compute_scores": rankings,
        "make_ranking": targets,
        **({"collect_target": rankings} if own else {}),
        "collect_transfer" if own else "import_transfer": 1,
        "collect_costs": 1,
        "evaluate_methods": 1,
        "make_ranking_page": targets,
        "make_observed_page": targets,
        "make_report": 1,
    }
    return [_no_model(rule, number) for rule, number in jobs.items()]


def _no_model(rule: str, jobs: int) -> Line:
    """Make the line of jobs that use no model."""
    return Line(stage_of(rule), rule, "", "", jobs)


def _in_order(lines: list[Line], config: Config) -> list[Line]:
    """Add the preparation of every task and used model, and sort the lines by stage."""
    encoders = [*config.base_models, *config.sentence_encoder]
    used = dict.fromkeys(line.model for line in lines if line.model in encoders)
    first = [Line(STAGES[0], "prepare_data", "", task, 1) for task in config.all_tasks]
    first += [Line(STAGES[0], "check_model", encoder, "", 1) for encoder in used]
    return sorted(first + lines, key=lambda line: STAGES.index(line.stage))


def _cost_key(line: Line) -> tuple[float, float]:
    """Sort by seconds, then by examples; the unknown counts as the most expensive."""
    return tuple(math.inf if value is None else value for value in (line.seconds, line.trained))
