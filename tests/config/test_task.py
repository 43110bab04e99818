"""A task's YAML file: its name, and what must suit its type."""

import pytest
import yaml

from intertask.config.task import COLUMNS, METRICS, Task, load_task
from intertask.errors import IntertaskError


def task(**keys):
    return {"type": "classification", "data": {"files": {"train": "train.csv"}}} | keys


@pytest.fixture
def load(tmp_path):
    def load_values(values, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(values), encoding="utf-8")
        return load_task(path)

    return load_values


def test_a_task_is_named_after_its_file(load):
    assert load(task()).name == "mine"
    assert load(task(name="other")).name == "other"
    with pytest.raises(IntertaskError, match="name: 'my task' cannot be the name of a folder"):
        load(task(), "my task.yaml")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"columns": {"text": "x"}}, "classification has no column 'text'; did you mean 'text_"),
        ({"columns": {"tokens": "x"}}, "classification has no column 'tokens'; known: candidate, group, label"),
        ({"metric": "acuracy"}, "metric 'acuracy' does not suit classification; did you mean 'accuracy'"),
        ({"labels": ["a", "a"]}, "labels: each name may be listed only once"),
        ({"labels": ["no", "yes"], "positive_label": "yess"}, "'yess' is not among the labels; did you mean 'yes'"),
        ({"type": "regression", "labels": ["a"]}, "a regression task has no names of labels"),
        ({"type": "extractive_qa", "stride": 128}, r"stride \(128\) must be less than max_length \(128\)"),
        ({"batch_size": 0}, "batch_size: must be greater than or equal to 1, but it is 0"),
    ],
)
def test_keys_that_do_not_fit(keys, message, load, tmp_path):
    with pytest.raises(IntertaskError, match=message) as error:
        load(task(**keys))
    assert error.value.where.partition(", line")[0] == str(tmp_path / "mine.yaml")


@pytest.mark.parametrize("task_type", METRICS)
def test_each_metric_suits_its_types_only(task_type, load):
    for metric in sorted({metric for metrics in METRICS.values() for metric in metrics}):
        values = task(type=task_type, metric=metric)
        if metric in METRICS[task_type]:
            assert load(values).metric == metric
        else:
            with pytest.raises(IntertaskError, match=f"metric '{metric}' does not suit {task_type}; "):
                load(values)


def test_types_have_columns_and_metrics():
    assert set(COLUMNS) == set(METRICS)


def test_a_column_has_its_canonical_name_by_default():
    mine = Task(name="x", **task(columns={"text_a": ["a", "b"], "text_b": None}))
    assert [mine.column(name) for name in ("text_a", "text_b", "label")] == [["a", "b"], None, "label"]
