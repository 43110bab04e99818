"""Offsets that count bytes, UTF-16 units, or other line ends."""

import pytest

from intertask.data.offsets import UNITS, to_characters

CONTEXT = "The 🚀 naïve\r\nrocket\nflew\r\nto Oslo."


@pytest.mark.parametrize(
    ("unit", "encoded"),
    [
        ("characters", lambda text: len(text)),
        ("utf-16", lambda text: len(text.encode("utf-16-le")) // 2),
        ("bytes", lambda text: len(text.encode())),
        ("lf", lambda text: len(text.replace("\r\n", "\n"))),
        ("crlf", lambda text: len(text.replace("\r\n", "\n").replace("\n", "\r\n"))),
    ],
)
def test_every_word_is_found(unit, encoded):
    for word in ("The", "🚀", "naïve", "rocket", "flew", "Oslo"):
        place = CONTEXT.index(word)
        assert to_characters(CONTEXT, encoded(CONTEXT[:place]), unit) == place


@pytest.mark.parametrize(
    ("unit", "offset"), [("bytes", 5), ("utf-16", 5), ("bytes", 1000), ("lf", 1000), ("utf-16", -1)]
)
def test_offsets_inside_a_character_or_beyond_the_text(unit, offset):
    assert to_characters(CONTEXT, offset, unit) == -1


def test_units_are_those_of_the_configuration():
    from intertask.config import Origin

    for unit in UNITS:
        assert Origin(files={"train": "x"}, offsets=unit).offsets == unit
