"""A task's YAML file: its type, its data, its columns and how it is trained and scored."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..errors import did_you_mean
from ..yaml_files import read_yaml
from .base import ColumnMap, Integer, NonNegative, Positive, Strict, TaskName
from .origin import Data, PublishedRows
from .problems import validate
from .renamed import report_old_keys

TaskTypeName = Literal["classification", "regression", "multiple_choice", "extractive_qa", "tagging"]

#: Metrics that suit each type. The first is the default (for tagging: span F1 if the tags are B-/I-, else accuracy).
METRICS: dict[str, tuple[str, ...]] = {
    "classification": (
        *("accuracy", "f1", "f1_macro", "f1_micro", "f1_weighted", "matthews_correlation"),
        *("group_exact_match", "group_f1"),  # for rows that belong together, as in MultiRC and ReCoRD
    ),
    "regression": ("spearman", "pearson", "pearson_spearman"),
    "multiple_choice": ("accuracy",),
    "extractive_qa": ("f1", "exact_match"),
    "tagging": ("f1", "accuracy", "f1_macro", "f1_weighted", "f0.5"),
}

#: Canonical columns of each type: required, optional.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "classification": (("text_a", "label"), ("text_b", "group", "candidate")),
    "regression": (("text_a", "label"), ("text_b",)),
    "multiple_choice": (("choices", "label"), ("context", "question")),
    "extractive_qa": (("context", "question", "answers"), ("id",)),
    "tagging": (("tokens", "tags"), ()),
}

#: Required keys that a task's file may leave out, because :func:`load_task` adds them.
ADDED_WHEN_READ = ("name",)


class Task(Strict):
    """One task: one YAML file."""

    former_names: ClassVar[dict[str, str]] = {"licence": "license"}

    name: TaskName = Field(description="Name of the task. By default, the name of the YAML file without its extension.")
    type: TaskTypeName = Field(
        description="Type of the task: what a row holds and what is predicted (docs/your-own-data.md)."
    )
    description: str = Field("", description="One sentence about the task, which the pages of rankings show.")
    data: Data = Field(description="Where the rows are.")
    columns: ColumnMap = Field(
        default_factory=dict,
        description="Which columns of the data hold text_a, text_b, label, group, candidate, context, question, "
        "choices, answers, tokens, tags and id. By default, the columns of the same names. The texts of several "
        "columns are joined, and several columns of choices are taken in order. In conll files, columns are numbers.",
    )
    join: str = Field(" ", description="Text between the texts of several columns.")
    labels: list[str] | None = Field(
        None,
        description="Names of the labels, in the order of their indices. By default, the sorted labels of the "
        "training split.",
    )
    positive_label: str | None = Field(
        None, description="Label that the metrics f1 and f0.5 are computed for. By default, the second of two labels."
    )
    drop_labels: list[str | Integer] = Field(
        default_factory=list, description="Labels whose rows are left out, for example -1 for unlabeled rows."
    )
    on_bad_row: Literal["error", "drop"] = Field(
        "error",
        description="Whether a broken row stops the run with a message that names the row (`error`) or is left out "
        "and counted (`drop`).",
    )
    metric: str | None = Field(
        None,
        description="Metric of the task's score. By default, the first metric of its type (docs/your-own-data.md).",
    )
    max_length: Positive = Field(
        128, description="Maximum number of tokens of one encoded text. Longer texts are cut or split into windows."
    )
    stride: NonNegative = Field(
        32, description="Number of tokens that two neighboring windows of a context share (extractive_qa only)."
    )
    batch_size: Positive = Field(
        32, description="Number of rows per optimizer step, unless the configuration sets `batch_size` for the stage."
    )
    epochs: Positive | None = Field(
        None, description="Maximum number of epochs of source training. By default, as in the configuration."
    )
    patience: NonNegative | None = Field(
        None,
        description="Number of evaluations without a better score after which training stops. By default, as in the "
        "configuration.",
    )
    max_train_examples: Positive | None = Field(
        None,
        description="Maximum size of the seeded subset of the training split, which keeps the proportions of the "
        "labels. By default, all rows.",
    )
    max_validation_examples: Positive | None = Field(
        None,
        description="Maximum size of the seeded subset of the validation split, which keeps the proportions of the "
        "labels. By default, all rows.",
    )
    published_rows: PublishedRows | None = Field(
        None,
        description="Numbers of rows according to the dataset's author, for estimates before the data is available.",
    )
    family: str | None = Field(
        None,
        description="Name of a group of tasks that share texts. Methods that learn from earlier transfers do not see "
        "those to tasks of the target's own family.",
    )
    language: str | None = Field(None, description="Language of the texts, for the model cards of exported adapters.")
    license: str | None = Field(
        None, description="License of the data in its author's words, for pages and model cards."
    )
    license_page: str | None = Field(None, description="Page on which the publisher states the license.")
    citation: str | None = Field(None, description="Publication to cite, for the model cards of exported adapters.")
    homepage: str | None = Field(None, description="Address of the dataset's page, for model cards.")

    @model_validator(mode="after")
    def _check_columns_and_metric(self) -> Self:
        """Check that the columns and the metric suit the type."""
        required, optional = COLUMNS[self.type]
        for column in self.columns:
            if column not in required + optional:
                raise ValueError(
                    f"columns: {self.type} has no column {column!r}; {did_you_mean(column, required + optional)}"
                )
        if self.metric is not None and self.metric not in METRICS[self.type]:
            raise ValueError(
                f"metric {self.metric!r} does not suit {self.type}; {did_you_mean(self.metric, METRICS[self.type])}"
            )
        return self

    @model_validator(mode="after")
    def _check_labels(self) -> Self:
        """Check the names of the labels."""
        if self.labels is not None:
            if self.type not in ("classification", "tagging"):
                raise ValueError(f"a {self.type} task has no names of labels; remove 'labels'")
            if len(set(self.labels)) != len(self.labels):
                raise ValueError("labels: each name may be listed only once")
        if self.positive_label is not None and self.labels is not None and self.positive_label not in self.labels:
            raise ValueError(
                f"positive_label: {self.positive_label!r} is not among the labels; "
                f"{did_you_mean(self.positive_label, self.labels)}"
            )
        return self

    @model_validator(mode="after")
    def _check_stride(self) -> Self:
        """Check that windows move on."""
        if self.type == "extractive_qa" and self.stride >= self.max_length:
            raise ValueError(f"stride ({self.stride}) must be less than max_length ({self.max_length})")
        return self

    def column(self, name: str) -> str | int | list[str | int] | None:
        """Look up which column of the data holds a canonical column.

        Args:
            name: Name of the canonical column, for example ``text_a``.

        Returns:
            Name or number of the data's column, or a list of them. Without an entry in ``columns``, the same name.
        """
        return self.columns.get(name, name)


class TaskOverride(Strict):
    """Keys of a task with other values for this run. Paths under `data` are relative to the working folder."""

    data: Data | None = Field(None, description="Replaces the task's `data`.")
    columns: ColumnMap | None = Field(None, description="Replaces the task's `columns`.")
    labels: list[str] | None = Field(None, description="Replaces the task's `labels`.")
    max_length: Positive | None = Field(None, description="Replaces the task's `max_length`.")
    stride: NonNegative | None = Field(None, description="Replaces the task's `stride`.")
    batch_size: Positive | None = Field(None, description="Replaces the task's `batch_size`.")
    epochs: Positive | None = Field(None, description="Replaces the task's `epochs`.")
    patience: NonNegative | None = Field(None, description="Replaces the task's `patience`.")
    max_train_examples: Positive | None = Field(
        None, description="Replaces the task's `max_train_examples` and overrides that of the configuration."
    )
    max_validation_examples: Positive | None = Field(
        None, description="Replaces the task's `max_validation_examples` and overrides that of the configuration."
    )


def load_task(path: str | Path) -> Task:
    """Read one task YAML. The task's name is the name of the file unless the file has the key ``name``.

    Args:
        path: The YAML file.

    Returns:
        The task. Paths in it are as they are written in the file.

    Raises:
        IntertaskError: The file is missing or is not YAML, or a key or value is wrong.
    """
    path = Path(path)
    values = read_yaml(path)
    report_old_keys(values, Task.former_names)
    return validate(Task, {"name": path.stem} | values, str(path), [path])
