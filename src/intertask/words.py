"""Numbers, durations, counts and lists in words: the only place that decides how they read."""

import math
import re
from collections.abc import Sequence
from typing import Any

#: Units of time, and how many seconds each is.
_UNITS = (("s", 1), ("min", 60), ("h", 3600), ("days", 86400))
#: Limits, in seconds, from which a duration is given in the next unit: 99 s, 99 min, 47 h. Exceptions: 1 min and 1 h.
_LIMITS = (99.5, 99.5 * 60, 47.5 * 3600, math.inf)


def known(value: Any) -> bool:
    """Return whether a number is known: not None, NaN or pandas' NA.

    Args:
        value: Anything.
    """
    try:
        return value is not None and not math.isnan(value)
    except TypeError:
        return False


def number(value: Any, digits: int = 1) -> str:
    """Format a number, as in ``12.3``, with a real minus sign; an en dash if it is unknown.

    Args:
        value: The number; None and NaN are unknown.
        digits: Number of digits after the decimal point.
    """
    return f"{value:.{digits}f}".replace("-", "−") if known(value) else "–"


def signed(value: Any, digits: int = 1) -> str:
    """Format a number with its sign, as in ``+1.2``, ``−0.3`` and ``0.0``; an en dash if it is unknown.

    Args:
        value: The number; None and NaN are unknown.
        digits: Number of digits after the decimal point.
    """
    if not known(value):
        return "–"
    text = f"{value:+.{digits}f}"
    return f"{0:.{digits}f}" if float(text) == 0 else text.replace("-", "−")


def interval(low: Any, high: Any, digits: int = 1) -> str:
    """Format an interval, as in ``0.4 – 2.0``; an en dash if either end is unknown.

    Args:
        low: Lower end.
        high: Upper end.
        digits: Number of digits after the decimal point.
    """
    return f"{number(low, digits)} – {number(high, digits)}" if known(low) and known(high) else "–"


def duration(seconds: Any, _position: int | None = None) -> str:
    """Format a duration in one unit with about two digits: ``4.2 s``, ``95 s``, ``12 min``, ``2.5 h``, ``3 days``.

    Args:
        seconds: Seconds; None and NaN are unknown and become an en dash.
        _position: Ignored. Matplotlib passes the position of a tick.
    """
    if not known(seconds):
        return "–"
    if 0 < seconds < 0.05:
        return "<0.1 s"
    place = next(place for place, limit in enumerate(_LIMITS) if seconds < limit)
    if place < 2 and seconds == _UNITS[place + 1][1]:  # a mark on an axis
        place += 1
    unit, length = _UNITS[place]
    value = seconds / length
    shown = f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"
    return f"{shown.removesuffix('.0')} {unit}"


def in_words(names: Sequence[str], most: int = 4) -> str:
    """Join names, as in ``a, b and c``; of a long list the first few and how many more there are.

    Args:
        names: The names.
        most: Longest list that is shown whole.
    """
    names = list(map(str, names))
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def count(items: int, word: str) -> str:
    """Format a number of things, as in ``1 target`` and ``1,200 targets``.

    Args:
        items: How many.
        word: Their name in the singular; the plural adds an ``s``.
    """
    return f"{items:,} {plural(items, word)}"


def plural(items: int, word: str) -> str:
    """Return a word in the singular for one item, otherwise with an ``s``.

    Args:
        items: Number of items.
        word: The word in the singular.

    Returns:
        The word.
    """
    return word if items == 1 else f"{word}s"


def shortened(name: str, most: int) -> str:
    """Return the name, with its middle replaced by an ellipsis if it is too long.

    Args:
        name: The name.
        most: Longest result, in characters.
    """
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most - most // 2 - 1) :]}"


def markdown(text: Any) -> str:
    """Escape a text so that Markdown shows it as it is, on one line, and neither as markup nor as HTML.

    Args:
        text: A text that may come from the user's files.
    """
    line = " ".join(str(text).split())
    line = re.sub(r"([\\`*_\[\]|~]|^[#+-])", r"\\\1", line)
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def web_address(text: Any) -> str:
    """Write an address as a Markdown link if it is one of the web, and escape any other text.

    Args:
        text: A text that may come from the user's files.
    """
    line = str(text).strip()
    return f"<{line}>" if re.fullmatch(r"https?://[^\s<>\"'`\\]+", line) else markdown(text)
