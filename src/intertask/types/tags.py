"""Tag schemes, by the names of the tags."""

import re
from collections.abc import Iterable

_SPAN_TAG = re.compile(r"O|[BIES](-.+)?", re.DOTALL)


def is_span_scheme(labels: Iterable[str]) -> bool:
    """Whether tags mark spans (B-PER, I-PER, O; also E- and S-), so that span F1 is defined.

    Untyped tags (B, I, O) count where an O is among them: without, they are letters that may mean anything.
    """
    labels = list(labels)
    marks = [label for label in labels if label != "O"]
    typed = any("-" in label for label in marks)
    return (
        all(_SPAN_TAG.fullmatch(label) for label in labels)
        and any(label[0] in "BI" for label in marks)
        and (typed or "O" in labels)
    )
