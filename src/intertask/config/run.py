"""The configuration of a run, ``config.yaml``: tasks, models, methods, and the settings of every step."""

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ..errors import IntertaskError, did_you_mean
from .atlas import with_atlas
from .base import Boolean, Name, Positive, Seed, Strict
from .problems import problems_in_words, validate
from .renamed import report_old_keys
from .steps import (
    AdapterFusion,
    Embeddings,
    Evaluation,
    Features,
    FewShot,
    Gradients,
    Maps,
    Observed,
    Recommend,
    Report,
)
from .task import TaskOverride
from .training import Model, Training, TrainingStages


class Config(Strict):
    """``config.yaml``."""

    former_names: ClassVar[dict[str, str]] = {"fused": "rank_fusion", "fusion": "adapter_fusion"}

    task_folders: list[str] = Field(["tasks/bundled"], description="Folders with the YAML files of the tasks.")
    sources: list[Name] = Field(
        min_length=1,
        description="Names of the tasks that you could train on first. `atlas` stands for all tasks of the atlas "
        "(docs/atlas.md).",
    )
    targets: list[Name] = Field(min_length=1, description="Names of the tasks whose scores you want to improve.")
    source_is_target: Literal["error", "exclude"] = Field(
        "error",
        description="Whether a task in both lists is an error (`error`) or is left out of its pool of sources "
        "(`exclude`).",
    )
    models: dict[Name, Model] = Field(
        default={"minilm": Model(path="bundled")},
        min_length=1,
        description="Base models by name. `name: path` is short for `name: {path: path}`. By default, the bundled "
        "model.",
    )
    sentence_encoder: dict[Name, Model] = Field(
        default={"minilm-sentence": Model(path="bundled")},
        min_length=1,
        max_length=1,
        description="Sentence encoder by name, for the methods that compare sentence embeddings. `name: path` is "
        "short for `name: {path: path}`. By default, the bundled model.",
    )
    adapter: str = Field(
        "seq_bn",
        description="Kind of adapter: a configuration string of the adapters library, or 'full' to train all weights.",
    )
    seed: Seed = Field(1, description="Seed of subsets, splits and source training.")
    seeds: list[Seed] = Field(
        [1], min_length=1, description="Seeds of the transfers. Each transfer runs once per seed."
    )
    max_train_examples: Positive | None = Field(
        None,
        description="Maximum size of the seeded subset of every task's training split. By default, all rows.",
    )
    max_validation_examples: Positive | None = Field(
        None,
        description="Maximum size of the seeded subset of every task's validation split. By default, all rows.",
    )
    tasks: dict[Name, TaskOverride] = Field(
        default_factory=dict, description="Keys of single tasks with other values for this run, by the task's name."
    )
    methods: list[str] = Field(
        ["random", "size", "vocabulary", "textemb", "semb", "roe", "profile", "recommended"],
        description="Ranking methods to compute (docs/methods.md). The default methods train nothing.",
    )
    rank_fusion: list[str] = Field(
        ["recommended"],
        min_length=1,
        description="Methods whose rankings are combined by reciprocal rank. Rankings are in the resulting order.",
    )
    history: Literal["none", "own"] | list[str] = Field(
        "none",
        description="Earlier transfers that methods may learn from: none (`none`), those of this run to other targets "
        "(`own`), those of the atlas (`atlas`), or a list of tables in the form of `observed`, which may contain "
        "`atlas`.",
    )
    atlas: str | None = Field(
        None,
        description="Folder of the atlas that gives the facts, embeddings and adapters of its tasks, if the base model "
        "and the kind of adapter are the atlas's. By default, the shipped one if `sources` or `history` names it.",
    )
    observed: Observed | None = Field(
        None, description="Table of imported transfers to evaluate the methods by. No transfer is run then."
    )
    training: TrainingStages = TrainingStages()
    embeddings: Embeddings = Embeddings()
    features: Features = Features()
    maps: Maps = Maps()
    gradients: Gradients = Gradients()
    fewshot: FewShot = FewShot()
    adapter_fusion: AdapterFusion = AdapterFusion()
    recommend: Recommend = Recommend()
    evaluation: Evaluation = Evaluation()
    report: Report = Report()
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto",
        description="Numeric precision of forward passes. `auto` uses float32 on a CPU; on a GPU that supports them, "
        "it uses bf16 for training and TF32 for features (docs/precision.md).",
    )
    warm_worker: Boolean = Field(
        True, description="Whether one process per run imports PyTorch for all jobs, instead of every job importing it."
    )
    jobs_per_gpu: Positive = Field(
        1, description="Number of jobs that may share a GPU at the same time (docs/gpus.md)."
    )
    train_together: Positive = Field(
        1,
        description="Number of transfers to one target that one job trains at once. With another adapter than a plain "
        "bottleneck, each transfer has its own job (docs/gpus.md).",
    )

    @model_validator(mode="after")
    def _check_lists(self) -> Self:
        """Check that nothing is listed twice, and that the methods to combine are listed."""
        lists = {key: getattr(self, key) for key in ("sources", "targets", "seeds", "methods", "rank_fusion")}
        for key, values in (lists | {"evaluation.k": self.evaluation.k}).items():
            repeated = sorted(str(value) for value, count in Counter(values).items() if count > 1)
            if repeated:
                raise ValueError(f"{key}: listed twice: {', '.join(repeated)}")
        for name in self.rank_fusion:
            if name not in self.methods or name == "random":
                usable = [method for method in self.methods if method != "random"]
                raise ValueError(
                    f"rank_fusion: {name!r} is not among the methods that can be combined; {did_you_mean(name, usable)}"
                )
        return self

    @model_validator(mode="after")
    def _check_pools(self) -> Self:
        """Check that every target has a source."""
        both = sorted(set(self.sources) & set(self.targets))
        if both and self.source_is_target == "error":
            raise ValueError(
                f"{', '.join(both)}: listed as a source and as a target; remove it from one list, or set "
                "'source_is_target: exclude' to leave it out of its pool of sources"
            )
        for target in self.targets:
            if not self.pool(target):
                raise ValueError(f"targets: {target} has no source left")
        return self

    @model_validator(mode="after")
    def _check_models(self) -> Self:
        """Check that the models fit together and that their training settings are valid."""
        if shared := sorted(set(self.models) & set(self.sentence_encoder)):
            raise ValueError(
                f"sentence_encoder: {shared[0]!r} is the name of a model too, so that both would use the same folder; "
                "choose another name"
            )
        for name, encoder in self.sentence_encoder.items():
            if encoder.model_fields_set - {"path", "revision"}:
                raise ValueError(f"sentence_encoder: {name}: only 'path' and 'revision' are allowed")
        for name, model in self.models.items():
            if model.like is not None and model.like not in self.base_models:
                raise ValueError(
                    f"models: {name}: like: {model.like!r} is not a model with its own path; "
                    f"{did_you_mean(model.like, self.base_models)}"
                )
            if model.adapters != "train" and self.adapter_of(name) == "full":
                raise ValueError(f"models: {name}: only adapters are published, but 'adapter' is 'full'")
            self.training_of(name)
            self.adapter_fusion_training_of(name)
        if self.recommend.model is not None and self.recommend.model not in self.models:
            raise ValueError(
                f"recommend.model: there is no model {self.recommend.model!r}; "
                f"{did_you_mean(self.recommend.model, self.models)}"
            )
        return self

    @property
    def all_tasks(self) -> list[str]:
        """Names of the sources and targets, each once, in the order of the configuration."""
        return list(dict.fromkeys([*self.sources, *self.targets]))

    def pool(self, target: str) -> list[str]:
        """List the sources of a target: all sources except the target itself.

        Args:
            target: Name of the target.

        Returns:
            Names of the sources, in the order of the configuration.
        """
        return [source for source in self.sources if source != target]

    @property
    def base_models(self) -> list[str]:
        """Names of the models with their own adapters and features, in the order of the configuration."""
        return [name for name, model in self.models.items() if model.like is None]

    def base_of(self, model: str) -> str:
        """Look up whose weights, source adapters and features a model uses.

        Args:
            model: Name of the model.

        Returns:
            Name of the model that it is ``like``, or its own.
        """
        return self.models[model].like or model

    def adapter_of(self, model: str) -> str:
        """Look up the kind of adapter of a model.

        Args:
            model: Name of the model.

        Returns:
            A configuration string of the adapters library, or 'full'.
        """
        return self.models[self.base_of(model)].adapter or self.adapter

    def training_of(self, model: str) -> TrainingStages:
        """Combine the training settings of the run with those of a model, which take precedence.

        Args:
            model: Name of the model.

        Returns:
            The settings of both stages.

        Raises:
            ValueError: The model's own keys are unknown, or their values do not fit.
        """
        base, own = self.models[self.base_of(model)].training, self.models[model].training
        stages = {}
        for stage in ("source", "transfer"):
            changes = getattr(base, stage) | getattr(own, stage)
            values = getattr(self.training, stage).model_dump() | changes
            stages[stage] = _validate_training(values, f"models.{model}.training.{stage}")
        return TrainingStages(**stages)

    def adapter_fusion_training_of(self, model: str) -> Training:
        """Combine a model's settings of transfers with the settings of AdapterFusion, which take precedence.

        Args:
            model: Name of the model.

        Returns:
            The settings. The learning rate is the paper's 5e-5 unless ``adapter_fusion: training:`` changes it.

        Raises:
            ValueError: A key under ``adapter_fusion: training:`` is unknown, or its value does not fit.
        """
        values = self.training_of(model).transfer.model_dump() | {"learning_rate": 5e-5} | self.adapter_fusion.training
        return _validate_training(values, "adapter_fusion.training")

    @property
    def recommend_model(self) -> str:
        """Name of the model that recommendations are made for."""
        return self.recommend.model or next(iter(self.models))

    def candidate_training_of(self, model: str) -> Training:
        """Look up the settings of the runs that a recommendation compares.

        Args:
            model: Name of the model.

        Returns:
            The model's settings of transfers, with rows held out of the training split even without early stopping.
        """
        held_out = {"dev": "held_out", "dev_fraction": self.recommend.dev_fraction}
        return self.training_of(model).transfer.model_copy(update=held_out)

    def check_adapter_fusion(self, model: str, target: str) -> None:
        """Check that AdapterFusion is possible for a model and a target.

        Args:
            model: Name of the model.
            target: Name of the target.

        Raises:
            IntertaskError: The model has no adapters, or the target has fewer than two sources.
        """
        if self.adapter_of(model) == "full":
            raise IntertaskError(
                f"AdapterFusion combines adapters, but the model {model!r} has none: all its weights are trained.",
                "config: adapter: full",
                "use 'adapter: seq_bn' for AdapterFusion, in another configuration and folder",
            )
        if len(self.pool(target)) < 2:
            raise IntertaskError(
                f"AdapterFusion needs at least two sources, but {target} has only {self.pool(target)[0]}.",
                "config: sources",
                "add sources",
            )


def _validate_training(values: Mapping[str, Any], keys: str) -> Training:
    """Check training settings whose changes are listed under some keys."""
    try:
        return Training.model_validate(values)
    except ValidationError as error:
        problems = [f"{keys}.{problem}" for problem in problems_in_words(error, Training)]
        raise ValueError("; ".join(problems)) from None


def load_config(
    values: Mapping[str, Any],
    location: str = "config.yaml",
    files: Sequence[Path] = (),
    command_line: Mapping[str, Any] | None = None,
    workflow_folder: Path = Path(),
) -> Config:
    """Check a configuration.

    Args:
        values: Its keys and values, as Snakemake or YAML gives them.
        location: The file that they come from, for messages.
        files: All files that they come from, to name the line of a wrong key. Later files override earlier ones.
        command_line: The keys and values among them that come from the command line (``--config``). Snakemake gives
            the items of a list there as texts; those that look like numbers become numbers.
        workflow_folder: Folder of the workflow, which has the atlas.

    Returns:
        The configuration.

    Raises:
        IntertaskError: A key is unknown or missing, or a value does not fit.
    """
    values = with_atlas(_with_numbers(values, command_line or {}), workflow_folder)
    report_old_keys(values, Config.former_names)
    for key in ("models", "sentence_encoder"):
        # 'minilm: bundled' is short for 'minilm: {path: bundled}'
        if isinstance(values.get(key), Mapping):
            values[key] = {n: {"path": m} if isinstance(m, str) else m for n, m in values[key].items()}
    if isinstance(values.get("observed"), str):
        values["observed"] = {"file": values["observed"]}
    location += ", or the command line: --config" if command_line else ""
    return validate(Config, values, location, files, command_line or ())


def _with_numbers(values: Any, command_line: Any) -> Any:
    """Replace texts of the command line that look like numbers, and true and false, by their values."""
    if isinstance(values, Mapping) and isinstance(command_line, Mapping):
        return {key: _with_numbers(value, command_line.get(key)) for key, value in values.items()}
    if isinstance(values, list) and values == command_line:
        return [_with_numbers(value, value) for value in values]
    if isinstance(values, str) and values == command_line:
        with contextlib.suppress(ValueError):  # not JSON, so a text
            number = json.loads(values)
            return number if isinstance(number, int | float) else values
    return values
