"""Shapes of classification data."""

import re
from collections.abc import Iterator

from . import Values, shape

_HIGHLIGHT = re.compile(r"\s*@highlight\s*")


@shape("entity_queries", lambda row: {"idx": {"passage": 0, "query": 0}, **row, "answers": [""]})
def entity_queries(values: Values) -> Iterator[Values]:
    """ReCoRD: a query with a gap becomes one row for each entity that may fill it.

    ``text_a`` is the passage, ``text_b`` the query with the entity in the gap, ``label`` 1 if the entity is among the
    answers, else 0, ``group`` the number of the query, and ``candidate`` the entity. An entity gives one row, however
    often the passage names it. A query without entities or without answers (the hub's test split) gives no rows.
    """
    answers, number = set(values["answers"]), values["idx"]
    if not answers:
        return
    passage = without_highlights(values["passage"])
    for entity in dict.fromkeys(values["entities"]):
        yield {
            "text_a": passage,
            "text_b": values["query"].replace("@placeholder", entity),
            "label": int(entity in answers),
            "group": f"{number['passage']}-{number['query']}",
            "candidate": entity,
        }


def without_highlights(passage: str) -> str:
    """Replace the ``@highlight`` marks of a ReCoRD passage, which precede summary sentences, by ends of sentences.

    Args:
        passage: Text of the passage.
    """
    first, *more = _HIGHLIGHT.split(passage.strip())
    for part in more:
        first += (" " if not first or first[-1] in ".?!\"'" else ". ") + part
    return first.strip()


@shape("chat_turns", lambda row: {**row, "label": None})
def chat_turns(values: Values) -> Iterator[Values]:
    """EmoContext: the turns of a chat become one ``text``; missing turns and empty chats are left out."""
    turns = [values[name] for name in ("turn1", "turn2", "turn3")]
    text = " ".join(turn.strip() for turn in turns if isinstance(turn, str) and turn.strip())
    if text:
        yield {"text": text, "label": values["label"]}
