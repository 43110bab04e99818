"""Recipes of scores, rankings, tables, pages and recommendations."""

from collections.abc import Mapping, Sequence

from ..config import Config, Task
from .settings import SIZE_KEYS, base_settings, grid_settings, recipe, with_former_names


def scores_recipe(
    config: Config, setting: str, target: str, relatives: Sequence[str], measured: Sequence[str] = ()
) -> str:
    """Return the recipe of the scores that the methods give to the sources of one target.

    Args:
        config: Configuration of the run.
        setting: Name of the base model, or a setting of the imported table.
        target: Name of the target.
        relatives: The target and the tasks of its family. The history leaves out the transfers to them.
        measured: Sources whose adapters are measured on the target's rows, as evidence for `recommended`.
    """
    history = config.history != "none"
    return recipe(
        "scores",
        setting=setting,
        target=target,
        sources=config.pool(target),
        methods=config.methods,
        history=config.history,
        observed=config.observed is not None,
        relatives=sorted(relatives) if history else [],
        known=config.all_tasks if history else [],
        own=grid_settings(config) | {"seeds": config.seeds} if config.history == "own" else None,
        **({"measured": list(measured)} if measured else {}),
    )


def measures_recipe(model: str, target: str, sources: Sequence[str]) -> str:
    """Return the recipe of the measures of the sources' adapters on one target's rows."""
    return recipe("measures", model=model, target=target, sources=list(sources))


def ranking_recipe(config: Config, target: str, settings: Sequence[str] | None = None) -> str:
    """Return the recipe of the table with one target's ranking."""
    return recipe(
        "ranking",
        target=target,
        settings=list(settings or config.models),
        methods=config.methods,
        fused=config.rank_fusion,
    )


def ranking_page_recipe(
    config: Config, tasks: Mapping[str, Task], target: str, settings: Sequence[str] | None = None, gains: bool = False
) -> str:
    """Return the recipe of the page with one target's ranking; with `gains`, the page shows the transfers' gains."""
    named = {name: tasks[name] for name in [target, *config.pool(target)]}
    return recipe(
        "ranking_page",
        target=target,
        settings=list(settings or config.models),
        methods=config.methods,
        fused=config.rank_fusion,
        gains=None if not gains else "brought" if config.observed else "own",
        tasks={name: {"description": task.description, "licence": task.license} for name, task in named.items()},
        **({} if config.report.examples else {"examples": False}),
    )


def report_recipe(config: Config, settings: Sequence[str], encoder: str | None) -> str:
    """Return the recipe of the report. `encoder` is the encoder whose embeddings the map of the tasks shows, if any."""
    return recipe(
        "report",
        **grid_settings(config),
        settings=list(settings),
        seeds=config.seeds,
        methods=config.methods,
        fused=config.rank_fusion,
        encoder=encoder,
        observed=config.observed is not None,
        confidence=config.evaluation.confidence,
    )


def target_table_recipe(config: Config, model: str, target: str) -> str:
    """Return the recipe of the table of the transfers to one target."""
    return recipe(
        "target_table",
        model=model,
        base=config.base_of(model),
        target=target,
        sources=config.pool(target),
        seeds=config.seeds,
    )


def transfer_table_recipe(config: Config) -> str:
    """Return the recipe of the table of all transfers."""
    return recipe("transfer_table", models=list(config.models), targets=config.targets)


def import_transfer_recipe(config: Config) -> str:
    """Return the recipe of the table of imported transfers, without the path of the imported file."""
    return recipe(
        "import_transfer",
        sources=config.sources,
        targets=config.targets,
        **config.observed.model_dump(mode="json", exclude={"file"}),
    )


def fusion_table_recipe(config: Config) -> str:
    """Return the recipe of the table that compares AdapterFusion with the transfers, for all models with adapters."""
    fused = [model for model in config.models if config.adapter_of(model) != "full"]
    return recipe(
        "fusion_table", **grid_settings(config), fused_models=fused, k=config.adapter_fusion.k, seeds=config.seeds
    )


def choice_recipe(
    config: Config, model: str, target: str, round_number: int, without_adapter: Sequence[str] = ()
) -> str:
    """Return the recipe of the choice of the sources that run with the next seed, after `round_number` seeds.

    ``without_adapter`` are sources of the atlas that cannot be tried, because their adapters are not shipped.
    """
    passed_over = {"without_adapter": list(without_adapter)} if without_adapter else {}
    seeds = config.seeds[:round_number]
    return recipe("choice", model=model, target=target, k=config.recommend.k, seeds=seeds, **passed_over)


def recommendation_recipe(config: Config, model: str, tasks: Mapping[str, Task], target: str) -> str:
    """Return the recipe of the choice among a target's candidates, and of the exported adapter with its model card.

    Args:
        config: Configuration of the run.
        model: Name of the model that a source is recommended for.
        tasks: All tasks of the configuration.
        target: Name of the target.
    """
    pool = config.pool(target)
    # for the model card, and for the estimate of what the tasks cost
    fields = dict.fromkeys((*SIZE_KEYS, "language", "license", "citation", "homepage"), True)
    fields |= {"data": {"files", "hub", "download"}}
    return recipe(
        "recommendation",
        **base_settings(config, model),
        setting=model,
        base=config.base_of(model),
        target=target,
        sources=pool,
        seeds=config.seeds,
        stop_early=config.recommend.stop_early,
        when_unclear=config.recommend.when_unclear,
        methods=config.methods,
        confidence=config.evaluation.confidence,
        source_training=config.training_of(model).source.model_dump(mode="json"),
        tasks={
            name: with_former_names(tasks[name].model_dump(mode="json", include=fields, exclude_defaults=True))
            for name in [*pool, target]
        },
    )


def evaluation_recipe(
    config: Config, settings: Sequence[str] | None = None, relatives: Mapping[str, Sequence[str]] | None = None
) -> str:
    """Return the recipe of the evaluation of the methods. `relatives` maps a target to the sources of its family."""
    return recipe(
        "evaluation",
        **grid_settings(config),
        settings=list(settings or config.models),
        relatives=relatives or {},
        methods=config.methods,
        fused=config.rank_fusion,
        seed=config.seed,
        **config.evaluation.model_dump(mode="json"),
    )


def costs_recipe(config: Config, settings: Sequence[str] | None = None) -> str:
    """Return the recipe of the table with the duration of each job."""
    return recipe(
        "costs",
        **grid_settings(config),
        settings=list(settings or config.models),
        seeds=config.seeds,
        encoders=[*config.base_models, *config.sentence_encoder],
        methods=config.methods,
        observed=config.observed is not None,
    )


def atlas_recipe(config: Config, model: str) -> str:
    """Return the recipe of the atlas of one base model."""
    stages = config.training_of(model)
    return recipe(
        "atlas",
        **base_settings(config, model),
        tasks=config.all_tasks,
        targets=config.targets,
        settings={
            "seed": config.seed,
            "seeds": config.seeds,
            "max_train_examples": config.max_train_examples,
            "max_validation_examples": config.max_validation_examples,
            "embeddings": config.embeddings.model_dump(mode="json"),
            "training": {stage: getattr(stages, stage).model_dump(mode="json") for stage in ("source", "transfer")},
        },
    )


def unpack_recipe(model: str, sentence_encoder: str | None, tasks: Sequence[str]) -> str:
    """Return the recipe of taking sources from the atlas; without a sentence encoder, of their adapters."""
    return recipe("unpack", model=model, sentence_encoder=sentence_encoder, tasks=list(tasks))
