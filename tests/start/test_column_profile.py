"""Kinds of columns, and how they are described."""

import pytest
from column_profiles import profiles

from intertask.start.column_profile import MAX_CELLS, MAX_ROWS, as_number


@pytest.mark.parametrize(
    ("value", "column_kind", "described"),
    [
        (lambda n: f"a rather long text about the number {n}", "text", "texts of 8 words on average"),
        (lambda n: f"这个手机很好用{n}号", "text", "texts of 8 characters on average"),
        (lambda n: f"โรงแรมนี้ดีมาก{n}", "text", "texts of 14 characters on average"),
        (lambda n: ["好评", "差评"][n % 2], "class", "2 different values: 好评, 差评"),
        (lambda n: ["yes", "no", "maybe"][n % 3], "class", "3 different values: yes, no, maybe"),
        (lambda n: n % 5, "class", "5 different values: 0, 1, 2, 3, …"),
        (lambda n: n / 7, "number", "numbers from 0 to 8.42857"),
        (lambda n: n * n, "number", "numbers from 0 to 3481"),
        (lambda n: n, "id", "identifiers, different in almost every row"),
        (lambda n: f"user{n}", "id", "identifiers, different in almost every row"),
        (lambda n: [n], "list", "lists"),
        (lambda n: '["a", "b"]', "list", "lists"),
        (lambda n: {"a": n}, "object", "objects"),
        (lambda n: "x", "constant", "always 'x'"),
        (lambda n: [None, "  ", float("nan")][n % 3], "empty", "empty"),
    ],
)
def test_kinds(value, column_kind, described):
    (found,) = profiles([{"column": value(n)} for n in range(60)])
    assert (found.column_kind, found.described()) == (column_kind, described)


def test_a_column_of_some_rows_is_missing_in_the_others():
    first, second = profiles([{"a": "x"}, {"a": "y", "b": "z"}, {"a": " ", "b": "z"}])
    assert (first.missing, second.missing) == (1, 1)
    assert first.present == ["x", "y"]


@pytest.mark.parametrize("size", [3 * MAX_ROWS, 2 * MAX_ROWS - 1])
def test_rows_of_the_whole_file_are_inspected(size):
    (found,) = profiles([{"a": n} for n in range(size)])
    assert len(found.values) == MAX_ROWS and found.values == sorted(set(found.values))
    quarters = [sum(part <= 4 * value / size < part + 1 for value in found.values) for part in range(4)]
    assert min(quarters) > 0.9 * MAX_ROWS / 4  # a file may be sorted by its labels
    assert len({value % 3 for value in found.values}) == 3  # or repeat them


def test_of_many_columns_fewer_rows_are_inspected():
    found = profiles([dict.fromkeys(map(str, range(1000)), n) for n in range(1000)])
    assert {len(column.values) for column in found} == {MAX_CELLS // 1000}


def test_names_are_split_into_words():
    (found,) = profiles([{"ReviewText_grün.标签": 1}])
    assert found.name_words() == ["review", "text", "grün", "标签"]


@pytest.mark.parametrize(("value", "number"), [("1e3", 1000), (2, 2), (True, None), ("nan", None), ("a", None)])
def test_numbers(value, number):
    assert as_number(value) == number
