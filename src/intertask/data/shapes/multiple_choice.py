"""Shapes of multiple-choice data. They give the columns ``context``, ``question``, ``choices`` and ``label``."""

import re
from collections.abc import Iterator

from . import Values, shape

_ASKED = {"cause": "What was the cause of this?", "effect": "What happened as a result?"}
_GAP = re.compile("_+")


@shape("copa", lambda row: {**row, "label": None, "mirrored": False})
def copa(values: Values) -> Iterator[Values]:
    """COPA: 'cause' and 'effect' become questions, in the words of Roemmele et al. (2011).

    In Balanced COPA (Kavumba et al., 2019), rows that are ``mirrored`` are left out, so that the rows of COPA remain.
    """
    if values.get("mirrored") in (True, "True", "true"):
        return
    yield {
        "context": values["premise"],
        "question": _ASKED[values["question"]],
        "choices": [values["choice1"], values["choice2"]],
        "label": values["label"],
    }


@shape("winogrande", lambda row: {**row, "answer": None})
def winogrande(values: Values) -> Iterator[Values]:
    """WinoGrande: the context is the text before the gap; a choice is an option and the text after the gap.

    A sentence without a gap yields no row.
    """
    before, gap, after = values["sentence"].partition("_")
    if gap:
        yield {
            "context": before.strip(),
            "choices": [option + after.replace("_", option) for option in (values["option1"], values["option2"])],
            "label": values["answer"],
        }


@shape("race", lambda row: {**row, "answer": None})
def race(values: Values) -> Iterator[Values]:
    """RACE: each option fills the gap of the question, if the question has one."""
    yield {"context": values["article"], "label": values["answer"]} | _filled(values["question"], values["options"])


@shape("quartz", lambda row: {**row, "answerKey": None})
def quartz(values: Values) -> Iterator[Values]:
    """QuaRTz: each choice fills the gap of the question, if the question has one."""
    choices = values["choices"]["text"]
    yield {"context": values["para"], "label": values["answerKey"]} | _filled(values["question"], choices)


def _filled(question: str, choices: list[str]) -> Values:
    """Question and choices; if the question has a gap (``_``), the choices are whole sentences instead."""
    if not _GAP.search(question):
        return {"question": question, "choices": choices}
    # The replacement is a function, so that backslashes in a choice have no special meaning.
    return {"question": "", "choices": [_GAP.sub(lambda _, text=choice: text, question) for choice in choices]}
