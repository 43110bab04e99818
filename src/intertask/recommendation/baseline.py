"""Score a plain baseline on the rows on which an adapter is scored, so that its score can be judged."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..types import Row, get_type

#: Single characters and signs are words too, so that every text has one.
_TOKEN = r"(?u)\b\w+\b|[^\w\s]"


class Baseline(NamedTuple):
    """A baseline and its score.

    Attributes:
        name: What it is, in a few words.
        value: Its score by the task's metric, in percentage points.
    """

    name: str
    value: float


def baseline(train: Sequence[Row], rows: Sequence[Row], info: Mapping[str, Any]) -> Baseline | None:
    """Train a baseline without a language model, and score it.

    Args:
        train: Canonical training rows, those that the adapter was trained on.
        rows: Canonical rows with labels to score.
        info: ``info.json`` of the task.

    Returns:
        The baseline; None if there is none for the task type, or for a metric that needs more than labels.
    """
    name, predict = _BASELINES.get(info["type"], ("", None))
    if predict is None or info["metric"].startswith("group_") or not train or not rows:
        return None
    predictions = predict(train, rows)
    return Baseline(name, float(get_type(info["type"]).score(predictions, rows, info)[info["metric"]]))


def _texts(rows: Sequence[Row]) -> list[str]:
    """The texts of each row, joined."""
    return [" ".join(filter(None, (row["text_a"], row["text_b"]))) for row in rows]


def _tf_idf(train: Sequence[Row], rows: Sequence[Row]) -> tuple[Any, Any]:
    """TF-IDF of words and word pairs of the training rows and of the others."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=_TOKEN)
    return words.fit_transform(_texts(train)), words.transform(_texts(rows))


def _classify(train: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """Logistic regression on TF-IDF."""
    from sklearn.linear_model import LogisticRegression

    features, others = _tf_idf(train, rows)
    labels = [row["label"] for row in train]
    if len(set(labels)) < 2:
        return labels[:1] * len(rows)
    return LogisticRegression(max_iter=1000).fit(features, labels).predict(others).tolist()


def _regress(train: Sequence[Row], rows: Sequence[Row]) -> list[float]:
    """Ridge regression on TF-IDF."""
    from sklearn.linear_model import Ridge

    features, others = _tf_idf(train, rows)
    return Ridge().fit(features, [row["label"] for row in train]).predict(others).tolist()


def _most_frequent_tags(train: Sequence[Row], rows: Sequence[Row]) -> list[list[int]]:
    """The most frequent tag of each word; of unknown words the most frequent tag of all."""
    counts: dict[str, Counter[int]] = {}
    for row in train:
        for word, tag in zip(row["tokens"], row["tags"], strict=True):
            counts.setdefault(word, Counter())[tag] += 1
    overall = sum(counts.values(), Counter()).most_common(1)[0][0]
    best = {word: tags.most_common(1)[0][0] for word, tags in counts.items()}
    return [[best.get(word, overall) for word in row["tokens"]] for row in rows]


def _most_similar_choice(train: Sequence[Row], rows: Sequence[Row]) -> list[int]:
    """The choice whose TF-IDF is closest to that of the context and the question."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = [[f"{row['context']} {row['question']}", *row["choices"]] for row in (*train, *rows)]
    words = TfidfVectorizer(sublinear_tf=True, token_pattern=_TOKEN)
    words.fit([text for row in texts[: len(train)] for text in row])
    vectors = [words.transform(row) for row in texts[len(train) :]]
    return [int(np.argmax((row[1:] @ row[0].T).toarray())) for row in vectors]


_BASELINES: dict[str, tuple[str, Callable[[Sequence[Row], Sequence[Row]], list]]] = {
    "classification": ("TF-IDF with logistic regression", _classify),
    "regression": ("TF-IDF with ridge regression", _regress),
    "multiple_choice": ("the choice most similar to the question by TF-IDF", _most_similar_choice),
    "tagging": ("the most frequent tag of each word", _most_frequent_tags),
}
