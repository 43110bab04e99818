"""Numbers with a decimal comma or with thousands separators."""

import pytest

from intertask.data.numbers import find_signs, read_number, unit_of


@pytest.mark.parametrize(
    ("texts", "signs", "numbers"),
    [
        (["4.82", "-1e3", " 7 "], (".", None), [4.82, -1000, 7]),
        (["4,82", "1,23", "5"], (",", None), [4.82, 1.23, 5]),
        (["0,123", "0,456"], (",", None), [0.123, 0.456]),
        (["1,234", "950", "12,345,678"], (".", ","), [1234, 950, 12345678]),
        (["1,234.5", "2.5"], (".", ","), [1234.5, 2.5]),
        (["1.234,5", "12"], (",", "."), [1234.5, 12]),
        (["12.345.678", "1"], (",", "."), [12345678, 1]),
        (["1 234,5", "3"], (",", " "), [1234.5, 3]),
        (["1\u202f234,5", "1\u00a0000"], (",", " "), [1234.5, 1000]),
        (["1'234.5", "1\u2019000"], (".", "'"), [1234.5, 1000]),
        (["1_000", "2"], (".", "_"), [1000, 2]),
    ],
)
def test_signs_are_found_and_read(texts, signs, numbers):
    assert find_signs(texts) == signs
    assert [read_number(text, *signs) for text in texts] == pytest.approx(numbers)


@pytest.mark.parametrize(
    "texts", [["4,82", "n/a"], ["1,23,4"], ["1.2.3"], ["12,34,567"], ["½"], ["nan"], ["inf"], [""]]
)
def test_what_is_no_number(texts):
    assert find_signs(texts) is None


@pytest.mark.parametrize("text", ["1,2345", "1,234,5", ",123", "1 234"])
def test_groups_have_three_digits(text):
    with pytest.raises(ValueError, match="is not a number"):
        read_number(text, ".", ",")


@pytest.mark.parametrize(
    ("text", "unit"),
    [("$1,250.00", "$"), ("-€3", "€"), ("12,50 €", "€"), ("USD 5", "USD"), ("7 kr.", "kr."), ("12 %", "%"),
     ("0.5‰", "‰"),
     ("−5", "-"), ("(1,000)", "-"), ("($5)", "$"), ("5", None), ("A5", None), ("5 km", None), ("%", None),
     ("(5", None), ("5% off", None), ("1/2", None)],
)  # fmt: skip
def test_numbers_with_a_unit(text, unit):
    assert unit_of(text) == unit
