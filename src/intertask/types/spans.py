"""Tags that mark spans of tokens."""

import re
from collections.abc import Iterable


def is_span_scheme(labels: Iterable[str]) -> bool:
    """Tell whether tags mark spans (B-PER, I-PER, O; also E- and S-), so that span F1 is defined.

    Untyped tags (B, I, O) count only if O is among them. Without it they are letters that may mean anything.

    Args:
        labels: All tags of a task.
    """
    labels = set(labels)
    marks = labels - {"O"}
    return (
        all(re.fullmatch(r"[BIES](-.+)?", mark, re.DOTALL) for mark in marks)
        and any(mark[0] in "BI" for mark in marks)
        and ("O" in labels or any("-" in mark for mark in marks))
    )
