"""A configuration, sizes and speeds whose estimate can be computed by hand."""

from intertask.config import Task, load_config
from intertask.costs.speed import Speed
from intertask.costs.task_sizes import task_size

SPEED = Speed("gpu", 0, 2.0, 0.5, [10, 100], [0.1, 1.0], [0.3, 3.0], [0.4, 4.0])


METHODS = ["random", "semb", "textemb", "logme", "esm-logme", "fsft", "taskemb", "taskemb-fewshot", "adapter-weights"]


def task(name="t", rows=100, **settings) -> Task:
    published = {"published_rows": {"train": rows, "validation": 10}} if rows else {}
    return Task.model_validate(
        {"name": name, "type": "classification", "data": {"hub": "a/b"}, "max_length": 10, "batch_size": 10}
        | published
        | settings
    )


def config(**changes):
    return load_config({"sources": ["a", "b", "c"], "targets": ["t", "u"], "seeds": [1, 2], **changes})


def sizes(**tasks: Task):
    return {name: task_size(tasks.get(name, task(name)), None) for name in "abctu"}


SPEEDS = {"minilm": SPEED, "minilm-sentence": SPEED}
