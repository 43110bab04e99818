"""Read numbers that are written with a decimal comma, or with signs between groups of three digits."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

#: Blanks that separate groups of digits: the ordinary, the no-break and the narrow no-break one, and the thin one.
_BLANKS = r"[ \u00a0\u202f\u2009]"


@cache
def _pattern(decimal: str, thousands: str | None) -> re.Pattern[str]:
    """Pattern of the texts that are numbers."""
    mark, exponent = re.escape(decimal), r"(?:[eE][+-]?\d+)?"
    plain = rf"(?:\d+(?:{mark}\d*)?|{mark}\d+){exponent}"
    if thousands is None:
        return re.compile(rf"[+-]?{plain}")
    sign = _sign(thousands)
    return re.compile(rf"[+-]?(?:\d{{1,3}}(?:{sign}\d{{3}})+(?:{mark}\d*)?|{plain})")


def _sign(thousands: str) -> str:
    """Pattern of a thousands separator."""
    return {" ": _BLANKS, "'": "['\u2019]"}.get(thousands, re.escape(thousands))


def read_number(text: str, decimal: str = ".", thousands: str | None = None) -> float:
    """Read a number from text.

    Args:
        text: The text, perhaps with white space around it.
        decimal: Sign before the decimals.
        thousands: Sign between groups of three digits; a blank stands for any kind of blank. None for no sign.

    Returns:
        The number.

    Raises:
        ValueError: The text is not a number that is written in this way.
    """
    text = text.strip()
    if not _pattern(decimal, thousands).fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    if thousands is not None:
        text = re.sub(_sign(thousands), "", text)
    return float(text.replace(decimal, "."))


@cache
def _unit_pattern() -> re.Pattern[str]:
    """Pattern of a number with a unit before or after it, perhaps in the brackets that stand for a minus."""
    currencies = [chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) == "Sc"]
    names = "USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|RUB|BRL|Rs|kr|zł"
    unit = rf"(?:[%‰٪％{re.escape(''.join(currencies))}]|(?:{names})\b\.?)"
    number = rf"[+−-]?\d(?:[\d.,'’_]|{_BLANKS}(?=\d))*"
    return re.compile(rf"\(?[+−-]?({unit})?\s*{number}\s*({unit})?\)?", re.IGNORECASE)


def unit_of(text: str) -> str | None:
    """Return the currency or percent sign of a text that is a number with such a sign, for example '€' of '12,50 €'.

    Such texts are not read as numbers: what 12 % means depends on the data. They are named in messages.

    Args:
        text: The text.

    Returns:
        The sign; '-' for a number whose minus is not the usual one ('−5', '(5)'); None for other texts.
    """
    text = text.strip()
    found = _unit_pattern().fullmatch(text)
    if found is None or text.startswith("(") != text.endswith(")"):
        return None
    return found[1] or found[2] or ("-" if re.search("[(−]", text) else None)


#: Decimal and thousands signs, in the order in which they are tried: the usual ones of English come first.
_SIGNS = ((".", None), (".", ","), (",", None), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"), (".", "_"))


def find_signs(texts: Sequence[str]) -> tuple[str, str | None] | None:
    """Find out how numbers are written.

    ``1,234`` alone could be either; it is read with a thousands separator if every number with a comma has groups of
    three digits after it, and none begins with ``0,``.

    Args:
        texts: The numbers.

    Returns:
        The decimal sign and the thousands sign (None for no sign); None if some text is not a number.
    """
    begins_with_zero = any(re.match(r"[+-]?0,\d", text.strip()) for text in texts)
    for decimal, thousands in _SIGNS:
        if thousands == "," and begins_with_zero:
            continue
        if all(_pattern(decimal, thousands).fullmatch(text.strip()) for text in texts):
            return decimal, thousands
    return None
