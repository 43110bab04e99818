"""From encodings to padded tensors, and tensors through the model."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from . import Tokenizer

#: Label of positions that the loss ignores.
IGNORED = -100
#: Logit of a choice that cannot be chosen. It is finite, so that no product with it is NaN.
IMPOSSIBLE = -1e9

#: Inputs of a model that a tokenizer may make.
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def pad(sequences: Sequence[Sequence[int]], value: int) -> torch.Tensor:
    """Pad sequences on the right to the longest one.

    Args:
        sequences: B lists of numbers.
        value: It fills the positions after the end of a sequence.

    Returns:
        int64 [B, L].
    """
    length = max(map(len, sequences))
    return torch.tensor([[*sequence, *[value] * (length - len(sequence))] for sequence in sequences], dtype=torch.long)


def padding_values(tokenizer: Tokenizer) -> dict[str, int]:
    """Look up what fills the positions after the end of a text.

    Args:
        tokenizer: Its padding ids are used.

    Returns:
        Name of the input -> value.
    """
    return {
        "input_ids": tokenizer.pad_token_id or 0,
        "attention_mask": 0,
        "token_type_ids": tokenizer.pad_token_type_id,
    }


def pad_inputs(encodings: Sequence[Mapping[str, Any]], tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    """Pad the model's inputs.

    Args:
        encodings: B encoded texts.
        tokenizer: Its padding ids are used.

    Returns:
        Those of :data:`INPUTS` that the encodings have, each int64 [B, L].
    """
    values = padding_values(tokenizer)
    return {key: pad([f[key] for f in encodings], values[key]) for key in INPUTS if key in encodings[0]}


def pad_with_labels(encodings: Sequence[Mapping[str, Any]], tokenizer: Tokenizer) -> dict[str, torch.Tensor]:
    """Pad the model's inputs as :func:`pad_inputs` does, and add the labels.

    Args:
        encodings: B encoded texts. Labels are one number each.
        tokenizer: Its padding ids are used.

    Returns:
        Inputs, each int64 [B, L], and ``labels``, ``start_positions`` and ``end_positions`` [B] if the encodings have
        them.
    """
    batch = pad_inputs(encodings, tokenizer)
    for key in ("labels", "start_positions", "end_positions"):
        if key in encodings[0]:
            batch[key] = torch.tensor([encoding[key] for encoding in encodings])
    return batch


def forward(model: Any, batch: Mapping[str, torch.Tensor]) -> Any:
    """Run the model with its active head on the inputs of a batch, and return the head's output."""
    return model(**{key: batch[key] for key in INPUTS if key in batch}, return_dict=True)
