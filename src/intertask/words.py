"""Numbers and lists in words, the same in captions, tables and figures."""

import math
from collections.abc import Sequence
from typing import Any


def known(value: Any) -> bool:
    """Whether a number is there: not None, NaN or pandas' NA."""
    try:
        return value is not None and not math.isnan(value)
    except TypeError:
        return False


def number(value: Any, digits: int = 1) -> str:
    """``12.3``; an en dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if known(value) else "–"


def signed(value: Any, digits: int = 1) -> str:
    """``+1.2``, ``−0.3`` with a real minus, ``0.0``; an en dash where there is none."""
    if not known(value):
        return "–"
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text.replace("-", "−")


def interval(low: Any, high: Any, digits: int = 1) -> str:
    """``0.4 – 2.0``; an en dash where there is none."""
    return f"{number(low, digits)} – {number(high, digits)}" if known(low) and known(high) else "–"


def duration(seconds: Any, _position: int | None = None) -> str:
    """Seconds in the unit that people would use: ``40 s``, ``12 min``, ``3.5 h``, ``2.1 d``."""
    if not known(seconds):
        return "–"
    limits = [("s", 1, 59.5), ("min", 60, 59.5 * 60), ("h", 3600, 48 * 3600), ("d", 86400, math.inf)]
    unit, length = next((unit, length) for unit, length, until in limits if seconds < until)
    value = seconds / length
    return f"{value:.0f} {unit}" if value >= 10 or value == int(value) else f"{value:.1f} {unit}"


def in_words(names: Sequence[str], most: int = 4) -> str:
    """``a, b and c``; of many the first few and how many more."""
    names = list(map(str, names))
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def count(items: int, word: str) -> str:
    """``1 target``, ``3 targets``."""
    return f"{items} {word}{'' if items == 1 else 's'}"


def shortened(name: str, most: int) -> str:
    """The name, its middle left out where it is longer than ``most`` letters."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most - most // 2 - 1) :]}"
