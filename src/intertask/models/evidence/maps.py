"""Embedding space maps: affine maps from features under the base model to features under a source's adapter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...files import read_json
from ...seeded_order import shuffled
from ...types import Tokenization, get_type
from ...types.encoding import encode_pairs
from ...types.units import units_of_texts
from ..adapters import load_source
from ..base import load_model, load_tokenizer, usable_length
from ..precision import for_features
from .target_features import unit_features

#: Weight decay of the published recipe, whose other values are settings.
_WEIGHT_DECAY = 0.01


def text_pairs(
    prepared: Prepared, base: Model, folder: Path, adapter: str, recipe: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compute features of a source's texts under the base model and under the source's adapter.

    Args:
        prepared: Rows of the source.
        base: The base model.
        folder: ``results/adapters/{model}/{source}``.
        adapter: The adapters' configuration string, or 'full'.
        recipe: ``max_examples``, ``max_length`` (in tokens), ``batch_size`` (texts), ``seed``; optionally
            ``precision``.

    Returns:
        X and Y, float32 [n, D]: the mean over the tokens of each text, under the base model and under the adapter.
        There is one text per training example (per choice for multiple choice; a question with its passage, or a
        tagged sentence, is one text). And [n], the index of each text's example.

    Raises:
        IntertaskError: The weights differ from those that the source training wrote.
    """
    type_name, name = prepared.info["type"], prepared.info["task"]
    rows = stratified_subset(prepared.train, recipe["max_examples"], recipe["seed"], type_name)
    texts = get_type(type_name).text_pairs(rows)
    examples = np.repeat(np.arange(len(rows)), [len(pairs) for pairs in texts])
    tokenizer = load_tokenizer(base)
    network = load_model(base)
    length = usable_length(tokenizer, network.config, recipe["max_length"])
    inputs = encode_pairs([pair for pairs in texts for pair in pairs], Tokenization(tokenizer, length, 0))
    units = units_of_texts(inputs, examples, np.zeros(len(inputs)))
    size, precision = recipe["batch_size"], for_features(recipe)
    X = unit_features(network, units, tokenizer, size, precision=precision)
    sha256 = read_json(Path(folder) / "metrics.json")["weights_sha256"]
    network = load_source(folder, lambda: network, name, adapter, sha256)
    return X, unit_features(network, units, tokenizer, size, name, precision), examples


def fit(X: np.ndarray, Y: np.ndarray, recipe: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Fit the affine map from X to Y.

    Args:
        X: [n, D] features under the base model.
        Y: [n, D] features of the same texts under the adapter.
        recipe: ``fit`` ('ridge' or 'sgd') and the settings of :func:`ridge` (``ridge``) or :func:`sgd`.

    Returns:
        weight [D, D] and bias [D], float64, such that Y is about ``X @ weight + bias``.
    """
    return ridge(X, Y, recipe["ridge"]) if recipe["fit"] == "ridge" else sgd(X, Y, recipe)


def ridge(X: np.ndarray, Y: np.ndarray, penalty: float) -> tuple[np.ndarray, np.ndarray]:
    """Fit a map by least squares, shrunk toward the identity, in closed form.

    With Xc, Yc less their column means: W = I + (Xc'Xc + ρI)⁻¹ Xc'(Yc - Xc) and b = mean(Y) - mean(X) W, where
    ρ = penalty · tr(Xc'Xc) / D = penalty · n · mean variance of X's columns.

    An adapter changes the features only a little. The source's texts give no information on directions in which they
    hardly vary. A penalty on W would shrink these directions to 0, although they may separate the target's classes. A
    penalty on W - I leaves them unchanged.

    Args:
        X: [n, D] features under the base model.
        Y: [n, D] features of the same texts under the adapter.
        penalty: The penalty relative to the variance of X.

    Returns:
        weight [D, D] and bias [D], float64.

    Source: Schulte et al. 2024 for the map. The closed form, instead of their gradient descent, is ours.
    """
    X, Y = np.asarray(X, np.float64), np.asarray(Y, np.float64)
    mean_x, mean_y = X.mean(0), Y.mean(0)
    Xc, Yc = X - mean_x, Y - mean_y
    gram, identity = Xc.T @ Xc, np.eye(X.shape[1])
    rho = penalty * np.trace(gram) / len(gram)
    # rho is 0 for one text, or for equal texts, from which only a shift can be estimated
    weight = identity + (np.linalg.solve(gram + rho * identity, Xc.T @ (Yc - Xc)) if rho > 0 else 0.0)
    return weight, mean_y - mean_x @ weight


def sgd(X: np.ndarray, Y: np.ndarray, recipe: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Fit a map by the published recipe: a linear layer, mean squared error, AdamW, a linear schedule.

    Gradients are clipped at norm 1.

    Args:
        X: [n, D] features under the base model.
        Y: [n, D] features of the same texts under the adapter.
        recipe: ``epochs``, ``batch_size``, ``learning_rate``, ``seed``.

    Returns:
        weight [D, D] and bias [D], float64.

    Source: Schulte et al. 2024.
    """
    X, Y = (torch.from_numpy(np.asarray(values, np.float32)) for values in (X, Y))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe["seed"])
        layer = torch.nn.Linear(X.shape[1], Y.shape[1])
        optimizer = torch.optim.AdamW(layer.parameters(), lr=recipe["learning_rate"], weight_decay=_WEIGHT_DECAY)
        size = recipe["batch_size"]
        steps = recipe["epochs"] * -(-len(X) // size)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
        for _ in range(recipe["epochs"]):
            for batch in torch.randperm(len(X)).split(size):
                optimizer.zero_grad()
                torch.nn.functional.mse_loss(layer(X[batch]), Y[batch]).backward()
                torch.nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
                optimizer.step()
                schedule.step()
    weight, bias = (parameter.detach().double().numpy() for parameter in (layer.weight, layer.bias))
    return weight.T.copy(), bias


def explained(X: np.ndarray, Y: np.ndarray, examples: Sequence[int], recipe: dict[str, Any]) -> float:
    """Compute the share of the variance of Y that a map explains on held-out examples.

    A tenth of the examples is held out: 1 - Σ(Y - Ŷ)² / Σ(Y - mean of the other Y)².

    Args:
        X: [n, D] features under the base model.
        Y: [n, D] features of the same texts under the adapter.
        examples: [n] index of each text's example.
        recipe: Settings of :func:`fit`, and ``seed``.

    Returns:
        At most 1; NaN for fewer than two examples.
    """
    examples = np.asarray(examples)
    count = int(examples.max()) + 1
    held_out = np.isin(examples, shuffled(count, recipe["seed"])[: max(count // 10, 1)])
    if held_out.all():
        return float("nan")
    weight, bias = fit(X[~held_out], Y[~held_out], recipe)
    truth = Y[held_out].astype(np.float64)
    error = truth - (X[held_out] @ weight + bias)
    spread = truth - Y[~held_out].astype(np.float64).mean(0)
    return float(1 - (error**2).sum() / max((spread**2).sum(), np.finfo(float).tiny))
