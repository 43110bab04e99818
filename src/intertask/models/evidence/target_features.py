"""Features of a target's units: the last-layer vectors of a model at selected texts and tokens."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...types import Tokenizer, get_type
from ...types.batches import pad_inputs
from ...types.units import Units
from ..base import load_tokenization
from ..precision import Precision, autocast, device, finish, to_device, to_host
from ..prediction import encoding_length

_SECONDS_BETWEEN_LINES = 10


def target_units(prepared: Prepared, base: Model, config: Any, recipe: dict[str, Any]) -> tuple[Units, Tokenizer]:
    """Select the units of a target from a seeded subset of its training examples.

    Args:
        prepared: Rows of the target. Validation rows are not used.
        base: The base model, for its tokenizer.
        config: Configuration of the base model.
        recipe: ``max_examples``, ``max_rows`` (number of units), ``negatives``, ``max_length``, ``stride`` (in
            tokens), ``seed``.

    Returns:
        The units, and the tokenizer that encoded them.
    """
    type_name = prepared.info["type"]
    task_type = get_type(type_name)
    tokenization = load_tokenization(base, task_type, config, recipe)
    rows = stratified_subset(prepared.train, recipe["max_examples"], recipe["seed"], type_name)
    return task_type.units(rows, tokenization, prepared.info, recipe), tokenization.tokenizer


@dataclass(frozen=True, eq=False, slots=True)
class UnitBatch:
    """A batch of texts, and the n units in them.

    Attributes:
        inputs: Inputs of the model, each [B, L].
        units: [n] indices among all units.
        text: [n] index of the unit's text in the batch.
        position: [n] position of the unit's token, or -1 for the mean of the text.
    """

    inputs: dict[str, torch.Tensor]
    units: np.ndarray
    text: torch.Tensor
    position: torch.Tensor

    def at_units(self, tokens: torch.Tensor) -> torch.Tensor:
        """Select the values of the units.

        Args:
            tokens: [B, L, X] values of every token.

        Returns:
            [n, X] the value at the unit's position, or the mean over the text's real tokens.
        """
        mask = self.inputs["attention_mask"].unsqueeze(-1)
        means = (tokens * mask).sum(1) / mask.sum(1)
        alone = tokens[self.text, self.position.clamp(min=0)]
        return torch.where(self.position.unsqueeze(-1) < 0, means[self.text], alone)


def batches(
    units: Units, tokenizer: Tokenizer, batch_size: int, target: torch.device, label: str
) -> Iterator[UnitBatch]:
    """Batch all texts, the longest first, and print progress lines.

    Args:
        units: The units and their texts.
        tokenizer: The base model's tokenizer, for padding.
        batch_size: Number of texts per batch.
        target: Device of the batches.
        label: Beginning of the progress lines.

    Yields:
        The batches.
    """
    order = sorted(range(len(units.inputs)), key=lambda i: -encoding_length(units.inputs[i]))
    by_text = np.argsort(units.text, kind="stable")
    begins = np.searchsorted(units.text[by_text], np.arange(len(units.inputs) + 1))
    shown = time.monotonic()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if time.monotonic() - shown > _SECONDS_BETWEEN_LINES:
            shown = time.monotonic()
            print(f"{label}: {start}/{len(order)} texts", flush=True)
        of_text = [by_text[begins[i] : begins[i + 1]] for i in chosen]
        indices = np.concatenate(of_text)
        text = np.repeat(np.arange(len(chosen)), [len(part) for part in of_text])
        inputs = pad_inputs([units.inputs[i] for i in chosen], tokenizer)
        places = {"text": torch.from_numpy(text), "position": torch.from_numpy(units.position[indices])}
        yield UnitBatch(to_device(inputs, target), indices, **to_device(places, target))


def last_layer(network: Any, batch: UnitBatch, precision: Precision = "float32") -> torch.Tensor:
    """Run a model with its active adapters.

    Args:
        network: The model.
        batch: A batch of texts.
        precision: Precision of the forward pass.

    Returns:
        Its last layer, float32 [B, P + L, D]. P > 0 for prompt tuning only.
    """
    with autocast(precision, network.device):
        return network.base_model(**batch.inputs).last_hidden_state.float()


def without_prompt(batch: UnitBatch, hidden: torch.Tensor) -> torch.Tensor:
    """Remove the positions that prompt tuning puts before those of the text.

    Args:
        batch: The batch of texts.
        hidden: [B, P + L, X] values of all positions.

    Returns:
        [B, L, X] values of the text's positions.
    """
    return hidden[:, -batch.inputs["input_ids"].shape[1] :]


def unit_features(
    network: Any,
    units: Units,
    tokenizer: Tokenizer,
    batch_size: int,
    label: str = "base model",
    precision: Precision = "float32",
) -> np.ndarray:
    """Compute the features of units under a model with its active adapter.

    Args:
        network: The model.
        units: N units.
        tokenizer: The base model's tokenizer, for padding.
        batch_size: Number of texts per batch.
        label: Beginning of the progress lines.
        precision: Precision of the forward passes.

    Returns:
        Float32 [N, D].
    """
    network = on_device(network)
    features = np.empty((len(units.text), network.config.hidden_size), np.float32)
    parts = []
    with torch.inference_mode():
        for batch in batches(units, tokenizer, batch_size, network.device, label):
            hidden = without_prompt(batch, last_layer(network, batch, precision))
            parts.append((batch.units, to_host(batch.at_units(hidden))))
    finish(network.device)
    for indices, vectors in parts:
        features[indices] = vectors.numpy()
    return features


def on_device(network: Any) -> Any:
    """Move a model to the GPU if there is one, and set it to evaluation mode.

    Args:
        network: The model. It is changed in place.

    Returns:
        The same model.
    """
    return network.eval().to(device())
