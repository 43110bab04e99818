"""Recipes: for each step, just the settings that alter its result, plus the step's own version.

A recipe is a dictionary of plain values; rules hand it to their script as one line of canonical JSON, so that
Snakemake reruns a step when, and only when, one of its settings or its version changes. Whoever changes what a step
computes raises its version here; a comment or a refactoring leaves it alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from .config import Config, Model, Task, Training
from .data import DATA_KEYS
from .files import canonical_json

VERSIONS = {
    "data": 1,
    "model": 1,
    "embeddings": 1,
    "adapter": 1,
    "transfer": 1,
    "rows": 1,
    "features": 1,
    "map": 1,
    "gradients": 1,
    "fewshot_gradients": 1,
    "fewshot": 1,
    "scores": 2,
    "ranking": 1,
    "ranking_page": 1,
    "report": 1,
    "target_table": 1,
    "transfer_table": 2,
    "fusion": 1,
    "fusion_table": 1,
    "choice": 1,
    "candidate": 1,
    "recommendation": 1,
    "import_transfer": 1,
    "evaluation": 2,
    "costs": 2,
    "calibration": 1,
    "plan": 1,
    "check": 1,
}

#: Fields of a task that have to do with how much work it is, beside those of its data.
_SIZE_KEYS = (
    *("name", "type", "columns", "max_length", "stride", "batch_size", "epochs", "patience"),
    *("max_train_examples", "max_validation_examples", "published_rows"),
)


#: Keys whose names changed without any change of a result keep their old names in recipes.
_FORMER_NAMES = {"rank_fusion": "fused", "adapter_fusion": "fusion", "license": "licence"}


def _with_former_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings under the names that recipes use."""
    return {_FORMER_NAMES.get(key, key): value for key, value in settings.items()}


def _recipe(step: str, **settings: Any) -> str:
    return canonical_json({"step": step, "version": VERSIONS[step], **settings})


def _model(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", include={"path", "revision"})


def _precision(config: Config) -> dict[str, str]:
    """Precision that the user chose; 'auto' goes by the device, as results do that were made without the choice."""
    return {} if config.precision == "auto" else {"precision": config.precision}


def _base(config: Config, model: str) -> dict[str, Any]:
    """The model whose weights ``model`` has, its kind of adapter, and the precision if it is given."""
    base = {"model": _model(config.models[config.base_of(model)]), "adapter": config.adapter_of(model)}
    return base | _precision(config)


def _training(training: Training, task: Task, epochs: int | None) -> dict[str, Any]:
    """Settings of one stage with the task's own values in place of the stage's defaults."""
    settings = training.model_dump(mode="json")
    settings["batch_size"] = training.batch_size or task.batch_size
    settings["epochs"] = epochs or training.epochs
    if task.patience is not None:
        settings["patience"] = task.patience
    return settings


def data_recipe(config: Config, task: Task) -> str:
    """Rows of one task in canonical columns."""
    fields = task.model_dump(mode="json", include=set(DATA_KEYS))
    return _recipe("data", task=fields, seed=config.seed)


def model_recipe(model: Model) -> str:
    """Whether a base model or sentence encoder can be had, and which it is."""
    return _recipe("model", model=_model(model))


def embedding_recipe(config: Config, model: Model, kind: str) -> str:
    """Text embeddings of one task; ``kind`` is 'base' (masked mean of a base model) or 'sentence'."""
    return _recipe(
        "embeddings",
        kind=kind,
        model=_model(model),
        seed=config.seed,
        **config.embeddings.model_dump(mode="json"),
        **_precision(config),
    )


def adapter_recipe(config: Config, model: str, task: Task) -> str:
    """One source training. The task's own number of epochs goes before the stage's."""
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
    return _recipe(
        "adapter",
        **_base(config, model),
        training=_training(config.training_of(model).source, task, task.epochs),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **fetched,
    )


def transfer_recipe(config: Config, model: str, task: Task, source: str, seed: int) -> str:
    """One sequential fine-tune. Its epochs are the stage's for every target, as in the paper."""
    return _recipe(
        "transfer",
        **_base(config, model),
        source=source,
        training=_training(config.training_of(model).transfer, task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
    )


def rows_recipe(config: Config, model: str, task: Task) -> str:
    """A target's rows under the base model: which rows, their labels and groups."""
    settings = config.features.model_dump(mode="json", exclude={"batch_size", "parallel"})
    return _recipe(
        "rows",
        model=_base(config, model)["model"],
        max_length=task.max_length,
        stride=task.stride,
        batch_size=config.features.batch_size,
        seed=config.seed,
        **settings,
        **_precision(config),
    )


def features_recipe(config: Config, model: str, task: Task) -> str:
    """A target's rows under each source's adapter. The sources are no setting: one more changes no other's features."""
    return _recipe(
        "features",
        **_base(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **config.features.model_dump(mode="json"),
    )


def map_recipe(config: Config, model: str, task: Task) -> str:
    """Embedding space map of one source."""
    return _recipe(
        "map",
        **_base(config, model),
        max_length=task.max_length,
        seed=config.seed,
        **config.maps.model_dump(mode="json"),
    )


def gradients_recipe(config: Config, model: str, task: Task) -> str:
    """Fisher embedding of a task's trained adapter."""
    return _recipe(
        "gradients",
        **_base(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **config.gradients.model_dump(mode="json"),
    )


def fewshot_gradients_recipe(config: Config, model: str, task: Task) -> str:
    """Fisher embedding of a task after a few steps of training a fresh adapter."""
    fewshot = _fewshot(config, model)
    return _recipe(
        "fewshot_gradients",
        **_base(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        steps=max(fewshot.pop("steps")),
        fewshot=fewshot,
        **config.gradients.model_dump(mode="json"),
    )


def fewshot_recipe(config: Config, model: str, task: Task) -> str:
    """Few-shot fine-tuning of one target from every source; the sources are no setting, as for features."""
    return _recipe(
        "fewshot",
        **_base(config, model),
        max_length=task.max_length,
        stride=task.stride,
        seed=config.seed,
        **_fewshot(config, model),
    )


def _fewshot(config: Config, model: str) -> dict[str, Any]:
    settings = config.fewshot.model_dump(mode="json")
    settings["learning_rate"] = config.fewshot.learning_rate or config.training_of(model).transfer.learning_rate
    return settings


def scores_recipe(config: Config, setting: str, target: str, relatives: Sequence[str]) -> str:
    """Scores of every method for the sources of one target.

    Args:
        config: The run's.
        setting: Base model, or setting of the observed table.
        target: Name of the target.
        relatives: The target and the tasks of its family: transfers to them are no history.
    """
    history = config.history != "none"
    return _recipe(
        "scores",
        setting=setting,
        target=target,
        sources=config.pool(target),
        methods=config.methods,
        history=config.history,
        observed=config.observed is not None,
        relatives=sorted(relatives) if history else [],
        known=config.all_tasks if history else [],
        own=_grid(config) | {"seeds": config.seeds} if config.history == "own" else None,
    )


def ranking_recipe(config: Config, target: str, settings: Sequence[str] | None = None) -> str:
    """The ranking of one target's sources, for people.

    ``settings``, here and below: those of the observed table, by default the base models.
    """
    return _recipe(
        "ranking",
        target=target,
        settings=list(settings or config.models),
        methods=config.methods,
        fused=config.rank_fusion,
    )


def ranking_page_recipe(
    config: Config, tasks: Mapping[str, Task], target: str, settings: Sequence[str] | None = None, gains: bool = False
) -> str:
    """The page of a ranking; ``gains``: with what the transfers reached."""
    named = {name: tasks[name] for name in [target, *config.pool(target)]}
    return _recipe(
        "ranking_page",
        target=target,
        settings=list(settings or config.models),
        methods=config.methods,
        fused=config.rank_fusion,
        gains=None if not gains else "brought" if config.observed else "own",
        tasks={name: {"description": task.description, "licence": task.license} for name, task in named.items()},
    )


def report_recipe(config: Config, settings: Sequence[str], encoder: str | None) -> str:
    """The report; ``encoder``: whose embeddings the map of the tasks is drawn from, if there are any."""
    return _recipe(
        "report",
        **_grid(config),
        settings=list(settings),
        seeds=config.seeds,
        methods=config.methods,
        fused=config.rank_fusion,
        encoder=encoder,
        observed=config.observed is not None,
        confidence=config.evaluation.confidence,
    )


def target_table_recipe(config: Config, model: str, target: str) -> str:
    """The table of the transfers to one target; ``base`` is the model whose adapters they began from."""
    return _recipe(
        "target_table",
        model=model,
        base=config.base_of(model),
        target=target,
        sources=config.pool(target),
        seeds=config.seeds,
    )


def transfer_table_recipe(config: Config) -> str:
    """The table of every transfer."""
    return _recipe("transfer_table", models=list(config.models), targets=config.targets)


def fusion_recipe(config: Config, model: str, task: Task, seed: int) -> str:
    """AdapterFusion on one target. Which sources it mixes, the ranking says."""
    return _recipe(
        "fusion",
        **_base(config, model),
        setting=model,
        k=config.adapter_fusion.k,
        training=_training(config.adapter_fusion_training_of(model), task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
    )


def fusion_table_recipe(config: Config) -> str:
    """AdapterFusion beside the single transfers, for the models that have adapters."""
    fused = [model for model in config.models if config.adapter_of(model) != "full"]
    return _recipe("fusion_table", **_grid(config), fused_models=fused, k=config.adapter_fusion.k, seeds=config.seeds)


def choice_recipe(config: Config, model: str, target: str, round_number: int) -> str:
    """Which sources are tried with the next seed, after so many seeds."""
    recommend = config.recommend
    return _recipe("choice", model=model, target=target, k=recommend.k, seeds=config.seeds[:round_number])


def candidate_recipe(config: Config, model: str, task: Task, source: str, seed: int) -> str:
    """One transfer whose weights are kept and whose dev rows are scored: as :func:`transfer_recipe` else."""
    return _recipe(
        "candidate",
        **_base(config, model),
        source=source,
        training=_training(config.candidate_training_of(model), task, None),
        max_length=task.max_length,
        stride=task.stride,
        seed=seed,
        split_seed=config.seed,
        dev_seed=seed,  # other rows each time: few held-out rows alone would decide by their luck
    )


def recommendation_recipe(config: Config, model: str, tasks: Mapping[str, Task], target: str) -> str:
    """The choice among the candidates of one target, and the exported adapter.

    Args:
        config: The run's.
        model: The model that is recommended for.
        tasks: All tasks of the configuration.
        target: Name of the target.
    """
    pool = config.pool(target)
    # What the card says of them, and what they would cost.
    fields = dict.fromkeys((*_SIZE_KEYS, "language", "license", "citation", "homepage"), True)
    fields |= {"data": {"files", "hub", "download"}}
    return _recipe(
        "recommendation",
        **_base(config, model),
        setting=model,
        base=config.base_of(model),
        target=target,
        sources=pool,
        seeds=config.seeds,
        stop_early=config.recommend.stop_early,
        methods=config.methods,
        confidence=config.evaluation.confidence,
        source_training=config.training_of(model).source.model_dump(mode="json"),
        tasks={
            name: _with_former_names(tasks[name].model_dump(mode="json", include=fields, exclude_defaults=True))
            for name in [*pool, target]
        },
    )


def import_transfer_recipe(config: Config) -> str:
    """The table of every transfer, from a table that somebody else made; its name is no setting."""
    return _recipe(
        "import_transfer",
        sources=config.sources,
        targets=config.targets,
        **config.observed.model_dump(mode="json", exclude={"file"}),
    )


def evaluation_recipe(
    config: Config, settings: Sequence[str] | None = None, relatives: Mapping[str, Sequence[str]] | None = None
) -> str:
    """How good each method is; ``relatives`` are the sources of each target's own family."""
    return _recipe(
        "evaluation",
        **_grid(config),
        settings=list(settings or config.models),
        relatives=relatives or {},
        methods=config.methods,
        fused=config.rank_fusion,
        seed=config.seed,
        **config.evaluation.model_dump(mode="json"),
    )


def costs_recipe(config: Config, settings: Sequence[str] | None = None) -> str:
    """What each job took."""
    return _recipe(
        "costs",
        **_grid(config),
        settings=list(settings or config.models),
        seeds=config.seeds,
        encoders=[*config.base_models, *config.sentence_encoder],
        methods=config.methods,
        observed=config.observed is not None,
    )


def calibration_recipe(
    config: Config, tasks: Mapping[str, Task], encoder: str, machine: str, failed_attempt: str = ""
) -> str:
    """Recipe of measuring an encoder's speed, at lengths and with a batch size as in the run.

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
    model = _model((config.models | config.sentence_encoder)[encoder])
    settings |= _precision(config) | ({"repeats": failed_attempt} if failed_attempt else {})
    return _recipe("calibration", model=model, batch_size=batch_size, machine=machine, **settings)


def plan_recipe(config: Config, tasks: Mapping[str, Task], settings: Sequence[str]) -> str:
    """What a run would take: the whole configuration, and what of the tasks has to do with their size."""
    fields = dict.fromkeys(_SIZE_KEYS, True) | {"data": {"files", "hub", "download", "validation_fraction"}}
    return _recipe(
        "plan",
        config=_with_former_names(config.model_dump(mode="json", exclude_unset=True)),
        models=list(config.models),
        tasks={
            name: task.model_dump(mode="json", include=fields, exclude_defaults=True) for name, task in tasks.items()
        },
        settings=list(settings),
    )


def check_recipe(config: Config, settings: Sequence[str]) -> str:
    """What is to be checked: the configuration as it was given; the tasks are read again from their files."""
    return _recipe(
        "check",
        config=_with_former_names(config.model_dump(mode="json", exclude_unset=True)),
        models=list(config.models),
        settings=list(settings),
    )


def _grid(config: Config) -> dict[str, Any]:
    """Models, sources, targets; and whose adapters the models use that have none of their own."""
    like = {name: model.like for name, model in config.models.items() if model.like}
    grid = {"models": list(config.models), "sources": config.sources, "targets": config.targets}
    return grid | ({"like": like} if like else {})
