"""The result of guessing, and what the guesses of all task types share: words in column names and shares of rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ...config import TaskTypeName
from ...data.columns import Column
from ..column_profile import ColumnProfile

#: A guess about a column must hold for at least this share of the inspected rows.
MIN_SHARE = 0.95
#: Words in the names of columns that hold labels.
LABEL_WORDS = {"label", "labels", "class", "category", "target", "gold", "sentiment", "rating", "stars", "score", "y"}
LABEL_WORDS |= {"grade", "answer", "topic", "tag", "intent", "emotion", "polarity", "similarity", "verdict", "stance"}
LABEL_WORDS |= {"type"}
#: Words in the names of columns that hold passages, questions and answers.
CONTEXT_WORDS = {"context", "passage", "article", "paragraph", "story", "ctx", "premise", "document", "body"}
QUESTION_WORDS = {"question", "query", "q", "ask"}
ANSWER_WORDS = {"answer", "answers", "span"}


@dataclass(frozen=True)
class Guess:
    """The task type and the roles of the columns.

    Attributes:
        type: Task type.
        columns: Name of a column in the workflow -> name of the user's column.
        reasons: Reason of each guess, for the user. The keys are ``type`` and the names in ``columns``.
        label: Profile of the column that holds the labels, the tags (tagging) or the answers (extractive QA).
        notes: What the user should know about the guess, one sentence each.
        data: Keys of ``data:`` that say how the columns are read, for example the decimal sign.
    """

    type: TaskTypeName
    columns: dict[str, Column]
    reasons: dict[str, str] = field(default_factory=dict)
    label: ColumnProfile | None = None
    data: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def is_named(profile: ColumnProfile, words: set[str]) -> bool:
    """Tell whether the name of a column contains one of some words.

    Args:
        profile: Profile of the column.
        words: Words in lower case.
    """
    return bool(words & set(profile.name_words()))


def share(tests: Sequence[bool]) -> float:
    """Compute the share of the tests that are true.

    Args:
        tests: Results of a test, one per row.

    Returns:
        A number between 0 and 1; 0 if there are no tests.
    """
    return sum(tests) / len(tests) if tests else 0.0
