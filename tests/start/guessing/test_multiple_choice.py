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
    "label", [lambda i, _: i, lambda i, _: i + 1, lambda i, _: "ABC"[i], lambda i, options: options[i]]
)
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
