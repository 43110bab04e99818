"""Rows, inputs and lengths of tasks, with and without their data."""

import pytest

from intertask.config import Task
from intertask.costs.task_sizes import task_size


def task(kind="classification", **settings) -> Task:
    return Task.model_validate({"name": "t", "type": kind, "data": {"hub": "a/b"}, **settings})


def info(train=100, validation=20, words=10.0, **more) -> dict:
    return {"rows": {"train": train, "validation": validation}, "words": {"mean": words, "max": 99}, **more}


def test_prepared_data_overrides_published_rows():
    size = task_size(task(published_rows={"train": 7}), info())
    assert (size.train, size.validation, size.rows_from) == (100, 20, "prepared")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"published_rows": {"train": 1000, "validation": 50}}, (1000, 50, "published")),
        ({"published_rows": {"train": 1000, "validation": 50}, "max_train_examples": 30}, (30, 50, "published")),
        # a fifth of train becomes the validation split
        ({"published_rows": {"train": 1000}}, (800, 200, "published")),
        ({"published_rows": {"train": 1000}, "max_validation_examples": 10}, (800, 10, "published")),
        ({"max_train_examples": 30}, (30, None, "cap")),
        ({}, (None, None, "unknown")),
    ],
)
def test_rows_before_the_data_is_prepared(settings, expected):
    size = task_size(task(**settings), None)
    assert (size.train, size.validation, size.rows_from) == expected


def test_length_is_the_mean_of_the_data_and_no_more_than_the_limit():
    assert task_size(task(max_length=64), info(words=10)).length == pytest.approx(16)
    assert task_size(task(max_length=64), info(words=1000)).length == 64
    assert task_size(task(max_length=64), None).length == 64


def test_choices():
    assert task_size(task("multiple_choice"), info(max_choices=3)).choices == 3
    assert task_size(task("multiple_choice", columns={"choices": ["a", "b"]}), None).choices == 2
    assert task_size(task("multiple_choice"), None).choices == 4
    assert task_size(task(), None).choices == 1


def test_a_long_passage_gives_windows_that_cover_it():
    size = task_size(task("extractive_qa", max_length=100, stride=20), info(words=300))
    # 393 tokens: 100 in the first window, 80 new ones in each of the others
    assert (size.windows, size.length) == (5, 100)
    assert task_size(task("extractive_qa", max_length=400, stride=20), info(words=300)).windows == 1
