"""Scores of single classes, and which classes are mistaken for which, for the card of an adapter."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

#: Number of classes of which all confusions are shown, and number of classes in the table of scores.
MAX_MATRIX, MAX_CLASSES = 12, 40


class ClassScore(NamedTuple):
    """Scores of one class, in percent.

    Attributes:
        name: Name of the class.
        precision: Share of the predictions of this class that are right; None without such a prediction.
        recall: Share of the rows of this class that are found; None without such a row.
        f1: Harmonic mean of both; 0 if one of them is 0 or None.
        support: Number of rows (or words) of this class.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float
    support: int


def class_scores(pairs: Iterable[tuple[int, int]], labels: Sequence[str]) -> list[ClassScore]:
    """Compute precision, recall and F1 of each class.

    Args:
        pairs: Right and predicted class of each row (or word).
        labels: Names of the classes.

    Returns:
        One line per class that occurs or is predicted, in the order of the labels.
    """
    counts = Counter(pairs)
    lines = []
    for index, name in enumerate(labels):
        right = counts[index, index]
        support = sum(number for (gold, _), number in counts.items() if gold == index)
        predicted = sum(number for (_, guess), number in counts.items() if guess == index)
        if support or predicted:
            precision = 100 * right / predicted if predicted else None
            recall = 100 * right / support if support else None
            f1 = 200 * right / (predicted + support)
            lines.append(ClassScore(name, precision, recall, f1, support))
    return lines


def confusion(pairs: Iterable[tuple[int, int]], labels: Sequence[str]) -> list[list[int]]:
    """Count how often each class is predicted for each class.

    Args:
        pairs: Right and predicted class of each row (or word).
        labels: Names of the classes.

    Returns:
        One list per right class with one count per predicted class.
    """
    counts = Counter(pairs)
    return [[counts[gold, guess] for guess in range(len(labels))] for gold in range(len(labels))]
