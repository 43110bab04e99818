"""Shapes of multiple-choice data. What they give has the columns ``context``, ``question``, ``choices``, ``label``."""

import re
from collections.abc import Iterator

from . import Values, shape

_ASKED = {"cause": "What was the cause of this?", "effect": "What happened as a result?"}
_GAP = re.compile("_+")


@shape("copa")
def copa(values: Values) -> Iterator[Values]:
    """COPA: 'cause' and 'effect' become the question that they stand for, in the words of Roemmele et al. (2011).

    Of Balanced COPA (Kavumba et al., 2019), rows that are ``mirrored`` are left out: the others are COPA's own.
    """
    if values.get("mirrored") in (True, "True", "true"):
        return
    yield {
        "context": values["premise"],
        "question": _ASKED[values["question"]],
        "choices": [values["choice1"], values["choice2"]],
        "label": values["label"],
    }


@shape("winogrande")
def winogrande(values: Values) -> Iterator[Values]:
    """WinoGrande: the context is what stands before the gap; a choice is an option and what stands after the gap.

    A sentence without a gap gives no row.
    """
    before, gap, after = values["sentence"].partition("_")
    if gap:
        yield {
            "context": before.strip(),
            "choices": [option + after.replace("_", option) for option in (values["option1"], values["option2"])],
            "label": values["answer"],
        }


@shape("race")
def race(values: Values) -> Iterator[Values]:
    """RACE: in a question with a gap, each option is put into it."""
    yield {"context": values["article"], "label": values["answer"]} | _filled(values["question"], values["options"])


@shape("quartz")
def quartz(values: Values) -> Iterator[Values]:
    """QuaRTz: in a question with a gap, each choice is put into it."""
    choices = values["choices"]["text"]
    yield {"context": values["para"], "label": values["answerKey"]} | _filled(values["question"], choices)


def _filled(question: str, choices: list[str]) -> Values:
    """Question and choices; where the question has a gap (``_``), the choices are whole sentences without one."""
    if not _GAP.search(question):
        return {"question": question, "choices": choices}
    # A function, since backslashes of a choice mean nothing.
    return {"question": "", "choices": [_GAP.sub(lambda _, text=choice: text, question) for choice in choices]}
