"""Numbers, durations, counts and lists in words."""

import math

import pandas as pd
import pytest

from intertask.words import (
    count,
    duration,
    in_words,
    interval,
    known,
    markdown,
    number,
    plural,
    shortened,
    signed,
    web_address,
)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"), (0.04, "<0.1 s"), (0.3, "0.3 s"), (4, "4 s"), (4.2, "4.2 s"), (60, "1 min"), (95, "95 s"),
        (100, "1.7 min"), (600, "10 min"), (4800, "80 min"), (3600, "1 h"), (7300, "2 h"), (9000, "2.5 h"),
        (36000, "10 h"), (47 * 3600, "47 h"), (4 * 86400, "4 days"), (4.5e8, "5,208 days"),
        (None, "–"), (math.nan, "–"), (pd.NA, "–"),
    ],
)  # fmt: skip
def test_a_duration_has_one_unit_and_about_two_digits(seconds, shown):
    assert duration(seconds) == shown


def test_longer_durations_never_read_shorter():
    units = {"s": 1, "min": 60, "h": 3600, "days": 86400}
    read = []
    for seconds in range(1, 400_000, 7):
        value, unit = duration(seconds).split()
        read.append(float(value) * units[unit])
    assert read == sorted(read)


def test_unknown_numbers_are_a_dash_and_negative_ones_have_a_real_minus():
    assert [number(v) for v in (12.34, -1, None, math.nan)] == ["12.3", "−1.0", "–", "–"]
    assert [signed(v) for v in (1.24, -0.3, -0.01, None)] == ["+1.2", "−0.3", "0.0", "–"]
    assert (interval(0.4, 2), interval(None, 2)) == ("0.4 – 2.0", "–")
    assert [known(v) for v in (0, None, math.nan, pd.NA)] == [True, False, False, False]


def test_counts_have_a_plural_and_separators():
    assert [count(n, "job") for n in (0, 1, 2, 1200)] == ["0 jobs", "1 job", "2 jobs", "1,200 jobs"]
    assert [plural(n, "column") for n in (1, 2)] == ["column", "columns"]


def test_lists_end_with_and_and_long_ones_with_how_many_more():
    assert [in_words(list("abcdef"[:n])) for n in (0, 1, 2, 4, 5)] == [
        "", "a", "a and b", "a, b, c and d", "a, b, c and 2 more",
    ]  # fmt: skip
    assert in_words(list("abcde"), 10) == "a, b, c, d and e"


def test_a_long_name_loses_its_middle():
    assert shortened("short", 5) == "short"
    assert shortened("abcdefghij", 5) == "ab…ij"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CC BY-SA 4.0", "CC BY-SA 4.0"),
        ("# a\n---\n`b`", "\\# a --- \\`b\\`"),
        ("<script>&</script>", "&lt;script&gt;&amp;&lt;/script&gt;"),
        ("[x](javascript:y)", "\\[x\\](javascript:y)"),
    ],
)
def test_markdown_shows_text_as_it_is(text, shown):
    assert markdown(text) == shown


@pytest.mark.parametrize("text", ["javascript:alert(1)", "https://a.org/<b>", "https://a.org b", "data:text/html,x"])
def test_only_addresses_of_the_web_are_links(text):
    assert web_address(text) == markdown(text)
    assert web_address("https://a.org/b?c=d#e") == "<https://a.org/b?c=d#e>"
