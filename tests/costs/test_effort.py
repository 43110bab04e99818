"""Work of single jobs, against arithmetic by hand."""

import pytest
from estimates import task

from intertask.config import Training
from intertask.costs.effort import Effort, training_effort
from intertask.costs.task_sizes import task_size


def test_training_to_the_end():
    size = task_size(task(rows=95), None)
    effort = training_effort(size, Training(epochs=3, patience=0), None)
    assert effort == Effort(forward=10, trained=285, steps=30, length=10)
    assert training_effort(size, Training(epochs=3, patience=0), 5).steps == 50
    assert training_effort(size, Training(epochs=3, patience=0, max_steps=4), None).trained == pytest.approx(38)
    assert training_effort(size, Training(epochs=1, patience=0, max_train_examples=20), None).steps == 2


def test_early_stopping_looks_at_the_dev_split():
    size = task_size(task(rows=100), None)
    held_out = training_effort(size, Training(epochs=3, dev_fraction=0.2), None)
    assert held_out == Effort(forward=3 * 20 + 10, trained=240, steps=24, length=10)
    on_validation = training_effort(size, Training(epochs=4, dev="validation", evaluate_every=2), None)
    assert on_validation == Effort(forward=2 * 10 + 10, trained=400, steps=40, length=10)
    capped = training_effort(size, Training(epochs=3, dev_fraction=0.2, max_dev_examples=5), None)
    assert (capped.forward, capped.trained) == (3 * 5 + 10, 240)


def test_a_tasks_own_patience_decides():
    size = task_size(task(rows=100, patience=0), None)
    assert training_effort(size, Training(epochs=1, patience=4), None).trained == 100


def test_windows_and_choices_are_multiplied():
    qa = task(type="extractive_qa", rows=None, max_length=100, stride=20)
    info = {"rows": {"train": 20, "validation": 10}, "words": {"mean": 300.0}}
    effort = training_effort(task_size(qa, info), Training(epochs=1, patience=0), None)
    assert effort == Effort(forward=10, trained=20, steps=10, choices=5, length=100)
