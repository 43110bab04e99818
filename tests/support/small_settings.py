"""A configuration and a task with only the keys that they need."""

from intertask.config import Config, Task, load_config

MODEL = "minilm"

#: Models that differ from each other in one respect.
MODELS = {
    "wide": {"path": "owner/wide", "training": {"source": {"epochs": 3}, "transfer": {"epochs": 4}}},
    "wide-1k": {"like": "wide", "training": {"transfer": {"max_train_examples": 1000}}},
    "whole": {"path": "owner/wide", "adapter": "full"},
    "ready": {"path": "owner/wide", "adapters": "published", "published": "hub/wide-pf-{source}"},
}


def config(**changes) -> Config:
    """Two sources, one target, and the keys in ``changes``."""
    return load_config({"sources": ["a", "b"], "targets": ["t"], **changes})


def task(**changes) -> Task:
    """A classification task, with the keys in ``changes``."""
    values = {"name": "a", "type": "classification", "data": {"files": {"train": ["a.csv"]}}}
    return Task.model_validate(values | changes)
