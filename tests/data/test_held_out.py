"""Held-out rows: none of them is trained on, other seeds hold out others, and limits hold."""

import pytest

from intertask.data import Prepared
from intertask.data.held_out import training_rows

SETTINGS = {
    "max_train_examples": None,
    "patience": 0,
    "max_dev_examples": None,
    "dev": "held_out",
    "dev_fraction": 0.25,
}
INFO = {"type": "classification"}


@pytest.fixture
def prepared() -> Prepared:
    rows = [{"text_a": f"row {i}", "text_b": None, "label": i % 2} for i in range(48)]
    return Prepared(INFO, rows[:40], rows[40:])


def texts(rows) -> set[str]:
    return {row["text_a"] for row in rows}


def test_held_out_rows_are_not_trained_on(prepared):
    rows, dev, _ = training_rows(prepared, SETTINGS, 1, hold_out=True, dev_seed=2)
    assert (len(rows), len(dev)) == (30, 10)
    assert texts(rows) | texts(dev) == texts(prepared.train) and not texts(rows) & texts(dev)
    assert training_rows(prepared, SETTINGS, 1, hold_out=True, dev_seed=2)[1] == dev
    assert texts(training_rows(prepared, SETTINGS, 1, hold_out=True, dev_seed=3)[1]) != texts(dev)


def test_limits(prepared):
    limited = SETTINGS | {"max_train_examples": 20, "max_dev_examples": 3}
    rows, dev, _ = training_rows(prepared, limited, 1, hold_out=True)
    assert (len(rows), len(dev)) == (15, 3)


def test_without_early_stopping_nothing_is_held_out(prepared):
    assert training_rows(prepared, SETTINGS, 1)[:2] == (prepared.train, [])
    rows, dev, sentence = training_rows(prepared, SETTINGS | {"patience": 2, "dev": "validation"}, 1)
    assert (rows, dev) == (prepared.train, prepared.validation) and "optimistic" in sentence
