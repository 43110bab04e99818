"""Recipes of the steps that read data and models."""

from typing import Any

from ..config import NEW_KEYS, Config, Model, Task
from ..data import DATA_KEYS
from .settings import base_settings, model_settings, precision_settings, recipe, training_settings


def data_recipe(config: Config, task: Task) -> str:
    """Return the recipe of one task's canonical rows."""
    fields = task.model_dump(mode="json", include=set(DATA_KEYS))
    for place in (fields["data"], *fields["data"]["alternatives"]):
        for key in NEW_KEYS:
            if place[key] is None:
                del place[key]
    return recipe("data", task=fields, seed=config.seed)


def model_recipe(model: Model) -> str:
    """Return the recipe of the check that a base model or sentence encoder is available, and of its commit."""
    return recipe("model", model=model_settings(model))


def embedding_recipe(config: Config, model: Model, kind: str) -> str:
    """Return the recipe of the embeddings of a task's texts; ``kind`` is 'base' (masked mean) or 'sentence'."""
    return recipe(
        "embeddings",
        kind=kind,
        model=model_settings(model),
        seed=config.seed,
        **config.embeddings.model_dump(mode="json"),
        **precision_settings(config),
    )


def adapter_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of one source training. The task's `epochs` overrides the stage's."""
    published = config.models[model].published
    fetched = (
        {}
        if config.models[model].adapters == "train"
        else {
            "published": {
                "repository": published.replace("{source}", task.name),
                "revision": config.models[model].published_revision,
                "required": config.models[model].adapters == "published",
            }
        }
    )
    return recipe(
        "adapter",
        **base_settings(config, model),
        training=training_settings(config.training_of(model).source, task, task.epochs),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **fetched,
    )


def transfer_recipe(config: Config, model: str, task: Task, source: str, seed: int) -> str:
    """Return the recipe of one transfer. Its epochs are the stage's for every target, as in the paper."""
    return recipe(
        "transfer",
        **base_settings(config, model),
        source=source,
        training=training_settings(config.training_of(model).transfer, task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
    )


def rows_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of a target's features under the base model, with their labels and groups."""
    settings = config.features.model_dump(mode="json", exclude={"batch_size", "parallel"})
    return recipe(
        "rows",
        model=base_settings(config, model)["model"],
        max_length=task.max_length,
        stride=task.stride,
        batch_size=config.features.batch_size,
        seed=config.seed,
        **settings,
        **precision_settings(config),
    )


def features_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of a target's features under each source's adapter.

    The sources are not part of it, because another source does not change the features of the others.
    """
    return recipe(
        "features",
        **base_settings(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **config.features.model_dump(mode="json"),
    )


def map_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of the embedding space map of one source."""
    return recipe(
        "map",
        **base_settings(config, model),
        max_length=task.max_length,
        seed=config.seed,
        **config.maps.model_dump(mode="json"),
    )


def gradients_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of the Fisher embedding of a task's trained adapter."""
    return recipe(
        "gradients",
        **base_settings(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **config.gradients.model_dump(mode="json"),
    )


def fewshot_gradients_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of the Fisher embedding of a task after a few optimizer steps with a fresh adapter."""
    fewshot = _fewshot(config, model)
    return recipe(
        "fewshot_gradients",
        **base_settings(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        steps=max(fewshot.pop("steps")),
        fewshot=fewshot,
        **config.gradients.model_dump(mode="json"),
    )


def fewshot_recipe(config: Config, model: str, task: Task) -> str:
    """Return the recipe of the few-shot fine-tuning of one target from every source.

    The sources are not part of it, as in :func:`features_recipe`.
    """
    return recipe(
        "fewshot",
        **base_settings(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **_fewshot(config, model),
    )


def _fewshot(config: Config, model: str) -> dict[str, Any]:
    """Look up the settings of few-shot fine-tuning, with the learning rate of transfers by default."""
    settings = config.fewshot.model_dump(mode="json")
    settings["learning_rate"] = config.fewshot.learning_rate or config.training_of(model).transfer.learning_rate
    return settings


def fusion_recipe(config: Config, model: str, task: Task, seed: int) -> str:
    """Return the recipe of AdapterFusion on one target. Its ranking decides which sources are combined."""
    return recipe(
        "fusion",
        **base_settings(config, model),
        setting=model,
        k=config.adapter_fusion.k,
        training=training_settings(config.adapter_fusion_training_of(model), task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
    )


def candidate_recipe(config: Config, model: str, task: Task, source: str, seed: int) -> str:
    """Return the recipe of one run that a recommendation compares.

    It is a transfer (:func:`transfer_recipe`) whose weights are kept and which is scored on held-out rows.
    """
    return recipe(
        "candidate",
        **base_settings(config, model),
        source=source,
        training=training_settings(config.candidate_training_of(model), task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
        dev_seed=seed,  # other held-out rows for each seed: a few fixed rows would decide by chance
    )
