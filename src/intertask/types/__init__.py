"""Task types: one module per type, and the interface that all of them have.

>>> task_type = get_type("classification")
>>> encodings = task_type.encode(rows, Tokenization(tokenizer, 128, 32), info)

A module of this package, such as :mod:`.classification`, satisfies :class:`TaskType` by its constants and functions.
Code outside of this package asks the type (``task_type.USES_STRIDE``) instead of comparing its name.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, get_args

from ..config import TaskTypeName
from ..errors import IntertaskError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    import torch
    from transformers import PreTrainedTokenizerBase

    from .units import Units

TYPES: tuple[str, ...] = get_args(TaskTypeName)

#: A canonical row: a row of a task's data with the columns of its type.
Row = Mapping[str, Any]
#: What ``info.json`` of the prepared task says: ``labels``, ``positive_label``, ``max_choices`` and more.
Info = Mapping[str, Any]
#: One encoded text, window or row: token ids, masks and labels as lists of numbers, and the type's ``EXTRA_KEYS``.
Encoding = dict[str, Any]
#: Encodings as padded tensors.
Batch = Mapping[str, "torch.Tensor"]
#: From a list of encodings to a batch.
Collator = Callable[[Sequence[Encoding]], dict[str, "torch.Tensor"]]
#: Logits of all encodings, one array [F, ...] per output of the head.
Logits = Sequence["np.ndarray"]
LossAndLogits: TypeAlias = "tuple[torch.Tensor | None, tuple[torch.Tensor, ...]]"
Tokenizer: TypeAlias = "PreTrainedTokenizerBase"


class Tokenization(NamedTuple):
    """How texts become tokens.

    Attributes:
        tokenizer: The base model's tokenizer.
        max_length: Tokens of one text or window, at most, special ones included.
        stride: Tokens by which two windows of one text overlap.
    """

    tokenizer: Tokenizer
    max_length: int
    stride: int


class TaskType(Protocol):
    """What the workflow needs to know of a task type.

    Attributes:
        LABEL: Name of the type in messages, pages and cards.
        ROW_COLUMNS: Columns of a canonical row and their Python types. ``group`` and ``candidate`` of classification
            are in a task's rows only if the task maps them; every other column is in every row.
        OPTIONAL_INPUTS: Columns that a user may leave out of rows to predict, and the values that replace them.
        PRE_SPLIT: Whether rows hold lists of words, so that the tokenizer must not split them again.
        USES_STRIDE: Whether long texts are cut into windows that overlap by the task's ``stride``.
        STANDARDIZES_LABELS: Whether models are trained on (label - mean) / standard deviation.
        COMPARES_CHOICES: Whether the units of one group are the choices of one example. Only differences between these
            count, and one of them is the right one.
        POSITIVE_CLASS_METRICS: Metrics of one class, which need ``positive_label`` or exactly two labels.
        LOSS_UNIT: Unit of the training loss, for the axis of a figure.
        HEAD_LAYERS: Number of layers of the prediction head, as in the paper.
        HEAD_TYPE: Name that the ``adapters`` library has for the type of head.
        PROBABILITY_HEADS: Head types of source models that give class probabilities on the rows of this type.
        EXTRA_KEYS: Keys of an encoding that only ``predict`` reads. They are no inputs of the model.
    """

    LABEL: str
    ROW_COLUMNS: Mapping[str, Any]
    OPTIONAL_INPUTS: Mapping[str, Any]
    PRE_SPLIT: bool
    USES_STRIDE: bool
    STANDARDIZES_LABELS: bool
    COMPARES_CHOICES: bool
    POSITIVE_CLASS_METRICS: tuple[str, ...]
    LOSS_UNIT: str
    HEAD_LAYERS: int
    HEAD_TYPE: str
    PROBABILITY_HEADS: tuple[str, ...]
    EXTRA_KEYS: tuple[str, ...]

    # data

    @staticmethod
    def default_metric(labels: Sequence[str] | None) -> str:
        """Choose the metric of a task that names none.

        Args:
            labels: The task's labels; None for types without label names.

        Returns:
            One of :data:`intertask.config.METRICS` of the type.
        """
        ...

    @staticmethod
    def check_rows(rows: Sequence[Row], split: str, labels: Sequence[str] | None, location: str) -> None:
        """Check that the rows of a split can be learned from or scored.

        Args:
            rows: At least one row.
            split: 'train' or 'validation'.
            labels: The task's labels; None for types without label names.
            location: The task and its file, for the message.

        Raises:
            IntertaskError: The rows cannot, for example because they have a single class.
        """
        ...

    @staticmethod
    def input_texts(row: Row) -> list[str]:
        """Return all texts of a row's input, in a fixed order; '' for an absent one.

        Two rows with the same texts are the same example, whatever their labels.
        """
        ...

    @staticmethod
    def passage(row: Row) -> str | None:
        """Return the text that several rows may share; None for types without one."""
        ...

    @staticmethod
    def outline(row: Row) -> Row:
        """Return what ``check_rows``, ``strata`` and ``classes`` read of a row, without its texts.

        Rows that are chosen from many are not held, but their outlines are. The values are hashable.
        """
        ...

    @staticmethod
    def strata(rows: Sequence[Row]) -> list[Hashable] | None:
        """Return the stratum of each row, for subsets and splits.

        Returns:
            One value per row. None if a row has several classes: a subset then takes a row of each class first.
        """
        ...

    @staticmethod
    def classes(row: Row) -> Iterable[int]:
        """Return the classes that a row shows to a model, each once; empty for types without classes."""
        ...

    @staticmethod
    def completed_info(info: Info, train: Sequence[Row]) -> dict[str, Any]:
        """Return ``info`` with the facts of the training rows that ``predict`` reads.

        Args:
            info: ``info.json`` of the task.
            train: Its training rows.
        """
        ...

    # encoding

    @staticmethod
    def text_pairs(rows: Sequence[Row]) -> list[list[tuple[str, str | None]]]:
        """Return the texts that represent each row in text embeddings.

        Returns:
            Per row one or more pairs (first text, second text or None).
        """
        ...

    @staticmethod
    def encode(rows: Sequence[Row], tokenization: Tokenization, info: Info, labeled: bool = True) -> list[Encoding]:
        """Encode rows as inputs of a model.

        Args:
            rows: Canonical rows.
            tokenization: The tokenizer and its limits.
            info: ``info.json`` of the task.
            labeled: Whether to add the labels.

        Returns:
            One or more encodings per row, in the order of the rows. Each holds the index of its row under ``row``.

        Raises:
            IntertaskError: ``max_length`` leaves no room for text.
        """
        ...

    @staticmethod
    def collator(tokenizer: Tokenizer) -> Collator:
        """Return a function that pads encodings, without their ``EXTRA_KEYS``, to the longest one.

        Args:
            tokenizer: Its padding ids are used.
        """
        ...

    @staticmethod
    def units(rows: Sequence[Row], tokenization: Tokenization, info: Info, settings: Mapping[str, Any]) -> "Units":
        """Select the labeled vectors that become features.

        The result depends on the arguments only, so it is the same for every source.

        Args:
            rows: Canonical rows with labels.
            tokenization: The tokenizer and its limits.
            info: ``info.json`` of the task.
            settings: ``max_rows`` (number of units, at most), ``negatives`` (per window) and ``seed``.
        """
        ...

    # model

    @staticmethod
    def add_head(model: Any, name: str, info: Info, layers: int = ...) -> None:
        """Add a fresh head to a model and make it active.

        Args:
            model: An ``AutoAdapterModel``. A head of the same name is replaced.
            name: Name of the head.
            info: ``info.json`` of the task.
            layers: Number of layers; the default is ``HEAD_LAYERS``.
        """
        ...

    @staticmethod
    def head_outputs(info: Info) -> int:
        """Return the number of outputs that the head needs for a task.

        Args:
            info: ``info.json`` of the task.
        """
        ...

    @staticmethod
    def loss(model: Any, batch: Batch) -> LossAndLogits:
        """Run the model with its active head on a batch.

        Args:
            model: An ``AutoAdapterModel``.
            batch: Of the collator.

        Returns:
            The mean loss, None if the batch has no labels; and the logits, one tensor [B, ...] per output of the head.
            Both are float32 whatever the model computes in.
        """
        ...

    # predictions

    @staticmethod
    def predict(logits: Logits, encodings: Sequence[Encoding], rows: Sequence[Row], info: Info) -> list[Any]:
        """Turn logits into one prediction per row.

        Args:
            logits: Arrays [F, ...], one per output of the head, padded with -100 over batches.
            encodings: The F encodings, with their ``EXTRA_KEYS``.
            rows: The rows that were encoded.
            info: Of :meth:`completed_info`.

        Returns:
            One prediction per row, in the form that ``score`` reads.
        """
        ...

    @staticmethod
    def score(predictions: Sequence[Any], rows: Sequence[Row], info: Info) -> dict[str, float]:
        """Compute every metric that suits the type.

        Args:
            predictions: Of :meth:`predict`.
            rows: Rows with labels.
            info: ``info.json`` of the task.

        Returns:
            Metric -> score in percent (0 to 100; correlations -100 to 100).
        """
        ...

    @staticmethod
    def class_pairs(prediction: Any, row: Row) -> list[tuple[int, int]]:
        """Return the right class and the predicted class of each thing in a row that has one of the task's labels.

        Args:
            prediction: Of :meth:`predict`, also if it was stored as JSON.
            row: The row, with labels.

        Returns:
            Pairs of class indices; none for types without label names.
        """
        ...

    @staticmethod
    def for_user(prediction: Any, labels: Sequence[str] | None, label_scale: Mapping[str, float] | None) -> Any:
        """Convert a prediction to the task's own labels and units.

        Args:
            prediction: Of :meth:`predict`.
            labels: The task's labels; None for types without label names.
            label_scale: ``mean`` and ``deviation`` of the training labels; None unless ``STANDARDIZES_LABELS``.
        """
        ...


def get_type(name: str) -> TaskType:
    """Return the task type of a name.

    Args:
        name: One of :data:`TYPES`.

    Raises:
        IntertaskError: There is no such type.
    """
    if name not in TYPES:
        raise IntertaskError(f"There is no task type {name!r}; {did_you_mean(name, TYPES)}", "task: type")
    return import_module(f".{name}", __name__)
