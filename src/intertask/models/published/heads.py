"""Heads of published adapters: whether they fit a task, and the order of their classes."""

import re
from collections.abc import Mapping
from typing import Any

import torch

from ...types import get_type


def fit_head(head: Any, info: Mapping[str, Any]) -> tuple[bool, list[str]]:
    """Adapt a published head to a task as far as possible, in place.

    A multiple choice head has one output per choice, however many there are, so it gets the task's number of choices.
    If its classes have the names of the task's labels, they are put in the task's order.

    Args:
        head: The head, a module of the adapters library.
        info: ``info.json`` of the task.

    Returns:
        Whether the head has an output for each of the task's labels, so that the task's loss is defined; and notes for
        the user.
    """
    task_type, config = get_type(info["type"]), head.config
    head_type = task_type.HEAD_TYPE
    if config["head_type"] != head_type:
        needed = f"a task of type {info['type']} needs a head of type {head_type}"
        return False, [f"the head is of type {config['head_type']}, but {needed}"]
    if task_type.COMPARES_CHOICES:
        config["num_choices"] = info["max_choices"]
        return True, []
    outputs = task_type.head_outputs(info)
    if config["num_labels"] != outputs:
        return False, [f"the head has {config['num_labels']} outputs, the task needs {outputs}"]
    return True, _put_in_order(head, info["labels"]) if info["labels"] else []


def _put_in_order(head: Any, labels: list[str]) -> list[str]:
    """Put the classes of a head in the order of the task's labels; returns notes."""
    published = {_plain(label): int(index) for label, index in (head.config["label2id"] or {}).items()}
    order = [published.get(_plain(label)) for label in labels]
    if sorted(published.values()) != list(range(len(labels))) or set(order) != set(published.values()):
        names = [label for label, _ in sorted(published.items(), key=lambda item: item[1])]
        if all(re.fullmatch(r"(label_)?\d+", name) for name in names):
            return ["the head's classes have no names: they are assumed to be in the order of the task's labels"]
        return [f"the head's classes have other names than the task's labels and keep their order: {', '.join(names)}"]
    last = [module for module in head if isinstance(module, torch.nn.Linear)][-1]
    with torch.no_grad():
        for parameter in last.parameters():
            parameter.copy_(parameter[order].clone())
    head.config["label2id"] = {label: index for index, label in enumerate(labels)}
    return []


def _plain(label: object) -> str:
    return str(label).strip().casefold()
