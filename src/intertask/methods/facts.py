"""The facts that methods know about a task: plain values and arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..types import get_type


@dataclass(frozen=True, eq=False, slots=True)
class View:
    """Labels of some of the target's rows. Most types have one view of all rows; extractive QA has starts and ends.

    Attributes:
        index: [n] Indices of the rows among the N rows.
        labels: [n] Class ids (int64), or standardized values (float64) for regression.
    """

    index: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """The target's rows that feature scores use: the same rows in the same order for every source.

    Attributes:
        groups: [N] int64. Rows of one group belong to one example (multiple choice), sentence (tagging) or passage
            (extractive QA), and are on the same side of every cross-validation split.
        views: Views of the rows; a method's score is the mean over them.
    """

    groups: np.ndarray
    views: tuple[View, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """Facts of one task. Fields of artifacts that no selected method reads are ``None``.

    Attributes:
        task: Name of the task.
        type: Type of the task (classification, regression, multiple_choice, extractive_qa, tagging).
        rows: Number of training examples before any cap.
        classes: Number of labels, tags, or choices (multiple choice); None for other types.
        words: Mean number of words of a training example.
        paired: Whether the examples are pairs of texts (classification, regression).
        text_embeddings: [n, D] One embedding per sampled example, by the base model.
        text_mean: [D] Mean of the text embeddings, float64.
        sentence_embeddings: [n, S] One embedding per sampled example, by the sentence encoder.
        sentence_mean: [S] Mean of the sentence embeddings, float64.
        token_ids: [T] Token ids of a random sample of examples, in sample order, without special tokens.
        target_rows: Labels and groups of the target's rows. Only a target has them.
        features: [N, D] Features of the target's rows: for a source under its adapter, for the target under the base
            model.
        probabilities: [N, C] Class probabilities of a source's head on the target's rows; None if the head does not
            predict classes.
        map: Weight [D, D] and bias [D] of a source's embedding space map, ``features @ weight + bias``. They may be
            read from a file each time that they are used.
        gradients: Fisher embedding of the task's trained adapter: component -> vector.
        fewshot_gradients: Fisher embedding of an adapter after a few training steps: component -> vector.
        weights: Matrices of the task's trained adapter: site -> (down [r, D], up [D, r]).
        fewshot: Optimizer step -> score of the target after that many steps from a source's adapter.
        history: [M] Scores of a source's transfers to M past targets, percentage points, NaN = not observed.
        past: The M past targets of a target, in the same order as ``history``.
        measures: What some feature methods say of adapters on a target's rows: method -> source -> score. The source
            ``none`` is the base model. Only sources whose adapters are there are named.
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
    map: Sequence[np.ndarray] | None = None
    gradients: Mapping[str, np.ndarray] | None = None
    fewshot_gradients: Mapping[str, np.ndarray] | None = None
    weights: Mapping[str, tuple[np.ndarray, np.ndarray]] | None = None
    fewshot: Mapping[int, float] | None = None
    history: np.ndarray | None = None
    past: "tuple[Past, ...] | None" = None
    measures: Mapping[str, Mapping[str, float]] | None = None

    @property
    def compares_choices(self) -> bool:
        """Whether only differences between the rows of one group count, as between the choices of a question."""
        return get_type(self.type).COMPARES_CHOICES


@dataclass(frozen=True, eq=False, slots=True)
class Past:
    """A past target: its transfers were observed before. It is never the current target or one of its family.

    Attributes:
        setting: Base model, or setting of an imported table, in which the transfers were observed.
        same_setting: Whether this is the setting of the current ranking.
        facts: Facts of the past target.
        none: Score of the past target without a source, percentage points, NaN = not observed.
    """

    setting: str
    same_setting: bool
    facts: Facts
    none: float = float("nan")
