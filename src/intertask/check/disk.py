"""Estimate how much disk space a run needs, from the shapes of its models."""

from collections.abc import Mapping
from typing import Any

from ..config import Config
from ..methods.registry import get_method

#: Size of one number in bytes (float32).
_BYTES = 4


def parameters(shape: Mapping[str, Any]) -> float:
    """Estimate the number of parameters of an encoder.

    Args:
        shape: Content of its ``config.json``.

    Returns:
        About how many parameters it has; 0 if the file does not tell.
    """
    hidden, layers = shape.get("hidden_size", 0), shape.get("num_hidden_layers", 0)
    return 12 * layers * hidden**2 + shape.get("vocab_size", 0) * hidden


def disk_space(config: Config, shapes: Mapping[str, Mapping[str, Any]]) -> float:
    """Estimate the size of the adapters, embeddings and features that a run writes.

    Args:
        config: Configuration of the run.
        shapes: Name of each model -> content of its ``config.json``; empty if unknown.

    Returns:
        Bytes; 0 if the shape of a base model is unknown.
    """
    reads_features = any("features" in get_method(name).reads for name in config.methods)
    numbers = 0.0
    for name in config.base_models:
        shape = shapes.get(name) or {}
        hidden, layers = shape.get("hidden_size", 0), shape.get("num_hidden_layers", 0)
        if not hidden:
            return 0.0
        # An adapter has bottlenecks of a sixteenth of the hidden size and a head; "full" keeps the whole encoder.
        is_full = config.adapter_of(name) == "full"
        adapter = parameters(shape) if is_full else layers * hidden**2 / 4 + hidden**2
        numbers += len(config.sources) * adapter if not config.observed else 0
        numbers += hidden * len(config.all_tasks) * config.embeddings.max_examples
        if reads_features:
            numbers += hidden * len(config.targets) * len(config.sources) * config.features.max_examples
    return _BYTES * numbers
