"""A target's rows under the adapters of its sources, several of them in one forward pass where that is possible."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from adapters.composition import Parallel

from ...config import Model
from ...files import read_json
from ...types import get_type
from ...types.units import Units
from ..adapters import FULL, check_weights
from ..base import load_encoder, load_model
from ..precision import Precision, exact, finish, for_features, to_host
from .target_features import Batch, batches, last_layer, of_texts, on_device

_TOLERANCE = 1e-4  # of one vector's largest difference; float32 in another order of summation differs by 1e-6


def source_features(
    folders: Mapping[str, Path], base: Model, adapter: str, kind: str, units: Units, tokenizer, recipe: dict[str, Any]
) -> Iterator[tuple[str, np.ndarray, np.ndarray | None]]:
    """Pass the rows through each source's model.

    Args:
        folders: Source -> ``results/adapters/{model}/{source}``.
        base: The base model.
        adapter: The adapters' configuration string, or 'full'.
        kind: Type of the target.
        units: Its rows.
        tokenizer: Of the base model.
        recipe: ``batch_size``, ``parallel``; maybe ``precision``.

    Yields:
        Source, features float32 [N, D], and float32 [N, C] class probabilities by the source's own head, each row with
        the sum 1; None where they are not defined (``PROBABILITY_HEADS`` of the target's type, single outputs).

    Raises:
        IntertaskError: The weights of a source are not those that its training wrote.
    """
    names, precision = list(folders), for_features(recipe)
    size = 1 if adapter == FULL else recipe["parallel"]
    together = None  # unknown before the first batch
    for begin in range(0, len(names), size):
        group = names[begin : begin + size]
        network = on_device(load_sources({name: folders[name] for name in group}, base, adapter))
        heads = {name: network.heads[name] for name in group if _gives_probabilities(network.heads[name], kind)}
        several = len(group) > 1 and _alike(network, group)
        found = {name: ([], []) for name in group}
        seen = []
        with torch.inference_mode():
            for batch in batches(units, tokenizer, recipe["batch_size"], network.device, ", ".join(group)):
                if together is None and several:
                    together = runs_together(network, group, batch)
                    print("adapters side by side" if together else "adapters one after another", flush=True)
                seen.append(batch.rows)
                for name, hidden in _last_layers(network, group, batch, bool(together) and several, precision):
                    features, probabilities = found[name]
                    features.append(to_host(batch.at_rows(of_texts(batch, hidden))))
                    if name in heads:
                        probabilities.append(to_host(_probabilities(heads[name], batch, hidden)))
        finish(network.device)
        order = np.argsort(np.concatenate(seen))
        for name in group:
            features, probabilities = (torch.cat(parts).numpy()[order] if parts else None for parts in found[name])
            yield name, features, probabilities


def load_sources(folders: Mapping[str, Path], base: Model, adapter: str):
    """A model with the adapters and heads of several sources under their names; with 'full', of just one source.

    Raises:
        IntertaskError: The weights are not those that the source training wrote.
    """
    if adapter == FULL:
        ((name, folder),) = folders.items()
        network = load_encoder(folder)
        network.load_head(str(folder), load_as=name, use_safetensors=True)
    else:
        network = load_model(base)
        for name, folder in folders.items():
            network.load_adapter(str(folder), load_as=name, with_head=True, use_safetensors=True)
    for name, folder in folders.items():
        check_weights(network, name, adapter, read_json(Path(folder) / "metrics.json")["weights_sha256"], folder)
    return network


def runs_together(network, names: Sequence[str], batch: Batch) -> bool:
    """Whether the library's ``Parallel`` gives what each adapter gives alone, tried on one batch.

    It does for bottlenecks, LoRA, (IA)³ and prefix tuning; for others it fails (parallel bottlenecks, prompt tuning,
    ReFT), or is silently wrong (invertible adapters: all inputs go through the first one).
    """
    with exact():  # rounding to fewer bits is no reason to say no
        alone = [hidden for _, hidden in _last_layers(network, names, batch, False)]
        try:
            side_by_side = [hidden for _, hidden in _last_layers(network, names, batch, True)]
        except (RuntimeError, ValueError, AttributeError, AssertionError, NotImplementedError):
            return False
    return all(
        a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=_TOLERANCE * float(a.abs().max()))
        for a, b in zip(alone, side_by_side, strict=True)
    )


def _alike(network, names: Sequence[str]) -> bool:
    """Whether the adapters have one configuration; published ones may differ, and ``Parallel`` goes by the first's."""
    return len({str(sorted(network.adapters_config.get(name).to_dict().items())) for name in names}) == 1


def _last_layers(
    network, names: Sequence[str], batch: Batch, together: bool, precision: Precision = "float32"
) -> Iterator[tuple[str, torch.Tensor]]:
    """Each source's last layer, [B, P + L, D]."""
    if together:
        network.set_active_adapters(Parallel(*names))
        yield from zip(names, last_layer(network, batch, precision).chunk(len(names)), strict=True)
    else:
        for name in names:
            if name in network.adapters_config.adapters:  # a whole model has none
                network.set_active_adapters(name)
            yield name, last_layer(network, batch, precision)


def _gives_probabilities(head, kind: str) -> bool:
    if head.config.get("use_pooler"):  # a published one's; it reads what is not among the rows
        return False
    return head.config["head_type"] in get_type(kind).PROBABILITY_HEADS and head.config["num_labels"] > 1


def _probabilities(head, batch: Batch, hidden: torch.Tensor) -> torch.Tensor:
    """Softmax of a head on the rows, [n, C]: of a text's first position, or of tokens as the rows' features are."""
    probabilities = head((hidden,))[0].float().softmax(-1)
    if head.config["head_type"] == "tagging":
        return batch.at_rows(of_texts(batch, probabilities))
    return probabilities[batch.text]
