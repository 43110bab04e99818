"""AdapterFusion: the frozen adapters of several sources, mixed in every layer by an attention that the target trains.

Source: Pfeiffer et al. 2021, "AdapterFusion: Non-Destructive Task Composition for Transfer Learning".
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from adapters import BnConfig
from adapters.composition import Fuse

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...errors import IntertaskError
from ...files import read_json
from ...types import get_type
from ...types.batches import INPUTS
from ..adapters import check_weights
from ..base import load_tokenizer, usable_length
from ..evidence.source_features import on_device
from ..prediction import feature_length, strip

#: Validation examples that the reported attention is a mean over, at most.
ATTENTION_EXAMPLES = 500


def load_fused(folders: Mapping[str, Path], base_model: Callable, adapter: str):
    """The base model with the sources' adapters and fresh fusion layers, and only these layers to be trained.

    Every layer of the model keeps its adapters and gets a fusion layer. Its value matrix starts as the identity, and
    training pulls it there (0.01 times the squared distance): the 'dynamic' AdapterFusion of the paper.

    Args:
        folders: Source -> ``results/adapters/{model}/{source}``, in rank order. Heads are not loaded.
        base_model: Called without arguments, gives the base model.
        adapter: The adapters' configuration string.

    Raises:
        IntertaskError: The weights are not those that the source training wrote, or the adapters are of a kind that
            AdapterFusion cannot mix.
    """
    model = base_model()
    for source, folder in folders.items():
        model.load_adapter(str(folder), load_as=source, with_head=False, use_safetensors=True)
        check_weights(model, source, adapter, read_json(Path(folder) / "metrics.json")["weights_sha256"], folder)
        config = model.adapters_config.get(source)
        # The library would send all sources' inputs through the first one's invertible layers.
        if not isinstance(config, BnConfig) or config.inv_adapter is not None:
            raise IntertaskError(
                f"AdapterFusion mixes plain bottleneck adapters; that of {source} is a {type(config).__name__}.",
                f"config: adapter: {adapter}",
                "use 'seq_bn', 'double_seq_bn' or 'par_bn' for AdapterFusion",
            )
    setup = Fuse(*folders)
    model.add_adapter_fusion(setup, config="dynamic")
    model.train_adapter_fusion(setup)
    return model


def mean_attention(model, base: Model, prepared: Prepared, recipe: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """How much of the mixture each source is, on sub-words of validation examples.

    Args:
        model: Trained AdapterFusion, active.
        base: The base model, for its tokenizer.
        prepared: Rows of the target; of more than 500 validation rows a seeded subset.
        recipe: ``max_length``, ``stride``, ``split_seed``, ``training`` (its ``batch_size``).

    Returns:
        Source -> ``layers`` (shares, from the first layer to the last) and ``mean`` (over layers). The shares of all
        sources add up to 1 in each layer.
    """
    kind = prepared.info["type"]
    task_type = get_type(kind)
    tokenizer = load_tokenizer(base, pre_split=task_type.PRE_SPLIT)
    rows = stratified_subset(prepared.validation, ATTENTION_EXAMPLES, recipe["split_seed"], kind)
    length = usable_length(tokenizer, model.config, recipe["max_length"])
    features = task_type.encode(rows, tokenizer, length, min(recipe["stride"], length // 2), prepared.info, False)
    features = sorted(strip(features, task_type.EXTRA_KEYS), key=feature_length)
    collate, size = task_type.collator(tokenizer), 2 * recipe["training"]["batch_size"]
    setup = model.active_adapters
    model = on_device(model)
    total, subwords = 0.0, 0
    for start in range(0, len(features), size):
        batch = collate(features[start : start + size])
        # multiple choice has [rows, choices, L]; the encoder reads one text after another
        inputs = {key: batch[key].flatten(0, -2).to(model.device) for key in INPUTS if key in batch}
        with torch.inference_mode():
            found = model.base_model(**inputs, output_adapter_fusion_attentions=True, return_dict=True)
        layers = found.adapter_fusion_attentions[setup.name]
        # [layers, texts, L, sources]; where a layer has two adapters of a source, the mean of both places
        shares = np.stack([np.mean(list(layers[layer].values()), axis=0) for layer in sorted(layers)])
        real = inputs["attention_mask"].cpu().numpy().astype(bool)
        total = total + shares[:, real].sum(axis=1, dtype=np.float64)
        subwords += int(real.sum())
    table = total / subwords  # [layers, sources]
    return {
        source: {"mean": round(float(column.mean()), 6), "layers": [round(float(share), 6) for share in column]}
        for source, column in zip(setup, table.T, strict=True)
    }
