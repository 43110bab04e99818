"""Features of a target's units under the adapters of its sources, several in one forward pass where possible."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from adapters.composition import Parallel

from ...config import Model
from ...files import read_json
from ...types import Tokenizer, get_type
from ...types.units import Units
from ..adapters import FULL, check_weights
from ..base import load_encoder, load_model
from ..precision import Precision, exact, finish, for_features, to_host
from .target_features import UnitBatch, batches, last_layer, on_device, without_prompt

#: Largest difference that is accepted, relative to the largest value. Float32 sums in another order differ by 1e-6.
_TOLERANCE = 1e-4


def source_features(
    folders: Mapping[str, Path],
    base: Model,
    adapter: str,
    type_name: str,
    units: Units,
    tokenizer: Tokenizer,
    recipe: dict[str, Any],
) -> Iterator[tuple[str, np.ndarray, np.ndarray | None]]:
    """Compute the features of a target's units under each source's model.

    Args:
        folders: Source -> ``results/adapters/{model}/{source}``.
        base: The base model.
        adapter: The adapters' configuration string, or 'full'.
        type_name: Type of the target.
        units: N units of the target.
        tokenizer: The base model's tokenizer.
        recipe: ``batch_size`` (texts), ``parallel`` (number of adapters in one forward pass); optionally ``precision``.

    Yields:
        The source, features float32 [N, D], and class probabilities of the source's head, float32 [N, C] with rows
        that sum to 1. The probabilities are None if they are not defined: the head's type is not among the
        ``PROBABILITY_HEADS`` of the target's type, or it has a single output.

    Raises:
        IntertaskError: The weights of a source differ from those that its training wrote.
    """
    names, precision = list(folders), for_features(recipe)
    size = 1 if adapter == FULL else recipe["parallel"]
    together = None  # unknown before the first batch
    for begin in range(0, len(names), size):
        group = names[begin : begin + size]
        network = on_device(load_sources({name: folders[name] for name in group}, base, adapter))
        given = [name for name in group if name in network.heads]
        heads = {name: network.heads[name] for name in given if _gives_probabilities(network.heads[name], type_name)}
        several = len(group) > 1 and _alike(network, group)
        parts = {name: ([], []) for name in group}
        seen = []
        with torch.inference_mode():
            for batch in batches(units, tokenizer, recipe["batch_size"], network.device, ", ".join(group)):
                if together is None and several:
                    together = runs_together(network, group, batch)
                    print("adapters side by side" if together else "adapters one after another", flush=True)
                seen.append(batch.units)
                for name, hidden in _last_layers(network, group, batch, bool(together) and several, precision):
                    features, probabilities = parts[name]
                    features.append(to_host(batch.at_units(without_prompt(batch, hidden))))
                    if name in heads:
                        probabilities.append(to_host(_probabilities(heads[name], batch, hidden)))
        finish(network.device)
        order = np.argsort(np.concatenate(seen))
        for name in group:
            features, probabilities = (torch.cat(part).numpy()[order] if part else None for part in parts[name])
            yield name, features, probabilities


def load_sources(folders: Mapping[str, Path], base: Model, adapter: str) -> Any:
    """Load the adapters and heads of several sources into the base model, under the sources' names.

    Args:
        folders: Source -> ``results/adapters/{model}/{source}``; with 'full', of a single source.
        base: The base model.
        adapter: The adapters' configuration string, or 'full'.

    Returns:
        The model. No adapter is active.

    Raises:
        IntertaskError: The weights of a source differ from those that its training wrote.
    """
    if adapter == FULL:
        ((name, folder),) = folders.items()
        network = load_encoder(folder)
        network.load_head(str(folder), load_as=name, use_safetensors=True)
    else:
        network = load_model(base)
        for name, folder in folders.items():
            with_head = (Path(folder) / "model_head.safetensors").exists()  # the atlas ships no heads
            network.load_adapter(str(folder), load_as=name, with_head=with_head, use_safetensors=True)
    for name, folder in folders.items():
        check_weights(network, name, adapter, read_json(Path(folder) / "metrics.json")["weights_sha256"], folder)
    return network


def runs_together(network: Any, names: Sequence[str], batch: UnitBatch) -> bool:
    """Try on one batch whether the library's ``Parallel`` gives the same result as each adapter alone.

    It does for bottlenecks, LoRA, (IA)³ and prefix tuning. For others it fails (parallel bottlenecks, prompt tuning,
    ReFT) or is silently wrong (invertible adapters: all inputs go through the first one).

    Args:
        network: A model with several adapters.
        names: Names of the adapters.
        batch: A batch of texts.

    Returns:
        Whether the results agree.
    """
    with exact():  # so that rounding to fewer bits does not decide
        alone = [hidden for _, hidden in _last_layers(network, names, batch, False)]
        try:
            side_by_side = [hidden for _, hidden in _last_layers(network, names, batch, True)]
        except (RuntimeError, ValueError, AttributeError, AssertionError, NotImplementedError):
            return False
    return all(
        a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=_TOLERANCE * float(a.abs().max()))
        for a, b in zip(alone, side_by_side, strict=True)
    )


def _alike(network: Any, names: Sequence[str]) -> bool:
    """Whether all adapters have the same configuration, because ``Parallel`` uses that of the first one."""
    return len({str(sorted(network.adapters_config.get(name).to_dict().items())) for name in names}) == 1


def _last_layers(
    network: Any, names: Sequence[str], batch: UnitBatch, together: bool, precision: Precision = "float32"
) -> Iterator[tuple[str, torch.Tensor]]:
    """Last layer under each source's adapter, [B, P + L, D]."""
    if together:
        network.set_active_adapters(Parallel(*names))
        yield from zip(names, last_layer(network, batch, precision).chunk(len(names)), strict=True)
    else:
        for name in names:
            if name in network.adapters_config.adapters:  # a whole model has none
                network.set_active_adapters(name)
            yield name, last_layer(network, batch, precision)


def _gives_probabilities(head: Any, type_name: str) -> bool:
    """Whether a source's head gives class probabilities for the units of a target."""
    if head.config.get("use_pooler"):  # some published heads read the pooler's output, which is not computed here
        return False
    return head.config["head_type"] in get_type(type_name).PROBABILITY_HEADS and head.config["num_labels"] > 1


def _probabilities(head: Any, batch: UnitBatch, hidden: torch.Tensor) -> torch.Tensor:
    """Class probabilities of the units, [n, C]: of the text's first position, or, for tagging, as the features."""
    probabilities = head((hidden,))[0].float().softmax(-1)
    if head.config["head_type"] == "tagging":
        return batch.at_units(without_prompt(batch, probabilities))
    return probabilities[batch.text]
