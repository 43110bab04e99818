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


def unknown_scheme(labels: Iterable[str]) -> str | None:
    """Name a scheme in which tags mark spans, but which span F1 does not read.

    Args:
        labels: All tags of a task.

    Returns:
        'BILOU', 'BMES' or 'X-B, X-I'; None if the tags mark no spans, or in a scheme that is read.
    """
    labels = set(labels)
    marks = labels - {"O"}
    if not marks or is_span_scheme(labels):
        return None
    if any(re.match(r"B-", mark) for mark in marks):
        if all(re.fullmatch(r"[BILU]-.+", mark, re.DOTALL) for mark in marks):
            return "BILOU"
        if all(re.fullmatch(r"[BMES]-.+", mark, re.DOTALL) for mark in marks):
            return "BMES"
    if all(re.fullmatch(r".+-[BIESLUM]", mark, re.DOTALL) for mark in marks) and any(m.endswith("-B") for m in marks):
        return "X-B, X-I"
    return None
