"""How much work one job sends through a model: examples, tokens and optimizer steps, from sizes and settings alone.

Training counts every epoch; early stopping can only end it sooner.
"""

import math
from typing import NamedTuple

from ..config import Config, Training
from .task_sizes import TaskSize


class Effort(NamedTuple):
    """Work of one job.

    Attributes:
        forward: Number of examples in forward passes alone.
        trained: Number of examples in forward and backward passes, in batches.
        one_by_one: Number of examples in forward and backward passes, one at a time.
        steps: Number of optimizer steps.
        choices: Number of texts per example.
        length: Number of tokens per text.
        starts: Number of times that a model or an adapter is loaded.
    """

    forward: float = 0
    trained: float = 0
    one_by_one: float = 0
    steps: float = 0
    choices: float = 1
    length: float = 0
    starts: float = 1

    @property
    def trained_tokens(self) -> float:
        """Number of tokens in forward and backward passes."""
        return self.trained * self.choices * self.length


def training_effort(size: TaskSize, settings: Training, epochs: int | None) -> Effort | None:
    """Estimate one fine-tuning run with its evaluations on the dev split and its final score.

    Args:
        size: Size of the task.
        settings: Settings of the stage.
        epochs: Number of epochs, if it overrides that of the stage.

    Returns:
        The effort, counted in rows of the task; None if the number of rows is unknown.
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
    evaluations = steps // (per_epoch * settings.evaluate_every)
    forward = evaluations * dev + validation
    return _of_rows(size, forward=forward, trained=train * steps / per_epoch, steps=steps)


def artifact_effort(artifact: str, size: TaskSize, config: Config, sources: int) -> Effort | None:
    """Estimate the job that makes an artifact for one task.

    Args:
        artifact: Name in :data:`intertask.artifacts.ARTIFACTS` of an artifact that one job makes.
        size: Size of the task.
        config: Configuration of the run.
        sources: Number of sources of the task, if it is a target.

    Returns:
        The effort; None if the number of rows is unknown.
    """
    if size.train is None:
        return None
    if artifact in ("base", "sentence"):
        return _embeddings(size, config)
    if artifact == "gradients":
        return _gradients(size, config)
    if artifact == "fewshot_gradients":
        steps = max(config.fewshot.steps)
        return _gradients(size, config)._replace(trained=steps * _fewshot_batch(size, config), steps=steps)
    if artifact == "fewshot":
        return _few_shot(size, config, runs=sources + 1)
    rows = {
        "rows": min(size.train, config.features.max_examples),
        "features": sources * min(size.train, config.features.max_examples),
        "maps": 2 * min(size.train, config.maps.max_examples),  # with the source's adapter and without
    }
    return _of_rows(size, forward=rows[artifact], starts=sources if artifact == "features" else 1)


def _of_rows(size: TaskSize, **counts: float) -> Effort:
    """Count rows of a task, each with all its windows and choices."""
    return Effort(**counts, choices=size.choices * size.windows, length=size.length)


def _embeddings(size: TaskSize, config: Config) -> Effort:
    """Estimate text embeddings. A long text is cut into several pieces."""
    settings = config.embeddings
    tokens = size.task.max_length if size.tokens is None else size.tokens
    pieces = min(math.ceil(tokens / settings.max_length), settings.max_windows)
    examples = min(size.train, settings.max_examples)
    return Effort(forward=examples, choices=size.choices * pieces, length=min(tokens, settings.max_length))


def _gradients(size: TaskSize, config: Config) -> Effort:
    """Estimate a Fisher embedding. Each window is an example."""
    examples = min(size.train * size.windows, config.gradients.max_examples)
    return Effort(one_by_one=examples, choices=size.choices, length=size.length)


def _few_shot(size: TaskSize, config: Config, runs: int) -> Effort:
    """Estimate few-shot fine-tuning from each source and from none."""
    settings = config.fewshot
    held_out = settings.held_out * min(size.train, settings.max_examples)
    steps = max(settings.steps)
    return Effort(
        forward=runs * len(settings.steps) * held_out * size.windows,
        trained=runs * steps * _fewshot_batch(size, config),
        steps=runs * steps,
        choices=size.choices,
        length=size.length,
        starts=runs,
    )


def _fewshot_batch(size: TaskSize, config: Config) -> float:
    """Count the windows in one few-shot step, at most those of all rows."""
    settings = config.fewshot
    available = (1 - settings.held_out) * min(size.train, settings.max_examples) * size.windows
    return min(settings.batch_size, available)
