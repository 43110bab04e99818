"""Settings that several recipes share."""

from collections.abc import Mapping
from typing import Any

from ..config import Config, Model, Task, Training
from ..files import canonical_json
from .versions import VERSIONS

#: Keys of a task that, besides some of its data, determine how long its jobs take.
SIZE_KEYS = (
    *("name", "type", "columns", "max_length", "stride", "batch_size", "epochs", "patience"),
    *("max_train_examples", "max_validation_examples", "published_rows"),
)

#: Keys whose names changed without any change of a result keep their old names in recipes.
_FORMER_NAMES = {"rank_fusion": "fused", "adapter_fusion": "fusion", "license": "licence"}


def with_former_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Give settings the names that recipes use.

    Args:
        settings: Keys of a configuration or of a task, with their values.

    Returns:
        The same values under the old names of the keys.
    """
    return {_FORMER_NAMES.get(key, key): value for key, value in settings.items()}


def recipe(step: str, **settings: Any) -> str:
    """Write a recipe.

    Args:
        step: Name of the step, a key of :data:`VERSIONS`.
        settings: The settings that the step's result depends on, as plain values.

    Returns:
        One line of canonical JSON.
    """
    return canonical_json({"step": step, "version": VERSIONS[step], **settings})


def model_settings(model: Model) -> dict[str, Any]:
    """Look up which weights a model has.

    Args:
        model: A base model or sentence encoder.

    Returns:
        Its path and revision.
    """
    return model.model_dump(mode="json", include={"path", "revision"})


def precision_settings(config: Config) -> dict[str, str]:
    """Look up the precision that the user chose.

    Args:
        config: The configuration of the run.

    Returns:
        The precision. 'auto' depends on the device and adds no key, so results from before this option stay valid.
    """
    return {} if config.precision == "auto" else {"precision": config.precision}


def base_settings(config: Config, model: str) -> dict[str, Any]:
    """Look up what all steps with a model's adapters depend on.

    Args:
        config: The configuration of the run.
        model: Name of the model.

    Returns:
        The model whose weights it uses, its kind of adapter, and the precision if the user chose one.
    """
    base = {"model": model_settings(config.models[config.base_of(model)]), "adapter": config.adapter_of(model)}
    return base | precision_settings(config)


def training_settings(training: Training, task: Task, epochs: int | None) -> dict[str, Any]:
    """Combine the settings of one stage with those of a task, which take precedence.

    Args:
        training: Settings of the stage.
        task: The task that is trained on.
        epochs: Maximum number of epochs; None for the stage's.

    Returns:
        The settings of the training.
    """
    settings = training.model_dump(mode="json")
    settings["batch_size"] = training.batch_size or task.batch_size
    settings["epochs"] = epochs or training.epochs
    if task.patience is not None:
        settings["patience"] = task.patience
    return settings


def grid_settings(config: Config) -> dict[str, Any]:
    """Look up which transfers a configuration has.

    Args:
        config: The configuration of the run.

    Returns:
        Models, sources and targets, and for models without their own adapters the model whose adapters they use.
    """
    like = {name: model.like for name, model in config.models.items() if model.like}
    grid = {"models": list(config.models), "sources": config.sources, "targets": config.targets}
    return grid | ({"like": like} if like else {})
