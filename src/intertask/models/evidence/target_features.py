"""A target's rows as vectors: which rows they are, and the last layer of a model at them."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...types import get_type
from ...types.batches import pad_inputs
from ...types.units import Units
from ..base import load_tokenization
from ..precision import Precision, autocast, device, finish, to_device, to_host
from ..prediction import encoding_length

_SECONDS_BETWEEN_LINES = 10


def target_units(prepared: Prepared, base: Model, config: Any, recipe: dict[str, Any]) -> tuple[Units, Any]:
    """The rows of a target, from a seeded subset of its training examples, and the tokenizer that encoded them.

    Args:
        prepared: The target; its validation rows are not looked at.
        base: The base model, for its tokenizer.
        config: Configuration of the base model.
        recipe: ``max_examples``, ``max_rows``, ``negatives``, ``max_length``, ``stride``, ``seed``.
    """
    kind = prepared.info["type"]
    task_type = get_type(kind)
    tokenization = load_tokenization(base, task_type, config, recipe)
    rows = stratified_subset(prepared.train, recipe["max_examples"], recipe["seed"], kind)
    return task_type.units(rows, tokenization, prepared.info, recipe), tokenization.tokenizer


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Some of the texts, and the rows in them.

    Attributes:
        inputs: Of a model, [B, L] each.
        rows: [n] which of all rows.
        text: [n] which of the batch's texts.
        position: [n], or -1 for the mean.
    """

    inputs: dict[str, torch.Tensor]
    rows: np.ndarray
    text: torch.Tensor
    position: torch.Tensor

    def at_rows(self, tokens: torch.Tensor) -> torch.Tensor:
        """[B, L, X] values of tokens -> [n, X] of rows: that at the row's position, or the mean over real tokens."""
        mask = self.inputs["attention_mask"].unsqueeze(-1)
        means = (tokens * mask).sum(1) / mask.sum(1)
        alone = tokens[self.text, self.position.clamp(min=0)]
        return torch.where(self.position.unsqueeze(-1) < 0, means[self.text], alone)


def batches(units: Units, tokenizer, batch_size: int, where: torch.device, said: str) -> Iterator[Batch]:
    """All texts, the longest first; ``said`` begins the progress lines."""
    order = sorted(range(len(units.inputs)), key=lambda i: -encoding_length(units.inputs[i]))
    by_text = np.argsort(units.text, kind="stable")
    begins = np.searchsorted(units.text[by_text], np.arange(len(units.inputs) + 1))
    shown = time.monotonic()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        if time.monotonic() - shown > _SECONDS_BETWEEN_LINES:
            shown = time.monotonic()
            print(f"{said}: {start}/{len(order)} texts", flush=True)
        of_text = [by_text[begins[i] : begins[i + 1]] for i in chosen]
        rows = np.concatenate(of_text)
        text = np.repeat(np.arange(len(chosen)), [len(part) for part in of_text])
        inputs = pad_inputs([units.inputs[i] for i in chosen], tokenizer)
        places = {"text": torch.from_numpy(text), "position": torch.from_numpy(units.position[rows])}
        yield Batch(to_device(inputs, where), rows, **to_device(places, where))


def last_layer(network, batch: Batch, precision: Precision = "float32") -> torch.Tensor:
    """The last layer of a model with whatever adapters are active, float32 [B, P + L, D]; P > 0 for prompt tuning."""
    with autocast(precision, network.device):
        return network.base_model(**batch.inputs).last_hidden_state.float()


def of_texts(batch: Batch, hidden: torch.Tensor) -> torch.Tensor:
    """[B, P + L, X] -> [B, L, X]: prompt tuning puts positions of its own before the text's."""
    return hidden[:, -batch.inputs["input_ids"].shape[1] :]


def unit_features(
    network, units: Units, tokenizer, batch_size: int, said: str = "base model", precision: Precision = "float32"
) -> np.ndarray:
    """The rows under a model with whatever adapter is active, float32 [N, D]."""
    network = on_device(network)
    features = np.empty((len(units.text), network.config.hidden_size), np.float32)
    parts = []
    with torch.inference_mode():
        for batch in batches(units, tokenizer, batch_size, network.device, said):
            hidden = of_texts(batch, last_layer(network, batch, precision))
            parts.append((batch.rows, to_host(batch.at_rows(hidden))))
    finish(network.device)
    for rows, vectors in parts:
        features[rows] = vectors.numpy()
    return features


def on_device(network):
    """The model in evaluation mode, on the GPU where there is one."""
    return network.eval().to(device())
