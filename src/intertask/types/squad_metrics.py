"""Exact match and F1 of answers, as SQuAD's evaluation defines them.

Source: Rajpurkar et al. 2016, https://arxiv.org/abs/1606.05250; unanswerable questions: Rajpurkar et al. 2018,
https://arxiv.org/abs/1806.03822.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise(answer: str) -> str:
    """Lower case, without ASCII punctuation, English articles and superfluous white space."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(predicted: str, gold: str) -> float:
    """1 if equal after normalisation, else 0."""
    return float(normalise(predicted) == normalise(gold))


def f1(predicted: str, gold: str) -> float:
    """F1 of the two bags of words, 0-1; where one of them is empty: 1 if both are."""
    predicted_words, gold_words = normalise(predicted).split(), normalise(gold).split()
    if not predicted_words or not gold_words:
        return float(predicted_words == gold_words)
    common = sum((Counter(predicted_words) & Counter(gold_words)).values())
    return 2 * common / (len(predicted_words) + len(gold_words))


def best_over_golds(metric, predicted: str, golds: Sequence[str]) -> float:
    """The best score over all gold answers; no gold answer means that '' is the right one."""
    return max(metric(predicted, gold) for gold in golds) if len(golds) else metric(predicted, "")
