"""Features to padded tensors, and tensors through the model."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

#: Label of positions that the loss leaves out.
IGNORED = -100
#: Logit of what cannot be chosen: finite, so that no product with it is NaN.
IMPOSSIBLE = -1e9

#: Inputs of a model that its tokenizer may make.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def pad(sequences: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    """Integer tensor [B, L], padded on the right to the longest of the sequences."""
    length = max(map(len, sequences))
    return torch.tensor([[*sequence, *[value] * (length - len(sequence))] for sequence in sequences], dtype=torch.long)


def pad_inputs(features: Sequence[Mapping[str, Any]], tokenizer) -> dict[str, torch.Tensor]:
    """Model inputs, each [B, L]."""
    values = {
        "input_ids": tokenizer.pad_token_id or 0,
        "attention_mask": 0,
        "token_type_ids": tokenizer.pad_token_type_id,
    }
    return {key: pad([f[key] for f in features], values[key]) for key in INPUTS if key in features[0]}


def pad_with_labels(features: Sequence[Mapping[str, Any]], tokenizer) -> dict[str, torch.Tensor]:
    """Model inputs [B, L], and one number per feature for each kind of label that the features have."""
    batch = pad_inputs(features, tokenizer)
    for key in ("labels", "start_positions", "end_positions"):
        if key in features[0]:
            batch[key] = torch.tensor([feature[key] for feature in features])
    return batch


def forward(model, batch: Mapping[str, torch.Tensor]):
    """Run the model with its active head on the inputs of a batch."""
    return model(**{key: batch[key] for key in INPUTS if key in batch}, return_dict=True)
