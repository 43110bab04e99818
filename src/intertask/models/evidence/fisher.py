"""Fisher embeddings (TaskEmb): how strongly the examples of a task pull at its adapter and at each layer."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...seeded import shuffled
from ...types import TaskType
from ..adapters import FULL, load_source
from ..base import load_model
from ..precision import Precision, autocast, device, for_features, for_training, to_device
from ..prediction import strip
from ..training.fewshot import NAME, draw_shots, encoder, fresh_model, rescaled, train_steps


def diagonal_fisher(
    model,
    task_type: TaskType,
    encodings: Sequence[dict[str, Any]],
    collate: Callable,
    adapter: str,
    precision: Precision = "float32",
) -> dict[str, np.ndarray]:
    """Diagonal of the empirical Fisher information of the adapter, and the same of the outputs of the layers.

    For a tensor c of the adapter F_c = (1/n) Σ_i g_i², g_i the gradient of the loss of example i with its gold label.
    For a layer F = (1/n) Σ_i (Σ_t g_it)² / T_i, g_it the gradient with respect to the layer's output at token t and
    T_i the number of tokens that are not padding.

    Each example goes through the model alone: the square of the gradient of a batch's mean loss, as in the published
    code, depends on the size of the batch. A window of a long row is an example of its own. No dropout.

    Args:
        model: With the adapter :data:`~intertask.models.training.fewshot.NAME` and the task's head active.
        task_type: A task type.
        encodings: n labelled encodings, from the type's ``encode``.
        collate: The type's collator.
        adapter: The configuration string; with 'full' there are layers only.
        precision: Of the forward passes.

    Returns:
        Float32 vectors: of each tensor of the adapter, flattened, by its name in the model (free of the task's name),
        and of each layer, [D], by ``layer{i}.output``.

    Source: Vu et al. 2020, https://arxiv.org/abs/2005.00770.
    """
    model.to(device()).eval()
    weights = {} if adapter == FULL else _adapter_parameters(model)
    sums: dict[str, torch.Tensor] = {}
    with _layer_outputs(model) as outputs:
        for encoding in strip(encodings, task_type.EXTRA_KEYS):
            outputs.clear()
            batch = to_device(collate([encoding]), model.device)
            with autocast(precision, model.device):
                loss, _ = task_type.loss(model, batch)
            gradients = torch.autograd.grad(
                loss, [*outputs, *weights.values()], allow_unused=True, materialize_grads=True
            )
            tokens = _real_tokens(batch)
            squares = [_token_sum(gradient, tokens).square() / tokens.sum() for gradient in gradients[: len(outputs)]]
            # in float64: the square of a small gradient leaves float16, and may leave float32
            squares += [gradient.double().square().flatten() for gradient in gradients[len(outputs) :]]
            names = [*(f"layer{i}.output" for i in range(len(outputs))), *weights]
            for name, square in zip(names, squares, strict=True):
                sums[name] = sums[name] + square if name in sums else square
    return {name: (total / len(encodings)).cpu().numpy().astype(np.float32) for name, total in sums.items()}


def _adapter_parameters(model) -> dict[str, torch.nn.Parameter]:
    """Tensors of the adapter by the name that they have for every task."""
    return {
        name.replace(f".{NAME}.", ".*."): parameter
        for name, parameter in model.named_parameters()
        if f".{NAME}." in name and not name.startswith("heads.")
    }


@contextmanager
def _layer_outputs(model) -> Iterator[list[torch.Tensor]]:
    """A list to which every layer adds its output [B, L, D] in each forward pass, with a gradient to be had."""
    outputs: list[torch.Tensor] = []

    def keep(module, inputs, output):
        hidden = output if isinstance(output, torch.Tensor) else output[0]
        if not hidden.requires_grad:  # nothing trainable below it
            hidden.requires_grad_()
        outputs.append(hidden)

    hooks = [layer.register_forward_hook(keep) for _, layer in model.iter_layers()]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


def _real_tokens(batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """[B, L], for multiple choice [choices, L]: 1 for tokens that are not padding, nor of a choice that is none."""
    mask = batch["attention_mask"]
    if "choice_mask" in batch:
        mask = mask * batch["choice_mask"].unsqueeze(-1)
    return mask.flatten(0, -2)


def _token_sum(gradient: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Sum over real tokens, [D] float64; prompt tuning puts positions of its own before the text's."""
    return (gradient[:, -tokens.shape[1] :].double() * tokens.unsqueeze(-1)).sum((0, 1))


def trained_fisher(
    folder: Path, base: Model, prepared: Prepared, recipe: dict[str, Any], trained: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Fisher embedding of a task's trained adapter, with its trained head.

    Args:
        folder: ``results/adapters/{model}/{task}``.
        base: The base model.
        prepared: Rows of the task; training rows only are used.
        recipe: ``adapter``, ``max_examples`` (a seeded stratified subset), ``max_length``, ``stride``, ``seed``;
            maybe ``precision``.
        trained: The folder's ``metrics.json``.

    Returns:
        As :func:`diagonal_fisher`; empty where the head of a published adapter does not fit the task: there is no loss.

    Raises:
        IntertaskError: The weights are not those that ``metrics.json`` speaks of.
    """
    if not trained.get("published", {"head": {"fits": True}})["head"]["fits"]:
        return {}
    model = load_source(folder, lambda: load_model(base), NAME, recipe["adapter"], trained["weights_sha256"])
    model.load_head(str(folder), load_as=NAME, use_safetensors=True)
    return _fisher_of_subset(model, base, prepared, recipe, trained["label_scale"])


def few_shot_fisher(base: Model, prepared: Prepared, recipe: dict[str, Any]) -> dict[str, np.ndarray]:
    """Fisher embedding of a task after a few steps of training.

    Adapters of all tasks start from the same initial weights, so that their coordinates are comparable.

    Args:
        base: The base model.
        prepared: Rows of the task; training rows only are used.
        recipe: As for :func:`trained_fisher`, and ``steps`` (how many) and ``fewshot`` (``max_examples``, ``held_out``,
            ``batch_size``, ``learning_rate``); trained on the examples that few-shot fine-tuning trains on.

    Returns:
        As :func:`diagonal_fisher`.

    Source: Poth et al. 2021, https://arxiv.org/abs/2104.08247 (FS-TaskEmb).
    """
    model = fresh_model(base, recipe["adapter"], recipe["seed"])
    shots = draw_shots(base, model.config, prepared.info, prepared.train, recipe, recipe["fewshot"])
    for _ in train_steps(model, shots, recipe["fewshot"], [recipe["steps"]], recipe["seed"], for_training(recipe)):
        pass
    return _fisher_of_subset(model, base, prepared, recipe, shots.label_scale)


def _fisher_of_subset(
    model, base: Model, prepared: Prepared, recipe: dict[str, Any], label_scale
) -> dict[str, np.ndarray]:
    """Fisher embedding from a seeded stratified subset of the training rows, and of at most as many windows."""
    rows = stratified_subset(list(prepared.train), recipe["max_examples"], recipe["seed"], prepared.info["type"])
    task_type, encode, collate = encoder(base, model.config, prepared.info, recipe)
    encodings = encode(rescaled(rows, label_scale))
    chosen = shuffled(len(encodings), recipe["seed"])[: recipe["max_examples"]]
    encodings = [encodings[i] for i in sorted(chosen)]
    return diagonal_fisher(model, task_type, encodings, collate, recipe["adapter"], for_features(recipe))
