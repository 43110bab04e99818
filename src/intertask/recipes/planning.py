"""Recipes of the check, the plan and the measurements that the plan uses."""

from collections.abc import Mapping, Sequence

from ..config import Config, Task
from .settings import SIZE_KEYS, model_settings, precision_settings, recipe, with_former_names


def calibration_recipe(
    config: Config, tasks: Mapping[str, Task], encoder: str, machine: str, failed_attempt: str = ""
) -> str:
    """Return the recipe of measuring an encoder's speed, at lengths and with a batch size as in the run.

    Args:
        config: Configuration of the run.
        tasks: All of its tasks.
        encoder: Name of the base model or sentence encoder.
        machine: Name of the machine.
        failed_attempt: Time of the failed measurement that this one repeats; empty if none has failed.
    """
    trained = encoder in config.models
    longest = max([config.embeddings.max_length, *(task.max_length for task in tasks.values() if trained)])
    settings = {"lengths": sorted({max(longest // part, 8) for part in (16, 4, 1)}), "adapter": None}
    batch_size = config.embeddings.batch_size
    if trained:
        settings["adapter"] = config.adapter_of(encoder)
        given = config.training_of(encoder).transfer.batch_size
        batch_size = given or max(task.batch_size for task in tasks.values())
    model = model_settings((config.models | config.sentence_encoder)[encoder])
    settings |= precision_settings(config) | ({"repeats": failed_attempt} if failed_attempt else {})
    return recipe("calibration", model=model, batch_size=batch_size, machine=machine, **settings)


def plan_recipe(config: Config, tasks: Mapping[str, Task], settings: Sequence[str]) -> str:
    """Return the recipe of the plan: the whole configuration, and the settings of tasks that influence job times."""
    fields = dict.fromkeys(SIZE_KEYS, True) | {"data": {"files", "hub", "download", "validation_fraction"}}
    return recipe(
        "plan",
        config=with_former_names(config.model_dump(mode="json", exclude_unset=True)),
        models=list(config.models),
        tasks={
            name: task.model_dump(mode="json", include=fields, exclude_defaults=True) for name, task in tasks.items()
        },
        settings=list(settings),
    )


def check_recipe(config: Config, settings: Sequence[str], from_atlas: Sequence[str] = ()) -> str:
    """Return the recipe of the check: the configuration as the user wrote it. Task files are read again.

    ``from_atlas`` are the sources that need no data, because the atlas has what the run reads of them.
    """
    return recipe(
        "check",
        **({"from_atlas": list(from_atlas)} if from_atlas else {}),
        config=with_former_names(config.model_dump(mode="json", exclude_unset=True)),
        models=list(config.models),
        settings=list(settings),
    )
