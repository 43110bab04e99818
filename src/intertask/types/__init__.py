"""Task types: one module each, with the same names in it.

``HEAD_LAYERS``
    Layers of the prediction head, as in the paper.
``EXTRA_KEYS``
    Keys of a feature that only ``predict`` needs; they are no input of the model.
``texts(rows)``
    Per row the text pairs that stand for it in text embeddings: list of (first, second or None).
``add_head(model, name, info, layers=HEAD_LAYERS)``
    Add a fresh head ``name`` to an ``adapters`` AutoAdapterModel, in place of one of that name, and make it active.
``encode(rows, tokenizer, max_length, stride, info, labelled=True)``
    Features: dictionaries of lists of sub-word ids and labels, and under ``row`` the index of the feature's row.
``collator(tokenizer)``
    Function from a list of features to a dictionary of tensors, padded to the longest of the batch.
``loss(model, batch)``
    (mean loss, tuple of logits); the loss is None where the batch holds no labels. Float32 whatever the model's type.
``predict(logits, features, rows, info)``
    One prediction per row, from the logits as numpy arrays, padded with -100 over batches.
``score(predictions, rows, info)``
    Every metric that suits the type, in percent points.
``units(rows, tokenizer, max_length, stride, info, settings)``
    The :class:`intertask.types.units.Units` that feature scores look at. They depend on nothing but the arguments;
    ``settings`` are ``max_rows``, ``negatives`` and ``seed``.

``rows`` are canonical rows, ``info`` is what ``info.json`` says of the task.
"""

from importlib import import_module
from types import ModuleType
from typing import get_args

from ..config import TaskTypeName
from ..errors import IntertaskError, did_you_mean

TYPES: tuple[str, ...] = get_args(TaskTypeName)


def get_type(name: str) -> ModuleType:
    """The module of a task type.

    Raises:
        IntertaskError: There is no such type.
    """
    if name not in TYPES:
        raise IntertaskError(f"There is no task type {name!r}; {did_you_mean(name, TYPES)}", "task: type")
    return import_module(f".{name}", __name__)
