"""Exact match and F1 of answers, as SQuAD's evaluation defines them.

Source: Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250; unanswerable questions: Rajpurkar et al. 2018,
https://arxiv.org/abs/1806.03822.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalize(answer: str) -> str:
    """Return the answer in lower case, without ASCII punctuation, English articles and superfluous white space."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(predicted: str, gold: str) -> float:
    """Return 1 if the answers are equal after normalization, else 0."""
    return float(normalize(predicted) == normalize(gold))


def f1(predicted: str, gold: str) -> float:
    """Compute F1 (0 to 1) of the two bags of words; if one of them is empty, 1 if both are, else 0."""
    predicted_words, gold_words = normalize(predicted).split(), normalize(gold).split()
    if not predicted_words or not gold_words:
        return float(predicted_words == gold_words)
    common = sum((Counter(predicted_words) & Counter(gold_words)).values())
    return 2 * common / (len(predicted_words) + len(gold_words))


def best_over_golds(metric: Callable[[str, str], float], predicted: str, golds: Sequence[str]) -> float:
    """Return the best score over all gold answers.

    Args:
        metric: Of a predicted and a gold answer.
        predicted: The predicted answer.
        golds: All gold answers. None at all means that '' is the right answer.
    """
    return max(metric(predicted, gold) for gold in golds) if len(golds) else metric(predicted, "")
