"""What a method may know about a task: plain values and arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..types import get_type


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """Labels of some of the target's rows. Most types have one view of all rows; extractive QA has starts and ends.

    Attributes:
        index: [n] which of the N rows.
        labels: [n] class ids (int64), or standardised values (float64, regression).
    """

    index: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """The target's rows that feature scores look at: the same rows in the same order for every source.

    Attributes:
        groups: [N] int64; rows of one group are of one example (multiple choice), sentence (tagging) or passage
            (extractive QA), and stand on one side of every cross-validation split.
        views: A method's score is the mean over views.
    """

    groups: np.ndarray
    views: tuple[View, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """One task as the methods see it. A field that no selected method needs may stay ``None``.

    Attributes:
        task: Name of the task.
        type: Its type (classification, regression, multiple_choice, extractive_qa, tagging).
        rows: True number of training examples, before any cap.
        classes: Number of labels or tags, of choices for multiple choice; None for other types.
        words: Mean number of words of a training example.
        paired: Whether its examples are pairs of texts (classification, regression).
        text_embeddings: [n, D] one embedding per sampled example, by the base model.
        text_mean: [D] their mean, float64.
        sentence_embeddings: [n, S] one embedding per sampled example, by the sentence encoder.
        sentence_mean: [S] their mean, float64.
        token_ids: [T] sub-word ids of a seeded sample of examples, in sample order, without special tokens.
        target_rows: Of a target: labels and groups of its rows.
        features: [N, D] the target's rows: of a source under its adapter, of the target itself under the base model.
        probabilities: [N, C] of a source: what its head makes of the target's rows, where these are class
            probabilities; else None.
        map: Of a source: weight [D, D] and bias [D] of the embedding space map, ``features @ weight + bias``.
        gradients: Fisher embedding of the task's trained adapter: component -> vector.
        fewshot_gradients: The same after a few steps of training.
        weights: Of the task's trained adapter: site -> (down [r, D], up [D, r]).
        fewshot: Of a source: optimiser step -> the target's score after that many steps from the source's adapter.
        history: Of a source: [M] what its transfers reached on other targets, percent points, NaN = not observed.
        past: Of a target: the M targets of those transfers, in the same order.
    """

    task: str
    type: str
    rows: int
    classes: int | None = None
    words: float | None = None
    paired: bool = False
    text_embeddings: np.ndarray | None = None
    text_mean: np.ndarray | None = None
    sentence_embeddings: np.ndarray | None = None
    sentence_mean: np.ndarray | None = None
    token_ids: np.ndarray | None = None
    target_rows: Rows | None = None
    features: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    map: tuple[np.ndarray, np.ndarray] | None = None
    gradients: Mapping[str, np.ndarray] | None = None
    fewshot_gradients: Mapping[str, np.ndarray] | None = None
    weights: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None
    fewshot: Mapping[int, float] | None = None
    history: np.ndarray | None = None
    past: "tuple[Past, ...] | None" = None

    @property
    def compares_choices(self) -> bool:
        """Whether only differences between the rows of one group count, as between the choices of a question."""
        return get_type(self.type).COMPARES_CHOICES


@dataclass(frozen=True, eq=False, slots=True)
class Past:
    """A target whose transfers have been observed already; never the target that is ranked for, nor one of its family.

    Attributes:
        setting: Base model or published set-up in which they were observed.
        same_setting: Whether that is the one that is ranked for.
        facts: What is known of that target.
    """

    setting: str
    same_setting: bool
    facts: Facts
