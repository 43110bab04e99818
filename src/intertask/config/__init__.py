"""Typed models of ``config.yaml`` and of a task's YAML: the only place that knows names and defaults.

Both refuse unknown keys and name the nearest known one. ``schemas/*.schema.json`` are exported from here
(``python -m intertask.config schemas``); a test keeps them in step.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import IntertaskError, did_you_mean
from .renamed import rename_keys, report_old_keys

TaskTypeName = Literal["classification", "regression", "multiple_choice", "extractive_qa", "tagging"]

#: Metrics that suit each type; the first is the default (tagging: span F1 if the tags are B-/I-, else accuracy).
METRICS: dict[str, tuple[str, ...]] = {
    "classification": (
        *("accuracy", "f1", "f1_macro", "f1_micro", "f1_weighted", "matthews_correlation"),
        *("group_exact_match", "group_f1"),  # rows that belong together: MultiRC's, ReCoRD's
    ),
    "regression": ("spearman", "pearson", "pearson_spearman"),
    "multiple_choice": ("accuracy",),
    "extractive_qa": ("f1", "exact_match"),
    "tagging": ("f1", "accuracy", "f1_macro", "f1_weighted", "f0.5"),
}

#: Columns of a task file that each type reads: required, optional.
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "classification": (("text_a", "label"), ("text_b", "group", "candidate")),
    "regression": (("text_a", "label"), ("text_b",)),
    "multiple_choice": (("choices", "label"), ("context", "question")),
    "extractive_qa": (("context", "question", "answers"), ("id",)),
    "tagging": (("tokens", "tags"), ()),
}

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "arrow", "conll", "conllu", "squad")


def plain_name(name: str) -> str:
    """``name``, if it can be a folder's name; else ``ValueError``."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError(
            f"{name!r} is not a plain path component: names become folders, so use letters, digits, '.', '_' and '-', "
            "and begin with a letter or digit"
        )
    if name == "none":
        raise ValueError("'none' is the name of the transfer without a source; choose another")
    return name


def _task_name(name: str) -> str:
    if "." in plain_name(name):
        raise ValueError(f"{name!r}: a task's name becomes an adapter's, which must not hold a '.'; use '-' or '_'")
    return name


#: A name that becomes a folder or file under results/.
Name = Annotated[str, AfterValidator(plain_name)]
#: The same of a task.
TaskName = Annotated[str, AfterValidator(_task_name)]
Positive = Annotated[int, Field(ge=1)]
Checked = TypeVar("Checked", bound=BaseModel)


class Strict(BaseModel):
    """Unknown keys are errors; values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Old name of a key -> its name today.
    former_names: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _rename_keys(cls, values: Any) -> Any:
        return rename_keys(values, cls.former_names)


class Files(Strict):
    """Files of each split, relative to the YAML that names them; several files of a split are read in order."""

    train: str | list[str] = Field(description="Paths; several are read in order")
    validation: str | list[str] | None = Field(None, description="Default: a share of train is set aside")


class Splits(Strict):
    """Names of the hub splits to read; several are joined in order."""

    train: str | list[str] = Field("train", description="Split to train on")
    validation: str | list[str] | None = Field("validation", description="Split to score on; null: a share of train")


class Download(Strict):
    """A file at a published address."""

    url: str = Field(description="https, http or ftp")
    sha256: str | None = Field(None, description="Of the file at the address; default: whatever came first is kept to")
    member: str | None = Field(None, description="zip, tar: path or pattern of the files in it, read in sorted order")

    @model_validator(mode="after")
    def _plain(self):
        if not re.match(r"(https?|ftp)://", self.url):
            raise ValueError(f"{self.url!r} is no address; it begins with https://")
        if self.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", self.sha256):
            raise ValueError("sha256: expected 64 hexadecimal digits, in small letters")
        return self


class Downloads(Strict):
    """Addresses of each split's files; several are read in order."""

    train: Download | list[Download] = Field(description="One address or several")
    validation: Download | list[Download] | None = Field(None, description="Default: a share of train is set aside")


class Origin(Strict):
    """One place where a task's rows are: files of one's own, a dataset of the Hugging Face hub, or an address."""

    files: Files | None = Field(None, description="One's own files")
    hub: str | None = Field(None, description="Hub id, or the path of a local folder in the hub's layout")
    config: str | None = Field(None, description="Hub configuration (subset) name")
    revision: str | None = Field(None, description="Hub commit, tag or branch")
    splits: Splits = Field(Splits(), description="Which splits of the hub dataset")
    hub_files: Files | None = Field(
        None, description="Files of the hub repository (patterns too), read as one's own are, in place of its splits"
    )
    download: Downloads | None = Field(None, description="Files at published addresses")
    format: Literal[FORMATS] | None = Field(None, description="File format; default: by the file's extension")
    encoding: str = Field("utf-8", description="Of text files, e.g. latin-1")
    delimiter: str | None = Field(None, description="csv/tsv/conll; default ',' / tab / any white space")
    quoting: Literal["minimal", "none"] | None = Field(None, description="Default: csv 'minimal', tsv 'none' (GLUE's)")
    header: list[str] | None = Field(None, description="Column names of a csv or tsv file that has no header line")
    records: str | None = Field(None, description="json: dotted key of the list of rows, e.g. 'data'")
    shape: str | None = Field(None, description="Named transformation of rows, before 'columns' (docs/paper-tasks.md)")

    @model_validator(mode="after")
    def _one_place(self):
        if sum(place is not None for place in (self.files, self.hub, self.download)) != 1:
            raise ValueError(
                "give one of 'files' (your own), 'hub' (a hub id) and 'download' (addresses), not several and not none"
            )
        if self.hub_files is not None and self.hub is None:
            raise ValueError("'hub_files' are files of a hub repository; name it with 'hub'")
        return self


class Alternative(Origin):
    """Another place with the same rows; what differs there is stated, and else as in the task."""

    columns: dict[str, str | int | list[str | int] | None] | None = Field(None, description="Where they differ")
    labels: list[str] | None = Field(None, description="Where they differ")


class Data(Origin):
    """Where a task's rows are."""

    alternatives: list[Alternative] = Field(
        default_factory=list, description="Tried in order where the place above cannot be had; the first is used"
    )
    validation_fraction: float = Field(0.2, gt=0, lt=1, description="Share of train, where no validation split exists")


class PublishedRows(Strict):
    """Rows that a dataset's publisher states; for estimates before it is there."""

    train: Positive = Field(description="Rows of train")
    validation: Positive | None = Field(None, description="Rows of validation")


class Task(Strict):
    """One task: one YAML file."""

    former_names: ClassVar[dict[str, str]] = {"licence": "license"}

    name: TaskName = Field(description="Default: the YAML file's name")
    type: TaskTypeName = Field(description="What the rows look like and what is predicted (docs/your-own-data.md)")
    description: str = Field("", description="One sentence for people; pages show it")
    data: Data = Field(description="Where the rows are")
    columns: dict[str, str | int | list[str | int] | None] = Field(
        default_factory=dict,
        description="Which of the data's columns hold text_a, text_b, label, group, candidate, context, question, "
        "choices, answers, tokens, tags, id. A list of columns is joined (texts) or taken in order (choices). conll: "
        "column numbers.",
    )
    join: str = Field(" ", description="Put between the texts of several columns")
    labels: list[str] | None = Field(None, description="Names, in index order; default: those found, sorted")
    positive_label: str | None = Field(None, description="For the metrics f1 and f0.5; default: the second label")
    drop_labels: list[str | int] = Field(default_factory=list, description="Rows with these labels are left out")
    on_bad_row: Literal["error", "drop"] = Field("error", description="A broken row: stop and name it, or leave it out")
    metric: str | None = Field(None, description="Default: the type's (docs/your-own-data.md)")
    max_length: Positive = Field(128, description="Sub-words per encoded text")
    stride: Annotated[int, Field(ge=0)] = Field(32, description="extractive_qa: sub-words that two windows share")
    batch_size: Positive = Field(32, description="Rows per optimiser step, where the config names none")
    epochs: Positive | None = Field(None, description="Source training: in place of the config's")
    patience: Annotated[int, Field(ge=0)] | None = Field(None, description="In place of the config's")
    max_train_examples: Positive | None = Field(None, description="A seeded subset with the classes in proportion")
    max_validation_examples: Positive | None = Field(None, description="The same of validation")
    published_rows: PublishedRows | None = Field(None, description="For estimates before the data is there")
    family: str | None = Field(None, description="Tasks that share text have the same family")
    language: str | None = Field(None, description="For cards of exported adapters")
    license: str | None = Field(None, description="As its publisher states it; for cards")
    citation: str | None = Field(None, description="For cards")
    homepage: str | None = Field(None, description="For cards")

    @model_validator(mode="after")
    def _fits_its_type(self):
        required, optional = COLUMNS[self.type]
        for column in self.columns:
            if column not in required + optional:
                raise ValueError(
                    f"columns: {self.type} has no column {column!r}, {did_you_mean(column, required + optional)}"
                )
        if self.metric is not None and self.metric not in METRICS[self.type]:
            raise ValueError(
                f"metric {self.metric!r} does not suit {self.type}, {did_you_mean(self.metric, METRICS[self.type])}"
            )
        if self.labels is not None:
            if self.type not in ("classification", "tagging"):
                raise ValueError(f"{self.type} has no label names; remove 'labels'")
            if len(set(self.labels)) != len(self.labels):
                raise ValueError("labels: a name stands there twice")
        if self.positive_label is not None and self.labels is not None and self.positive_label not in self.labels:
            raise ValueError(f"positive_label: no label {self.positive_label!r}, {self.labels}")
        if self.type == "extractive_qa" and self.stride >= self.max_length:
            raise ValueError(f"stride ({self.stride}) must be less than max_length ({self.max_length})")
        return self

    def column(self, name: str) -> str | int | list[str | int] | None:
        """The data's column for the canonical column ``name`` (the same name, unless ``columns`` says otherwise)."""
        return self.columns.get(name, name)


class Training(Strict):
    """One stage of fine-tuning. The defaults are those of the paper for adapters on RoBERTa-base."""

    learning_rate: float = Field(1e-4, gt=0, description="Highest, of AdamW; falls to 0 along a line")
    epochs: Positive = Field(15, description="At most; early stopping may end sooner")
    max_steps: Positive | None = Field(None, description="Stop after this many optimiser steps, whatever 'epochs' says")
    batch_size: Positive | None = Field(None, description="Default: the task's")
    weight_decay: float = Field(0.0, ge=0, description="Of AdamW")
    warmup_ratio: float = Field(0.0, ge=0, lt=1, description="Share of the steps in which the learning rate rises")
    max_grad_norm: float = Field(1.0, gt=0, description="Longer gradients are scaled to this norm")
    patience: Annotated[int, Field(ge=0)] = Field(
        4, description="Early stopping: evaluations without a better dev score; 0 = train to the end, keep the last"
    )
    evaluate_every: Positive = Field(1, description="Epochs between two evaluations on the dev split")
    dev: Literal["validation", "held_out"] = Field(
        "held_out",
        description="Split that early stopping looks at: 'held_out' is a part of train; 'validation' is the split "
        "that the reported score is from, as in the paper (an optimistic score; the result says so)",
    )
    dev_fraction: float = Field(0.1, gt=0, lt=1, description="dev: held_out: share of train")
    max_dev_examples: Positive | None = Field(500, description="At most so many dev rows; null: all of that share")
    max_train_examples: Positive | None = Field(None, description="A seeded subset, e.g. 1000 for few-shot targets")


class TrainingStages(Strict):
    """Settings of source training and of the sequential fine-tune on the target."""

    source: Training = Field(Training(), description="Of adapters on sources")
    transfer: Training = Field(Training(), description="Of the fine-tune on the target")


class TrainingChanges(Strict):
    """Keys of single stages, replaced for one model."""

    source: dict[str, Any] = Field(default_factory=dict, description="Keys of 'training: source'")
    transfer: dict[str, Any] = Field(default_factory=dict, description="Keys of 'training: transfer'")


class Model(Strict):
    """A base language model or a sentence encoder; for base models also what differs from the rest of the run."""

    path: str = Field("", description="'bundled' (all-MiniLM-L6-v2), a local folder, or a hub id")
    revision: str | None = Field(None, description="Commit, tag or branch of a hub model")
    adapter: str | None = Field(None, description="In place of the config's 'adapter'")
    training: TrainingChanges = Field(TrainingChanges(), description="Keys of 'training' that differ, e.g. epochs")
    adapters: Literal["train", "published", "published-or-train"] = Field(
        "train",
        description="Source adapters: train them, load published ones, or train where the publisher has none",
    )
    published: str | None = Field(
        None, description="Repository of a published adapter, e.g. AdapterHub/roberta-base-pf-{source}, or a folder"
    )
    published_revision: str | None = Field(None, description="Commit, tag or branch of these repositories")
    like: str | None = Field(
        None,
        description="Name of another model: its weights, source adapters and features are used, and only the transfers "
        "differ ('training: transfer:'), e.g. limited to 1000 examples",
    )

    @model_validator(mode="after")
    def _whole(self):
        if self.like is not None:
            own = [key for key in self.model_fields_set if key not in ("like", "training")]
            if own or self.training.source:
                raise ValueError(
                    f"{', '.join(sorted(own)) or 'training.source'}: a model that is 'like' another one differs in "
                    "'training: transfer:' only"
                )
        elif not self.path:
            raise ValueError("give 'path' ('bundled', a folder, a hub id), or 'like' with another model's name")
        if self.adapters != "train" and "{source}" not in (self.published or ""):
            raise ValueError("published: name the repositories, with {source} in the place of the task's name")
        if self.adapters != "train" and self.adapter == "full":
            raise ValueError("adapters: published ones are adapters, and this model has 'adapter: full'")
        return self


class Embeddings(Strict):
    """Text embeddings, from a seeded subset of the train split."""

    max_examples: Positive = Field(1000, description="Of the task's training examples")
    batch_size: Positive = Field(32, description="Texts per forward pass")
    max_length: Positive = Field(128, description="Sub-words per piece")
    max_windows: Positive = Field(4, description="Pieces of max_length that one long text gives at most")


class Features(Strict):
    """Rows of a target, under the base model and under every source's adapter (docs/methods.md)."""

    max_examples: Positive = Field(1000, description="Of the target's training examples, a seeded subset")
    max_rows: Positive = Field(2000, description="tagging, extractive_qa: token rows kept at most")
    negatives: Positive = Field(4, description="extractive_qa: sampled other tokens per window")
    batch_size: Positive = Field(32, description="Rows per forward pass")
    parallel: Positive = Field(8, description="Adapters in one forward pass, where the adapters library can")


class Maps(Strict):
    """Embedding space maps, from a source's rows under the base model to the same rows under its adapter."""

    fit: Literal["ridge", "sgd"] = Field("ridge", description="Closed form, or the published training recipe")
    max_examples: Positive = Field(1000, description="Of the source's training examples; published: 10000")
    ridge: float = Field(1e-3, gt=0, description="Penalty, as a share of the inputs' mean variance")
    epochs: Positive = Field(10, description="sgd")
    batch_size: Positive = Field(32, description="sgd")
    learning_rate: float = Field(1e-3, gt=0, description="sgd")


class Gradients(Strict):
    """Fisher embeddings of trained adapters (TaskEmb)."""

    max_examples: Positive = Field(200, description="Training examples whose gradients are taken, a seeded subset")


class FewShot(Strict):
    """Few-shot fine-tuning: a few optimiser steps on a few of the target's training examples."""

    max_examples: Positive = Field(1000, description="Of the target's training examples")
    held_out: float = Field(0.2, gt=0, lt=1, description="Share of these examples that the score is from")
    steps: list[Positive] = Field([5, 10, 25, 50], min_length=1, description="Optimiser steps after which to score")
    batch_size: Positive = Field(20, description="Rows per optimiser step")
    learning_rate: float | None = Field(None, gt=0, description="Default: that of transfers")


class Observed(Strict):
    """Transfers that somebody else ran, in place of the workflow's own (docs/metrics.md)."""

    file: str = Field(description="Table with setting, target, source, seed, metric, value; tsv, may be .gz")
    settings: list[Name] | None = Field(None, min_length=1, description="Which of its settings; default: all")
    scale: Literal["detect", "percent", "fraction"] | dict[str, Literal["percent", "fraction"]] = Field(
        "detect", description="Of the values: of all, or by 'setting' or 'setting/target'; detected for the others"
    )
    duplicates: Literal["error", "mean", "first"] = Field(
        "error", description="Different values for one setting, target, source and seed; equal ones count once"
    )

    @model_validator(mode="after")
    def _settings_once(self):
        if self.settings and len(set(self.settings)) != len(self.settings):
            raise ValueError("settings: a name stands there twice")
        return self


class AdapterFusion(Strict):
    """AdapterFusion of the best-ranked sources (docs/adapter-fusion.md)."""

    k: Annotated[int, Field(ge=2)] = Field(3, description="The first k sources of a target's ranking; all, if fewer")
    training: dict[str, Any] = Field(
        default_factory=dict,
        description="Keys of 'training: transfer:' that differ for AdapterFusion; learning_rate is 5e-5 by default",
    )


class Recommend(Strict):
    """``results/recommend/{target}.json``: the best of the best-ranked sources (docs/recommend.md)."""

    k: Positive = Field(3, description="The first k sources of the target's ranking are tried; all, if fewer")
    stop_early: bool = Field(False, description="Drop clearly losing sources between seeds (successive halving)")
    model: str | None = Field(None, description="Which of 'models'; default: the first")
    dev_fraction: float = Field(0.2, gt=0, lt=1, description="Share of the target's train by which is chosen")


class Evaluation(Strict):
    """How ranking methods are judged (docs/metrics.md)."""

    k: list[Positive] = Field([1, 3, 5], min_length=1, description="Of Regret@k")
    gain: Literal["exp-percent", "linear", "rank"] = Field("exp-percent", description="Behind NDCG (docs/metrics.md)")
    bootstrap: Positive = Field(10_000, description="Draws of targets for the intervals")
    confidence: float = Field(0.95, gt=0, lt=1, description="Of the intervals")


class TaskOverride(Strict):
    """Keys of a task that a configuration may replace; file names in ``data`` are relative to the working folder."""

    data: Data | None = Field(None, description="In place of the task's")
    columns: dict[str, str | int | list[str | int] | None] | None = Field(None, description="In place of the task's")
    labels: list[str] | None = Field(None, description="In place of the task's")
    max_length: Positive | None = Field(None, description="In place of the task's")
    stride: Annotated[int, Field(ge=0)] | None = Field(None, description="In place of the task's")
    batch_size: Positive | None = Field(None, description="In place of the task's")
    epochs: Positive | None = Field(None, description="In place of the task's")
    patience: Annotated[int, Field(ge=0)] | None = Field(None, description="In place of the task's")
    max_train_examples: Positive | None = Field(None, description="In place of the task's and of the configuration's")
    max_validation_examples: Positive | None = Field(None, description="The same of validation")


class Config(Strict):
    """``config.yaml``."""

    former_names: ClassVar[dict[str, str]] = {"fused": "rank_fusion", "fusion": "adapter_fusion"}

    task_folders: list[str] = Field(["tasks/bundled"], description="Folders of task YAMLs")
    sources: list[Name] = Field(min_length=1, description="Names of tasks to train on first")
    targets: list[Name] = Field(min_length=1, description="Names of the tasks that count")
    source_is_target: Literal["error", "exclude"] = Field(
        "error", description="A task in both lists: an error, or left out of its own pool of sources"
    )
    models: dict[Name, Model] = Field(
        default={"minilm": Model(path="bundled")},
        min_length=1,
        description="Base models by name; 'name: path' is enough",
    )
    sentence_encoder: dict[Name, Model] = Field(
        default={"minilm-sentence": Model(path="bundled")},
        min_length=1,
        max_length=1,
        description="Encoder for 'semb' and 'roe', by name; 'name: path' is enough",
    )
    adapter: str = Field("seq_bn", description="A configuration string of the adapters library, or 'full'")
    seed: Annotated[int, Field(ge=0)] = Field(1, description="Subsets, splits and source training")
    seeds: list[Annotated[int, Field(ge=0)]] = Field([1], min_length=1, description="One transfer each")
    max_train_examples: Positive | None = Field(None, description="Of every task, a seeded subset; null: all")
    max_validation_examples: Positive | None = Field(None, description="The same of validation")
    tasks: dict[Name, TaskOverride] = Field(default_factory=dict, description="Keys of single tasks, replaced")
    methods: list[str] = Field(
        ["random", "size", "vocabulary", "textemb", "semb", "roe", "profile", "recommended"],
        description="docs/methods.md says what each is and needs; these train nothing",
    )
    rank_fusion: list[str] = Field(
        ["recommended"], min_length=1, description="Methods that the fused ranking joins, by reciprocal rank"
    )
    history: Literal["none", "own"] | list[str] = Field(
        "none",
        description="Earlier transfers that methods may learn from: those of this run (or of 'observed') to other "
        "targets, or tables of one's own in the form of 'observed'",
    )
    observed: Observed | None = Field(None, description="Judge methods by published transfers; nothing is transferred")
    training: TrainingStages = TrainingStages()
    embeddings: Embeddings = Embeddings()
    features: Features = Features()
    maps: Maps = Maps()
    gradients: Gradients = Gradients()
    fewshot: FewShot = FewShot()
    adapter_fusion: AdapterFusion = AdapterFusion()
    recommend: Recommend = Recommend()
    evaluation: Evaluation = Evaluation()
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto",
        description="Of models' forward passes: 'auto' is float32 on a CPU; on a GPU that has them bf16 for training, "
        "TF32 for features (docs/precision.md)",
    )
    warm_worker: bool = Field(True, description="Import torch and the like once per run instead of once per job")
    jobs_per_gpu: int = Field(1, ge=1, description="How many jobs may share a GPU at a time (docs/gpus.md)")

    @model_validator(mode="after")
    def _consistent(self):
        lists = {key: getattr(self, key) for key in ("sources", "targets", "seeds", "methods", "rank_fusion")}
        for key, values in (lists | {"evaluation.k": self.evaluation.k}).items():
            twice = sorted({str(v) for v in values if values.count(v) > 1})
            if twice:
                raise ValueError(f"{key}: listed twice: {', '.join(twice)}")
        both = sorted(set(self.sources) & set(self.targets))
        if both and self.source_is_target == "error":
            raise ValueError(
                f"{', '.join(both)}: a source that is also the target; take it out of one list, or set "
                "'source_is_target: exclude' to leave it out of its own pool"
            )
        for target in self.targets:
            if not [s for s in self.sources if s != target]:
                raise ValueError(f"targets: {target} is left without any source")
        clash = sorted(set(self.models) & set(self.sentence_encoder))
        if clash:
            raise ValueError(f"sentence_encoder: {clash[0]!r} is a model's name too; their folders would be the same")
        for name, model in self.models.items():
            if model.like is not None and (model.like not in self.models or self.models[model.like].like is not None):
                others = [other for other, found in self.models.items() if found.like is None]
                raise ValueError(f"models: {name}: like: no model of its own {model.like!r}, {others}")
            if model.adapters != "train" and self.adapter_of(name) == "full":
                raise ValueError(f"models: {name}: published ones are adapters, and 'adapter' is 'full'")
            self.training_of(name)
            self.adapter_fusion_training_of(name)
        if self.recommend.model is not None and self.recommend.model not in self.models:
            raise ValueError(f"recommend.model: {did_you_mean(self.recommend.model, self.models)}")
        if odd := [
            n for n, encoder in self.sentence_encoder.items() if encoder.model_fields_set - {"path", "revision"}
        ]:
            raise ValueError(f"sentence_encoder: {odd[0]}: has 'path' and 'revision' only")
        for name in self.rank_fusion:
            if name not in self.methods or name == "random":
                raise ValueError(f"rank_fusion: {name!r} is not among the methods that can be fused, {self.methods}")
        return self

    @property
    def all_tasks(self) -> list[str]:
        """Sources and targets, each once, in the order of the config."""
        return list(dict.fromkeys([*self.sources, *self.targets]))

    def pool(self, target: str) -> list[str]:
        """Sources of ``target``: all but itself."""
        return [source for source in self.sources if source != target]

    @property
    def base_models(self) -> list[str]:
        """Models with adapters and features of their own, in the order of the config."""
        return [name for name, model in self.models.items() if model.like is None]

    def base_of(self, model: str) -> str:
        """Name of the model whose weights, source adapters and features ``model`` uses: mostly itself."""
        return self.models[model].like or model

    def adapter_of(self, model: str) -> str:
        """Adapter configuration string of a model, or 'full'."""
        return self.models[self.base_of(model)].adapter or self.adapter

    def training_of(self, model: str) -> TrainingStages:
        """Both stages of training, with the model's own keys in place of the run's."""
        base, own = self.models[self.base_of(model)].training, self.models[model].training
        stages = {}
        for stage in ("source", "transfer"):
            changes = getattr(base, stage) | getattr(own, stage)
            values = getattr(self.training, stage).model_dump() | changes
            stages[stage] = validate(Training, values, f"config: models.{model}.training.{stage}")
        return TrainingStages(**stages)

    def adapter_fusion_training_of(self, model: str) -> Training:
        """As the model's transfers are trained, but for the learning rate (the paper's) and what the user changes."""
        values = self.training_of(model).transfer.model_dump() | {"learning_rate": 5e-5} | self.adapter_fusion.training
        return validate(Training, values, "config: adapter_fusion.training")

    @property
    def recommend_model(self) -> str:
        """The model that a recommendation is for."""
        return self.recommend.model or next(iter(self.models))

    def candidate_training_of(self, model: str) -> Training:
        """As the model's transfers are trained, but with rows held out of train whether it stops early or not."""
        held_out = {"dev": "held_out", "dev_fraction": self.recommend.dev_fraction}
        return self.training_of(model).transfer.model_copy(update=held_out)

    def check_adapter_fusion(self, model: str, target: str) -> None:
        """Raise :class:`IntertaskError` where AdapterFusion is asked for that cannot be."""
        if self.adapter_of(model) == "full":
            raise IntertaskError(
                f"AdapterFusion mixes adapters, and the sources of the model {model!r} are whole encoders.",
                "config: adapter: full",
                "use 'adapter: seq_bn' for AdapterFusion, in a configuration and folder of its own",
            )
        if len(self.pool(target)) < 2:
            raise IntertaskError(
                f"AdapterFusion needs two sources at least; {target} has only {self.pool(target)[0]}.",
                "config: sources",
                "add sources",
            )


def _known_keys(model: type[BaseModel], location: tuple) -> list[str]:
    """Field names of the model that the key at ``location`` belongs to."""
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        candidates = [field.annotation, *get_args(field.annotation)] if field else []
        nested = [c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)]
        if nested:
            model = nested[0]
    return list(model.model_fields)


def validate(model: type[Checked], values: Mapping[str, Any], where: str) -> Checked:
    """Build ``model``; the first problem becomes an :class:`IntertaskError` that names file and key."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            key = ".".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            if problem["type"] == "extra_forbidden":
                known = _known_keys(model, problem["loc"])
                message = f"unknown key; {did_you_mean(problem['loc'][-1], known)}"
            elif problem["type"] == "missing":
                message = "is missing"
            problems.append(f"{key}: {message}" if key else message)
        raise IntertaskError("; ".join(problems) + ".", where, "correct the file and run again") from None


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Read a YAML file that holds a mapping.

    Raises:
        IntertaskError: The file is missing, is not YAML, or holds something else.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        values = yaml.safe_load(text)
    except FileNotFoundError:
        raise IntertaskError(f"There is no file {path}.", path) from None
    except UnicodeDecodeError as error:
        raise IntertaskError(f"Not UTF-8 text: {error}.", path, "save the file as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise IntertaskError(f"Not valid YAML: {getattr(error, 'problem', error)}.", f"{path}{line}") from None
    if not isinstance(values, dict):
        raise IntertaskError("Expected 'key: value' lines.", path)
    return values


def load_task(path: str | Path) -> Task:
    """Read one task YAML; its name is the file's unless ``name`` says otherwise."""
    path = Path(path)
    values = read_yaml(path)
    report_old_keys(values, Task.former_names)
    return validate(Task, {"name": path.stem} | values, str(path))


def load_config(values: Mapping[str, Any], where: str = "config.yaml") -> Config:
    """Check a configuration as Snakemake hands it over (plain dictionaries)."""
    values = dict(values)
    report_old_keys(values, Config.former_names)
    for key in ("models", "sentence_encoder"):
        # 'minilm: bundled' is short for 'minilm: {path: bundled}'
        if isinstance(values.get(key), Mapping):
            values[key] = {n: {"path": m} if isinstance(m, str) else m for n, m in values[key].items()}
    if isinstance(values.get("observed"), str):
        values["observed"] = {"file": values["observed"]}
    return validate(Config, values, where)


def export_schemas(folder: str | Path) -> dict[Path, str]:
    """JSON schemas of both files, as text by path."""
    models = {"config": Config, "task": Task}
    return {
        Path(folder) / f"{name}.schema.json": json.dumps(model.model_json_schema(), indent=2) + "\n"
        for name, model in models.items()
    }
