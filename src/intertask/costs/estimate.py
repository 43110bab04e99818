"""What a run is about to take: jobs, examples and seconds of every stage, before anything has run.

Plain arithmetic on the configuration, the tasks' sizes (:mod:`.task_sizes`) and the measured speed of each model
(:mod:`intertask.models.calibration`). Training counts every epoch: early stopping can only make it less.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..config import Config, Training
from ..methods.registry import get_method
from .task_sizes import TaskSize

#: In the order of the work.
STAGES = (
    "data and models",
    "embeddings",
    "source training",
    "transfers",
    "features",
    "few-shot runs",
    "gradients",
    "maps",
    "scores and tables",
)
#: The method that the cheap path follows.
FOLLOWED = "recommended"


class Effort(NamedTuple):
    """What one job sends through a model.

    Attributes:
        forward: Examples that pass forwards only.
        trained: Examples that pass forwards and backwards, in batches.
        alone: Examples that pass forwards and backwards one by one.
        steps: Optimiser steps.
        choices: Texts of each example.
        length: Sub-words of each text.
        starts: Times that a model or an adapter is loaded.
    """

    forward: float = 0
    trained: float = 0
    alone: float = 0
    steps: float = 0
    choices: float = 1
    length: float = 0
    starts: float = 1


class Line(NamedTuple):
    """Jobs of one rule with one model and one task; the examples and seconds are of all of them together.

    ``None``: nobody can say. A job without a device has no seconds, 0.
    """

    stage: str
    rule: str
    model: str
    task: str
    jobs: int
    forward: float | None = 0
    trained: float | None = 0
    seconds: float | None = 0


@dataclass(frozen=True)
class Speed:
    """How fast a model is on one device.

    Attributes:
        device: Its name.
        threads: Of the CPU; 0: a GPU.
        start: Seconds of a job until its model is ready.
        step: Seconds of one optimiser step, beside the passes.
        lengths: Sub-words at which was measured, ascending.
        forward, trained, alone: Seconds per text at each of these lengths, as the same fields of :class:`Effort`.
    """

    device: str
    threads: int
    start: float
    step: float
    lengths: Sequence[float]
    forward: Sequence[float]
    trained: Sequence[float]
    alone: Sequence[float]

    def seconds(self, effort: Effort) -> float:
        """Seconds of one job."""
        parts = ((effort.forward, self.forward), (effort.trained, self.trained), (effort.alone, self.alone))
        texts = sum(count * self._at(effort.length, curve) for count, curve in parts if count)
        return effort.starts * self.start + effort.choices * texts + effort.steps * self.step

    def _at(self, length: float, curve: Sequence[float]) -> float:
        """Straight lines between what was measured; beyond it the last one goes on, below it the first value stays."""
        if len(curve) == 1 or length <= self.lengths[0]:
            return curve[0] * max(length / self.lengths[0], 1)
        i = min(sum(known < length for known in self.lengths), len(curve) - 1)
        (x, y), (to_x, to_y) = ((self.lengths[n], curve[n]) for n in (i - 1, i))
        return y + (to_y - y) * (length - x) / (to_x - x)


def read_speed(calibration: Mapping[str, Any]) -> Speed | None:
    """The speed in a calibration file; None where the model could not be measured."""
    return None if "failed" in calibration else Speed(**{key: calibration[key] for key in Speed.__dataclass_fields__})


def plan(
    config: Config,
    sizes: Mapping[str, TaskSize],
    speeds: Mapping[str, Speed | None],
    settings: Sequence[str] | None = None,
) -> list[Line]:
    """Every job of ``rule all`` on empty results.

    Args:
        config: The run's.
        sizes: Of every task of the configuration.
        speeds: By model and sentence encoder; None, or missing: not known.
        settings: Those of an observed table, by default the models.
    """
    book = _Book(config, sizes, speeds)
    reads = {artifact for name in config.methods for artifact in get_method(name).reads}
    own = config.observed is None
    settings = list(settings or config.models)
    # A setting that is no model: the first one stands in for it.
    read_for = list(
        dict.fromkeys(config.base_of(s if s in config.models else next(iter(config.models))) for s in settings)
    )
    lines = list(book.evidence(read_for, reads))
    compared = config.all_tasks if reads & {"gradients", "weights"} else config.sources
    if own:
        for model in config.base_models:
            lines += book.adapters(model, compared if model in read_for else config.sources)
        for model in config.models:
            lines += (book.transfer(model, target, 1 + len(config.pool(target))) for target in config.targets)
    elif reads & {"features", "maps", "fewshot", "gradients", "weights"}:
        lines += (line for model in read_for for line in book.adapters(model, compared))
    count = len(settings) * len(config.targets)
    lines += [
        Line("scores and tables", "compute_scores", "", "", count),
        Line("scores and tables", "make_ranking", "", "", len(config.targets)),
        *([Line("scores and tables", "collect_target", "", "", count)] if own else []),
        Line("scores and tables", "collect_transfer" if own else "import_transfer", "", "", 1),
        Line("scores and tables", "collect_costs", "", "", 1),
        Line("scores and tables", "evaluate_methods", "", "", 1),
        Line("scores and tables", "make_ranking_page", "", "", len(config.targets)),
        Line("scores and tables", "make_observed_page", "", "", len(config.targets)),
        Line("scores and tables", "make_report", "", "", 1),
    ]
    return _with_preparation(lines, config)


def cheap_plan(config: Config, sizes: Mapping[str, TaskSize], speeds: Mapping[str, Speed | None], k: int) -> list[Line]:
    """The same targets by the cheap path: rank by texts, then train only the first ``k`` sources of each ranking.

    Each target gets the transfers from its first k sources and from none, with every model and seed. Which sources
    these are is not known before: of each model the min(|sources|, k · |targets|) dearest ones are counted. What
    :data:`FOLLOWED` reads of earlier transfers is taken as there or left out, and costs nothing.
    """
    book = _Book(config, sizes, speeds)
    lines = list(book.evidence(config.base_models, set(get_method(FOLLOWED).reads) - {"history"}))
    for model in config.base_models:
        trained = sorted(book.adapters(model, config.sources), key=_dearness, reverse=True)
        lines += trained[: sum(min(k, len(config.pool(target))) for target in config.targets)]
    for model in config.models:
        for target in config.targets:
            lines.append(book.transfer(model, target, 1 + min(k, len(config.pool(target)))))
    lines += [
        Line("scores and tables", "compute_scores", "", "", len(config.models) * len(config.targets)),
        Line("scores and tables", "make_ranking", "", "", len(config.targets)),
    ]
    return _with_preparation(lines, config)


def _with_preparation(lines: list[Line], config: Config) -> list[Line]:
    """The lines in the order of the work, after the data of every task and a look at each encoder that they use."""
    encoders = dict.fromkeys(
        line.model for line in lines if line.model in [*config.base_models, *config.sentence_encoder]
    )
    first = [Line("data and models", "prepare_data", "", task, 1) for task in config.all_tasks]
    first += [Line("data and models", "check_model", encoder, "", 1) for encoder in encoders]
    return sorted(first + lines, key=lambda line: STAGES.index(line.stage))


def _dearness(line: Line) -> tuple[float, float]:
    """Seconds, or examples where these are not known; what is not known at all is the dearest."""
    return tuple(math.inf if value is None else value for value in (line.seconds, line.trained))


class _Book:
    """Lines of single rules."""

    def __init__(self, config: Config, sizes: Mapping[str, TaskSize], speeds: Mapping[str, Speed | None]):
        self.config, self.sizes, self.speeds = config, sizes, speeds

    def line(self, stage: str, rule: str, model: str, task: str, effort: Effort | None, jobs: int = 1) -> Line:
        """So many jobs, each of which does the same; None: nobody knows what."""
        if effort is None:
            return Line(stage, rule, model, task, jobs, None, None, None)
        weights = self.config.base_of(model) if model in self.config.models else model
        speed = self.speeds.get(weights)
        seconds = None if speed is None else jobs * speed.seconds(effort)
        forward, trained = jobs * effort.forward, jobs * (effort.trained + effort.alone)
        return Line(stage, rule, model, task, jobs, forward, trained, seconds)

    def adapters(self, model: str, tasks: Iterable[str]) -> Iterator[Line]:
        """Source trainings; what may have been published but is trained otherwise is counted as trained."""
        settings = self.config.training_of(model).source
        rule = "train_encoder" if self.config.adapter_of(model) == "full" else "train_adapter"
        if self.config.models[model].adapters == "published":
            rule = "fetch_adapter"
        for task in tasks:
            size = self.sizes[task]
            effort = Effort() if rule == "fetch_adapter" else training_effort(size, settings, size.task.epochs)
            yield self.line("source training", rule, model, task, effort)

    def transfer(self, model: str, target: str, sources: int) -> Line:
        """Transfers to one target from so many sources, with every seed."""
        effort = training_effort(self.sizes[target], self.config.training_of(model).transfer, None)
        return self.line("transfers", "run_transfer", model, target, effort, sources * len(self.config.seeds))

    def evidence(self, models: Iterable[str], reads: set[str]) -> Iterator[Line]:
        """What methods read that read ``reads``: everything but adapters and transfers."""
        config, tasks = self.config, self.config.all_tasks
        if "sentence" in reads:
            for task in tasks:
                (encoder,) = config.sentence_encoder
                yield self.line("embeddings", "compute_embeddings", encoder, task, self.embedding(task))
        for model in models:
            if "base" in reads:
                for task in tasks:
                    yield self.line("embeddings", "compute_embeddings", model, task, self.embedding(task))
            for target in config.targets:
                pool, rows = len(config.pool(target)), self.rows(target, config.features.max_examples)
                if reads & {"rows", "features"}:
                    yield self.line("features", "compute_rows", model, target, rows)
                if "features" in reads:
                    every = rows and rows._replace(forward=pool * rows.forward, starts=pool)
                    yield self.line("features", "compute_features", model, target, every)
                if "fewshot" in reads:
                    yield self.line("few-shot runs", "run_fewshot", model, target, self.few_shot(target, pool + 1))
            if "gradients" in reads:
                for task in tasks:
                    yield self.line("gradients", "compute_gradients", model, task, self.gradients(task))
            if "fewshot_gradients" in reads:
                for task in tasks:
                    alone = self.gradients(task)
                    steps = max(config.fewshot.steps)
                    effort = alone and alone._replace(trained=steps * self._batch(task), steps=steps)
                    yield self.line("gradients", "compute_fewshot_gradients", model, task, effort)
            if "maps" in reads:
                for source in config.sources:
                    if any(source != target for target in config.targets):
                        rows = self.rows(source, config.maps.max_examples)
                        twice = rows and rows._replace(forward=2 * rows.forward)
                        yield self.line("maps", "fit_map", model, source, twice)

    def embedding(self, task: str) -> Effort | None:
        """Text embeddings; a long text gives several pieces."""
        size, settings = self.sizes[task], self.config.embeddings
        if size.train is None:
            return None
        whole = size.task.max_length if size.words is None else size.words
        pieces = min(math.ceil(whole / settings.max_length), settings.max_windows)
        count = min(size.train, settings.max_examples)
        return Effort(forward=count, choices=size.choices * pieces, length=min(whole, settings.max_length))

    def rows(self, task: str, limit: int) -> Effort | None:
        """Training examples under one model."""
        size = self.sizes[task]
        return None if size.train is None else _effort(size, forward=min(size.train, limit))

    def gradients(self, task: str) -> Effort | None:
        """Fisher embedding: each window is an example."""
        size, limit = self.sizes[task], self.config.gradients.max_examples
        if size.train is None:
            return None
        return Effort(alone=min(size.train * size.windows, limit), choices=size.choices, length=size.length)

    def few_shot(self, target: str, runs: int) -> Effort | None:
        """Few-shot fine-tuning from so many beginnings, none among them."""
        size, settings = self.sizes[target], self.config.fewshot
        if size.train is None:
            return None
        held_out = settings.held_out * min(size.train, settings.max_examples)
        steps = max(settings.steps)
        return Effort(
            forward=runs * len(settings.steps) * held_out * size.windows,
            trained=runs * steps * self._batch(target),
            steps=runs * steps,
            choices=size.choices,
            length=size.length,
            starts=runs,
        )

    def _batch(self, task: str) -> float:
        """Windows in a few-shot step: no more than there are."""
        size, settings = self.sizes[task], self.config.fewshot
        there = (1 - settings.held_out) * min(size.train, settings.max_examples) * size.windows
        return min(settings.batch_size, there)


def _effort(size: TaskSize, **counts: float) -> Effort:
    """``counts`` examples of a task, each of all its windows and choices."""
    return Effort(**counts, choices=size.choices * size.windows, length=size.length)


def training_effort(size: TaskSize, settings: Training, epochs: int | None) -> Effort | None:
    """One fine-tune to the end, its looks at the dev split, and its score.

    Args:
        size: Of the task.
        settings: Of the stage.
        epochs: In place of the stage's.

    Returns:
        Examples are rows of the task; None where nobody says how many it has.
    """
    known = [count for count in (size.train, settings.max_train_examples) if count is not None]
    if not known:
        return None
    train = min(known)
    validation = size.validation or 0
    epochs = epochs or settings.epochs
    stops_early = (settings.patience if size.task.patience is None else size.task.patience) > 0
    dev = 0.0
    if stops_early:
        dev = validation
        if settings.dev == "held_out":
            dev = round(train * settings.dev_fraction)
            train -= dev
        dev = min(dev, settings.max_dev_examples or dev)
    batch_size = settings.batch_size or size.task.batch_size
    per_epoch = max(math.ceil(train * size.windows / batch_size), 1)
    steps = min(epochs * per_epoch, settings.max_steps or math.inf)
    looks = steps // (per_epoch * settings.evaluate_every)
    return _effort(size, forward=looks * dev + validation, trained=train * steps / per_epoch, steps=steps)
