"""Settings of fine-tuning: each stage of it, and what differs for a model."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from .base import LearningRate, NonNegative, Number, Positive, PositiveNumber, Strict


class Training(Strict):
    """Settings of one stage of fine-tuning. The defaults are those of the paper for adapters on RoBERTa-base."""

    learning_rate: LearningRate = Field(
        1e-4, description="Peak learning rate of AdamW. It decreases linearly to 0 over the steps."
    )
    epochs: Positive = Field(15, description="Maximum number of epochs. Early stopping may end the training sooner.")
    max_steps: Positive | None = Field(
        None, description="Maximum number of optimizer steps, whatever `epochs` is. By default, no limit."
    )
    batch_size: Positive | None = Field(
        None, description="Number of rows per optimizer step. By default, the `batch_size` of the task."
    )
    weight_decay: Number = Field(0.0, ge=0, description="Weight decay of AdamW.")
    warmup_ratio: Number = Field(
        0.0, ge=0, lt=1, description="Share of the optimizer steps during which the learning rate rises from 0."
    )
    max_grad_norm: PositiveNumber = Field(
        1.0, description="Maximum norm of the gradient. Longer gradients are scaled down to this norm."
    )
    patience: NonNegative = Field(
        4,
        description="Number of evaluations without a better score on the dev split after which training stops and the "
        "best checkpoint is kept. With 0, there is no early stopping, and the last checkpoint is kept.",
    )
    evaluate_every: Positive = Field(1, description="Number of epochs between two evaluations on the dev split.")
    dev: Literal["validation", "held_out"] = Field(
        "held_out",
        description="Which rows early stopping evaluates. `held_out` is a part of the training split. `validation` is "
        "the split that the reported score is computed on, as in the paper; this makes the score optimistic, and the "
        "result states it.",
    )
    dev_fraction: Number = Field(
        0.1, gt=0, lt=1, description="Share of the training split that is held out (`dev: held_out`)."
    )
    max_dev_examples: Positive | None = Field(500, description="Maximum number of dev rows. With null, no limit.")
    max_train_examples: Positive | None = Field(
        None,
        description="Maximum size of the seeded subset of rows to train on, for example 1000 to simulate small "
        "targets. By default, all rows.",
    )


class TrainingStages(Strict):
    """Settings of the two stages of fine-tuning."""

    source: Training = Field(Training(), description="Training of the source adapters.")
    transfer: Training = Field(Training(), description="Fine-tuning on the target, from each source.")


class TrainingChanges(Strict):
    """Keys of `training` that differ for one model."""

    source: dict[str, Any] = Field(
        default_factory=dict, description="Keys of `training: source:` with the values of this model."
    )
    transfer: dict[str, Any] = Field(
        default_factory=dict, description="Keys of `training: transfer:` with the values of this model."
    )


class Model(Strict):
    """A base model or a sentence encoder. A base model may also have its own adapters and training settings."""

    path: str = Field(
        "",
        description="Location of the model: 'bundled' for the bundled one (all-MiniLM-L6-v2), the path of a local "
        "folder, or a Hub id.",
    )
    revision: str | None = Field(
        None, description="Commit, tag or branch of a model on the Hub. By default, its main branch."
    )
    adapter: str | None = Field(
        None, description="Kind of adapter of this model. By default, the `adapter` of the configuration."
    )
    training: TrainingChanges = Field(
        TrainingChanges(), description="Keys of `training` that differ for this model, for example the epochs."
    )
    adapters: Literal["train", "published", "published-or-train"] = Field(
        "train",
        description="Whether to train the source adapters (`train`), to load published ones (`published`), or to "
        "train only those that are not published (`published-or-train`).",
    )
    published: str | None = Field(
        None,
        description="Hub repositories or local folders of published adapters, with {source} instead of the source's "
        "name, for example AdapterHub/roberta-base-pf-{source}.",
    )
    published_revision: str | None = Field(
        None, description="Commit, tag or branch of these repositories. By default, their main branches."
    )
    like: str | None = Field(
        None,
        description="Name of another model whose weights, source adapters and features this one uses. Only its "
        "transfers differ, by `training: transfer:`; for example, they are limited to 1000 examples.",
    )

    @model_validator(mode="after")
    def _check_like_or_path(self) -> Self:
        """Check that the model has a path, or is like another one and differs in its transfers only."""
        if self.like is not None:
            own = [key for key in self.model_fields_set if key not in ("like", "training")]
            if own or self.training.source:
                raise ValueError(
                    f"{', '.join(sorted(own)) or 'training.source'}: a model that is 'like' another one may differ "
                    "from it in 'training: transfer:' only"
                )
        elif not self.path:
            raise ValueError("give 'path' ('bundled', a folder or a Hub id), or 'like' with another model's name")
        return self

    @model_validator(mode="after")
    def _check_published(self) -> Self:
        """Check that published adapters have a location and are adapters."""
        if self.adapters != "train" and "{source}" not in (self.published or ""):
            raise ValueError("published: name the repositories, with {source} instead of the source's name")
        if self.adapters != "train" and self.adapter == "full":
            raise ValueError("adapters: only adapters are published, but this model has 'adapter: full'")
        return self
