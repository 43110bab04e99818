"""AdapterFusion: every layer mixes the frozen adapters of several sources by an attention that the target trains.

Source: Pfeiffer et al. 2021, "AdapterFusion: Non-Destructive Task Composition for Transfer Learning".
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from adapters import BnConfig
from adapters.composition import Fuse

from ...config import Model
from ...data import Prepared, load_prepared
from ...data.subset import stratified_subset
from ...errors import IntertaskError
from ...execution.script import versions
from ...files import fingerprint, read_json
from ...types import get_type
from ...types.batches import INPUTS
from ..adapters import check_weights
from ..base import load_model, load_tokenization, recipe_model
from ..evidence.source_features import on_device
from ..prediction import encoding_length, strip
from .fine_tuning import fine_tune
from .seeds import set_seed

#: Maximum number of validation examples over which the reported attention is averaged.
ATTENTION_EXAMPLES = 500


def fuse(
    recipe: dict[str, Any],
    sources: Sequence[str],
    data: str | os.PathLike,
    model: str | os.PathLike,
    adapters: str | os.PathLike,
    checkpoints: str | os.PathLike,
) -> dict[str, Any]:
    """Train AdapterFusion of several sources on the target, and score it.

    Args:
        recipe: Recipe of the AdapterFusion step.
        sources: The best-ranked sources, in rank order.
        data: The target's folder of prepared data.
        model: Result of the check of the base model.
        adapters: Folder of the base model's source adapters.
        checkpoints: Folder that survives an interruption.

    Returns:
        ``target``, ``model``, ``sources``, ``k``, ``seed``, the result of
        :func:`~intertask.models.training.fine_tuning.fine_tune`, ``attention`` (:func:`mean_attention`),
        ``made_from``, ``fingerprint``, ``recipe``, ``versions``.

    Raises:
        IntertaskError: The adapters are of a kind that AdapterFusion cannot mix, or their weights differ from those
            that their ``metrics.json`` describes.
    """
    prepared, base = load_prepared(data), recipe_model(recipe)
    target, folders = prepared.info["task"], {source: Path(adapters) / source for source in sources}
    made_from = {
        "data": prepared.info["fingerprint"],
        "model": read_json(model)["fingerprint"],
        "ranking": fingerprint(list(sources)),  # the first k sources in order; the rest of the ranking may change
        "adapters": {source: read_json(folders[source] / "metrics.json")["fingerprint"] for source in sources},
    }
    print(f"{target}: AdapterFusion of {', '.join(sources)}", flush=True)
    set_seed(recipe["seed"])
    network = load_fused(folders, lambda: load_model(base), recipe["adapter"])
    # Other sources or adapters make another model, whose checkpoints are kept in another folder.
    folder = Path(checkpoints) / fingerprint(made_from)
    result = fine_tune(network, base, target, prepared, recipe, recipe["split_seed"], folder)
    return {
        "target": target,
        "model": recipe["setting"],
        "sources": list(sources),
        "k": recipe["k"],
        "seed": recipe["seed"],
        **result,
        "attention": mean_attention(network, base, prepared, recipe),
        "made_from": made_from,
        "fingerprint": fingerprint([recipe, made_from]),
        "recipe": recipe,
        "versions": versions(),
    }


def load_fused(folders: Mapping[str, Path], base_model: Callable[[], Any], adapter: str) -> Any:
    """Load the sources' adapters into the base model, and add fresh fusion layers, which alone will be trained.

    Every layer of the model keeps its adapters and gets a fusion layer. The value matrix of a fusion layer starts as
    the identity, and a penalty of 0.01 times the squared distance pulls it there: the 'dynamic' AdapterFusion of the
    paper.

    Args:
        folders: Source -> ``results/adapters/{model}/{source}``, in rank order. Heads are not loaded.
        base_model: Function without arguments that returns the base model.
        adapter: The adapters' configuration string.

    Returns:
        The model with AdapterFusion active.

    Raises:
        IntertaskError: The weights differ from those that the source training wrote, or the adapters are of a kind
            that AdapterFusion cannot mix.
    """
    model = base_model()
    for source, folder in folders.items():
        model.load_adapter(str(folder), load_as=source, with_head=False, use_safetensors=True)
        check_weights(model, source, adapter, read_json(Path(folder) / "metrics.json")["weights_sha256"], folder)
        config = model.adapters_config.get(source)
        # The adapters library would send the inputs of all sources through the invertible layers of the first one.
        if not isinstance(config, BnConfig) or config.inv_adapter is not None:
            raise IntertaskError(
                f"AdapterFusion mixes plain bottleneck adapters, but the adapter of {source} is a "
                f"{type(config).__name__}.",
                f"config: adapter: {adapter}",
                "use 'seq_bn', 'double_seq_bn' or 'par_bn' for AdapterFusion",
            )
    setup = Fuse(*folders)
    model.add_adapter_fusion(setup, config="dynamic")
    model.train_adapter_fusion(setup)
    return model


def mean_attention(model: Any, base: Model, prepared: Prepared, recipe: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Measure each source's share of the mixture, averaged over the tokens of validation examples.

    Args:
        model: The model with trained AdapterFusion active.
        base: The base model, for its tokenizer.
        prepared: Rows of the target. If it has more than 500 validation rows, a seeded subset is used.
        recipe: ``max_length``, ``stride``, ``split_seed``, ``training`` (its ``batch_size``).

    Returns:
        Source -> ``layers`` (its share in each layer, from the first to the last) and ``mean`` (over layers). The
        shares of all sources add up to 1 in each layer.
    """
    type_name = prepared.info["type"]
    task_type = get_type(type_name)
    tokenization = load_tokenization(base, task_type, model.config, recipe)
    rows = stratified_subset(prepared.validation, ATTENTION_EXAMPLES, recipe["split_seed"], type_name)
    encodings = task_type.encode(rows, tokenization, prepared.info, False)
    encodings = sorted(strip(encodings, task_type.EXTRA_KEYS), key=encoding_length)
    collate, size = task_type.collator(tokenization.tokenizer), 2 * recipe["training"]["batch_size"]
    setup = model.active_adapters
    model = on_device(model)
    total, tokens = 0.0, 0
    for start in range(0, len(encodings), size):
        batch = collate(encodings[start : start + size])
        # Multiple choice has [rows, choices, L]; the encoder reads each text by itself.
        inputs = {key: batch[key].flatten(0, -2).to(model.device) for key in INPUTS if key in batch}
        with torch.inference_mode():
            output = model.base_model(**inputs, output_adapter_fusion_attentions=True, return_dict=True)
        layers = output.adapter_fusion_attentions[setup.name]
        # [layers, texts, L, sources]; a layer may have two adapters of each source, whose shares are averaged
        shares = np.stack([np.mean(list(layers[layer].values()), axis=0) for layer in sorted(layers)])
        real = inputs["attention_mask"].cpu().numpy().astype(bool)
        total = total + shares[:, real].sum(axis=1, dtype=np.float64)
        tokens += int(real.sum())
    table = total / tokens  # [layers, sources]
    return {
        source: {"mean": round(float(column.mean()), 6), "layers": [round(float(share), 6) for share in column]}
        for source, column in zip(setup, table.T, strict=True)
    }
