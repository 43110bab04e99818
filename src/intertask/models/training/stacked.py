"""One forward pass for several adapters of one model: each part of a batch goes through another adapter.

The frozen weights see one large batch. The adapters of a layer are stacked, so that a GPU computes all of them at once;
the adapters library's ``BatchSplit`` would run them one after the other. The computation itself is the library's.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.func import functional_call

from ...types.batches import INPUTS


class _Layer(nn.Module):
    """A layer's adapter, as the library applies it, in a form whose weights can be passed in."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, hidden: torch.Tensor, residual: torch.Tensor | None, layer_norm: nn.Module | None) -> Any:
        return type(self.layer).bottleneck_layer_forward(self.layer, hidden, residual, layer_norm)


def can_stack(model: Any, names: Sequence[str]) -> bool:
    """Check whether adapters can be computed in one forward pass.

    Args:
        model: The model.
        names: Names of its adapters.

    Returns:
        Whether they are plain bottleneck adapters of one configuration. Invertible layers, prefixes and LoRA are not
        stacked.
    """
    from adapters import BnConfig

    configs = [model.adapters_config.get(name) for name in names]
    return all(
        isinstance(config, BnConfig)
        and config.inv_adapter is None
        and not config.phm_layer  # its adapters share weights
        and config.to_dict() == configs[0].to_dict()
        for config in configs
    )


@contextmanager
def stacked(model: Any, names: Sequence[str]) -> Iterator[None]:
    """Let part k of each batch go through adapter k within the block.

    The batch of the encoder must have K * n texts: n of the first adapter, n of the second, and so on.

    Args:
        model: The model. The first adapter becomes the active one.
        names: Names of K of its adapters, for which :func:`can_stack` is true.
    """
    model.set_active_adapters(names[0])
    layers = [module for module in model.modules() if names[0] in (getattr(module, "adapters", None) or {})]
    for layer in layers:
        layer.bottleneck_layer_forward = _stacked_forward(_Layer(layer), names)
    try:
        yield
    finally:
        for layer in layers:
            del layer.bottleneck_layer_forward


def _stacked_forward(layer: _Layer, names: Sequence[str]) -> Any:
    """The replacement of ``bottleneck_layer_forward`` of one layer."""
    of_each = [dict(layer.layer.adapters[name].named_parameters()) for name in names]
    prefix = f"layer.adapters.{names[0]}."

    def forward(hidden: torch.Tensor, residual: torch.Tensor | None, layer_norm: nn.Module | None) -> torch.Tensor:
        weights = {prefix + key: torch.stack([one[key] for one in of_each]) for key in of_each[0]}

        def one(weights: Mapping[str, torch.Tensor], hidden: torch.Tensor, residual: torch.Tensor | None) -> Any:
            return functional_call(layer, weights, (hidden, residual, layer_norm))

        def parts(values: torch.Tensor | None) -> torch.Tensor | None:
            return None if values is None else values.unflatten(0, (len(names), -1))

        apply = torch.vmap(one, in_dims=(0, 0, None if residual is None else 0), randomness="different")
        return apply(weights, parts(hidden), parts(residual)).flatten(0, 1)

    return forward


def encode_together(model: Any, batches: Sequence[Mapping[str, torch.Tensor]], padding: Mapping[str, int]) -> list[Any]:
    """Run the encoder on the batches of all adapters, within :func:`stacked`.

    Args:
        model: The model.
        batches: One batch per adapter, with inputs [n_k, L_k] or, of multiple choice, [n_k, C, L_k].
        padding: Input name -> the value that fills positions after the end of a text.

    Returns:
        The encoder's output for each batch, [n_k, L, D] or [n_k * C, L, D]. L is the length of the longest text in
        any of the batches.
    """
    flat = [{key: batch[key].flatten(0, -2) for key in INPUTS if key in batch} for batch in batches]
    sizes = [len(inputs["input_ids"]) for inputs in flat]
    rows, length = max(sizes), max(inputs["input_ids"].shape[1] for inputs in flat)
    joined = {key: torch.cat([_padded(inputs[key], rows, length, padding[key]) for inputs in flat]) for key in flat[0]}
    output = model.base_model(**joined, return_dict=True)
    return [
        type(output)(
            **{key: value[k * rows : k * rows + size] for key, value in output.items() if torch.is_tensor(value)}
        )
        for k, size in enumerate(sizes)
    ]


def _padded(values: torch.Tensor, rows: int, length: int, value: int) -> torch.Tensor:
    """Pad a batch [n, L] to more columns, and repeat its first row up to the number of rows."""
    values = nn.functional.pad(values, (0, length - values.shape[1]), value=value)
    return torch.cat([values, values[:1].expand(rows - len(values), -1)]) if len(values) < rows else values


class WithOutput:
    """A model whose encoder has already run: a call applies the given head to the given output."""

    def __init__(self, model: Any, head: str, output: Any) -> None:
        """Keep what a call needs.

        Args:
            model: The model.
            head: Name of the head.
            output: The encoder's output for the batch that the call gets.
        """
        self.model, self.head, self.output = model, head, output

    def __call__(self, **inputs: Any) -> Any:
        """Compute the head's output.

        Args:
            inputs: What the model would be called with. If the encoder's output is longer than the texts, the
                attention mask is extended.

        Returns:
            The head's output for these texts.
        """
        encoder = self.model.base_model
        length = inputs["input_ids"].shape[1]
        output = type(self.output)(
            **{key: value[:, :length] if value.ndim == 3 else value for key, value in self.output.items()}
        )
        encoder.forward = lambda *args, **kwargs: output
        try:
            return self.model(**inputs, head=self.head)
        finally:
            del encoder.forward
