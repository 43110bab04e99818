"""Rows of regression."""

import pytest
from canonical_rows import convert, fails, labeled


def test_regression_labels():
    rows = convert("regression", labeled(1, "2.5", 3.0, "1e-3")).rows["train"]
    assert [row["label"] for row in rows] == [1.0, 2.5, 3.0, 0.001]
    assert len(convert("regression", labeled(1, -1.0, 2), drop_labels=[-1]).rows["train"]) == 2


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "high", "nan", True, [1], 10**400, "1_000", "(3)"])
def test_regression_label_that_is_no_number(value):
    fails("label .* not a (finite )?number", "regression", labeled(1.0, value))


@pytest.mark.parametrize(
    ("value", "why"), [("12%", "of the sign '%'"), ("5 €", "of the sign '€'"), ("−3", "its minus")]
)
def test_regression_label_with_a_sign(value, why):
    fails(f"is not a number, because {why}", "regression", labeled("1", value))
