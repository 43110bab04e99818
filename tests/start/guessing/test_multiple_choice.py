"""Multiple choice: choices in a list or in numbered columns, and every way to name the right one."""

import pytest
from column_profiles import profiles

from intertask.start.guessing import guess


def choices(rows: int, label) -> list[dict]:
    made = [[f"first answer {n}", f"second answer {n}", f"third answer {n}"] for n in range(rows)]
    return [
        {"q": f"what comes after number {n}?", "opts": options, "right": label(n % 3, options)}
        for n, options in enumerate(made)
    ]


@pytest.mark.parametrize(
    "label",
    [
        lambda i, _: i, lambda i, _: i + 1, lambda i, _: "ABC"[i], lambda i, _: f"({'ABC'[i]})",
        lambda i, _: f"{'abc'[i]}.", lambda i, options: options[i],
    ],
)  # fmt: skip
def test_choices_in_a_list(label):
    found = guess(profiles(choices(40, label)))
    assert (found.type, found.columns) == (
        "multiple_choice",
        {"choices": "opts", "label": "right", "question": "q"},
    )


def test_choices_in_columns():
    rows = [
        {"story": f"once there was a number {n} in a book", "ending0": f"it left {n}", "ending1": f"it stayed {n}",
         "answer": n % 2} for n in range(40)
    ]  # fmt: skip
    found = guess(profiles(rows))
    assert found.type == "multiple_choice"
    assert found.columns["choices"] == ["ending0", "ending1"] and found.columns["label"] == "answer"
    assert "story" in (found.columns.get("context"), found.columns.get("question"))


@pytest.mark.parametrize(
    ("names", "label"),
    [
        (["opa", "opb", "opc", "opd"], lambda i: i),
        (["opa", "opb", "opc", "opd"], lambda i: i + 1),
        (["A", "B", "C", "D"], lambda i: f"({'ABCD'[i]})"),
        (["option_a", "option_b", "option_c", "option_d"], lambda i: f"option_{'abcd'[i]}"),
        (["column2", "column3", "column4", "column5"], lambda i: "ABCD"[i]),  # a file without a header
    ],
)
def test_ways_to_name_columns_and_the_right_one(names, label):
    rows = [
        {"column1": f"what comes after {n}?", **{name: f"{name} {n}" for name in names}, "column6": label(n % 4)}
        for n in range(40)
    ]
    found = guess(profiles(rows))
    assert (found.type, found.columns) == (
        "multiple_choice",
        {"choices": names, "label": "column6", "question": "column1"},
    )


def test_choices_that_are_not_used_are_a_note():
    rows = [
        {"question": f"what comes after {n}?", "A": f"red {n}", "B": f"blue {n}", "topic": ["sea", "air"][n % 2]}
        for n in range(40)
    ]
    found = guess(profiles(rows))
    assert found.type == "classification"
    assert any("A and B look like choices and are not used" in note for note in found.notes)
