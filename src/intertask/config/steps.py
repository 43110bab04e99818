"""Settings of the steps other than fine-tuning: artifacts, imported transfers, recommendations, the evaluation."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from .base import Boolean, LearningRate, Name, Number, Positive, PositiveNumber, Strict


class Embeddings(Strict):
    """Embeddings of a task's texts, computed from a seeded subset of its training split."""

    max_examples: Positive = Field(1000, description="Maximum number of training examples of a task to embed.")
    batch_size: Positive = Field(32, description="Number of texts per forward pass.")
    max_length: Positive = Field(128, description="Maximum number of tokens of one piece of a text.")
    max_windows: Positive = Field(
        4, description="Maximum number of pieces of one long text. The rest of the text is not read."
    )


class Features(Strict):
    """Features of a target's rows, under the base model and under every source's adapter (docs/methods.md)."""

    max_examples: Positive = Field(
        1000, description="Maximum size of the seeded subset of the target's training examples."
    )
    max_rows: Positive = Field(
        2000, description="Maximum number of rows of features, one per token (tagging and extractive_qa only)."
    )
    negatives: Positive = Field(
        4, description="Number of other tokens that are sampled from each window (extractive_qa only)."
    )
    batch_size: Positive = Field(32, description="Number of rows per forward pass.")
    parallel: Positive = Field(
        8, description="Number of adapters in one forward pass, where the adapters library supports it."
    )


class Maps(Strict):
    """Embedding space maps: from a source's features under the base model to those under its adapter."""

    fit: Literal["ridge", "sgd"] = Field(
        "ridge",
        description="How to fit a map: by ridge regression in closed form (`ridge`), or by the published training "
        "recipe (`sgd`).",
    )
    max_examples: Positive = Field(
        1000, description="Maximum number of training examples of the source to use. The publication used 10000."
    )
    ridge: PositiveNumber = Field(
        1e-3, description="Penalty of the ridge regression, as a share of the mean variance of its inputs."
    )
    epochs: Positive = Field(10, description="Number of epochs (`fit: sgd` only).")
    batch_size: Positive = Field(32, description="Number of examples per optimizer step (`fit: sgd` only).")
    learning_rate: LearningRate = Field(1e-3, description="Peak learning rate of AdamW (`fit: sgd` only).")


class Gradients(Strict):
    """Fisher embeddings of trained adapters, for TaskEmb."""

    max_examples: Positive = Field(
        200, description="Maximum size of the seeded subset of training examples whose gradients are computed."
    )


class FewShot(Strict):
    """Few-shot fine-tuning: a few optimizer steps on a few training examples of the target, from every source."""

    max_examples: Positive = Field(1000, description="Maximum number of training examples of the target to use.")
    held_out: Number = Field(
        0.2, gt=0, lt=1, description="Share of these examples that is held out, to compute the score on."
    )
    steps: list[Positive] = Field(
        [5, 10, 25, 50], min_length=1, description="Numbers of optimizer steps after which the score is computed."
    )
    batch_size: Positive = Field(20, description="Number of rows per optimizer step.")
    learning_rate: LearningRate | None = Field(
        None, description="Peak learning rate of AdamW. By default, that of transfers."
    )


class Observed(Strict):
    """Imported transfers, read from a table instead of being run here (docs/metrics.md)."""

    file: str = Field(
        description="Path of a tab-separated table with the columns setting, target, source, seed, metric and value. "
        "It may be compressed (.gz)."
    )
    settings: list[Name] | None = Field(
        None, min_length=1, description="Which settings of the table to use. By default, all of them."
    )
    scale: Literal["detect", "percent", "fraction"] | dict[str, Literal["percent", "fraction"]] = Field(
        "detect",
        description="Scale of the values: one for the whole table, or a mapping from 'setting' or 'setting/target' to "
        "a scale. Scales that are not stated are detected.",
    )
    duplicates: Literal["error", "mean", "first"] = Field(
        "error",
        description="What to do with different values for one setting, target, source and seed: stop (`error`), take "
        "their mean (`mean`) or take the first (`first`). Equal values count once.",
    )

    @model_validator(mode="after")
    def _check_settings(self) -> Self:
        """Check that no setting is listed twice."""
        if self.settings and len(set(self.settings)) != len(self.settings):
            raise ValueError("settings: each name may be listed only once")
        return self


class AdapterFusion(Strict):
    """AdapterFusion of the best-ranked sources (docs/adapter-fusion.md)."""

    k: Annotated[int, Field(ge=2)] = Field(
        3,
        description="Number of sources to combine: the first k of a target's ranking, or all if there are fewer.",
    )
    training: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of `training: transfer:` that differ for AdapterFusion. The learning rate is 5e-5 by "
        "default.",
    )


class Recommend(Strict):
    """``results/recommend/{target}.json``: the best of the best-ranked sources (docs/recommend.md)."""

    k: Positive = Field(
        3,
        description="Number of sources to try: the first k of the target's ranking, or all of them if there are fewer.",
    )
    stop_early: Boolean = Field(
        False, description="Whether to drop clearly worse sources between seeds (successive halving)."
    )
    model: str | None = Field(
        None, description="Name of the model to recommend a source for. By default, the first of `models`."
    )
    dev_fraction: Number = Field(
        0.2,
        gt=0,
        lt=1,
        description="Share of the target's training split that is held out, to compare the sources on.",
    )
    when_unclear: Literal["none", "best"] = Field(
        "none",
        description="Which adapter to export if no source is shown to help: the one that was trained on the target "
        "alone (`none`), or that of the source with the best mean score (`best`).",
    )


class Evaluation(Strict):
    """How ranking methods are evaluated (docs/metrics.md)."""

    k: list[Positive] = Field([1, 3, 5], min_length=1, description="Values of k for which Regret@k is computed.")
    gain: Literal["exp-percent", "linear", "rank"] = Field(
        "exp-percent", description="Scale of the gains behind NDCG (docs/metrics.md)."
    )
    bootstrap: Positive = Field(
        10_000, description="Number of bootstrap samples of the targets, for the confidence intervals."
    )
    confidence: Number = Field(0.95, gt=0, lt=1, description="Level of the confidence intervals.")


class Report(Strict):
    """The pages with the results (docs/report.md)."""

    examples: Boolean = Field(
        True, description="Whether ranking pages show three training rows of the target and of each source."
    )
