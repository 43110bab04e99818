"""What a method may know about a task: plain values and arrays."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """One task as the methods see it. A field that no selected method needs may stay ``None``.

    Attributes:
        task: Name of the task.
        type: Its type (classification, regression, multiple_choice, extractive_qa, tagging).
        rows: True number of training examples, before any cap.
        text_embeddings: [n, D] one embedding per sampled example, by the base model.
        text_mean: [D] their mean, float64.
        sentence_mean: [D] the same, by the sentence encoder.
        token_ids: [T] sub-word ids of a seeded sample of examples, in sample order, without special tokens.
    """

    task: str
    type: str
    rows: int
    text_embeddings: np.ndarray | None = None
    text_mean: np.ndarray | None = None
    sentence_mean: np.ndarray | None = None
    token_ids: np.ndarray | None = None
