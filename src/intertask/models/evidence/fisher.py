"""Fisher embeddings (TaskEmb): mean squared gradients of an adapter's parameters and of the layers' outputs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ...config import Model
from ...data import Prepared
from ...data.subset import stratified_subset
from ...errors import IntertaskError
from ...seeded_order import shuffled
from ...types import Collator, Encoding, TaskType
from ..adapters import FULL, load_source
from ..base import load_model
from ..precision import Precision, autocast, device, for_features, for_training, to_device
from ..prediction import strip
from ..training.fewshot import NAME, draw_shots, encoder, fresh_model, rescaled, train_steps


def diagonal_fisher(
    model: Any,
    task_type: TaskType,
    encodings: Sequence[Encoding],
    collate: Collator,
    adapter: str,
    precision: Precision = "float32",
) -> dict[str, np.ndarray]:
    """Compute the diagonal of the empirical Fisher information of the adapter and of the layers' outputs.

    For a tensor c of the adapter, F_c = (1/n) Σ_i g_i², where g_i is the gradient of the loss of example i with its
    gold label. For a layer, F = (1/n) Σ_i (Σ_t g_it)² / T_i, where g_it is the gradient with respect to the layer's
    output at token t and T_i is the number of tokens that are not padding.

    Each example is a batch by itself, because the square of the gradient of a batch's mean loss, as in the published
    code, depends on the batch size. A window of a long row counts as an example. There is no dropout.

    Args:
        model: Model with the adapter :data:`~intertask.models.training.fewshot.NAME` and the task's head active.
        task_type: The type of the task.
        encodings: n labeled encodings from the type's ``encode``.
        collate: The type's collator.
        adapter: The adapters' configuration string; with 'full', only the layers' outputs are used.
        precision: Precision of the forward passes.

    Returns:
        Name -> float32 vector: each flattened tensor of the adapter by its name in the model, with ``*`` for the task's
        name; and each layer, [D], as ``layer{i}.output``.

    Raises:
        IntertaskError: A gradient is not finite.

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
    result = {name: (total / len(encodings)).cpu().numpy().astype(np.float32) for name, total in sums.items()}
    if bad := next((name for name, values in result.items() if not np.isfinite(values).all()), None):
        raise IntertaskError(
            f"The gradients of {bad} are not finite numbers.",
            "config: training, learning_rate",
            "lower the learning rate of the adapter, or set 'precision: float32'",
        )
    return result


def _adapter_parameters(model: Any) -> dict[str, torch.nn.Parameter]:
    """Tensors of the adapter by names that are the same for every task."""
    return {
        name.replace(f".{NAME}.", ".*."): parameter
        for name, parameter in model.named_parameters()
        if f".{NAME}." in name and not name.startswith("heads.")
    }


@contextmanager
def _layer_outputs(model: Any) -> Iterator[list[torch.Tensor]]:
    """A list to which every layer adds its output [B, L, D] in each forward pass, such that it gets a gradient."""
    outputs: list[torch.Tensor] = []

    def keep(module: Any, inputs: Any, output: Any) -> None:
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
    """1 for tokens that are neither padding nor of an empty choice: [B, L], for multiple choice [choices, L]."""
    mask = batch["attention_mask"]
    if "choice_mask" in batch:
        mask = mask * batch["choice_mask"].unsqueeze(-1)
    return mask.flatten(0, -2)


def _token_sum(gradient: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
    """Sum over real tokens, [D] float64, without the positions that prompt tuning puts before the text's."""
    return (gradient[:, -tokens.shape[1] :].double() * tokens.unsqueeze(-1)).sum((0, 1))


def trained_fisher(
    folder: Path, base: Model, prepared: Prepared, recipe: dict[str, Any], trained: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Compute the Fisher embedding of a task's trained adapter, with its trained head.

    Args:
        folder: ``results/adapters/{model}/{task}``.
        base: The base model.
        prepared: Rows of the task. Only training rows are used.
        recipe: ``adapter``, ``max_examples`` (of a seeded stratified subset), ``max_length`` and ``stride`` (in
            tokens), ``seed``; optionally ``precision``.
        trained: The folder's ``metrics.json``.

    Returns:
        As :func:`diagonal_fisher`; empty if the head of a published adapter does not fit the task, because the task's
        loss is then not defined.

    Raises:
        IntertaskError: The weights differ from those that ``metrics.json`` describes.
    """
    if not trained.get("published", {"head": {"fits": True}})["head"]["fits"]:
        return {}
    model = load_source(folder, lambda: load_model(base), NAME, recipe["adapter"], trained["weights_sha256"])
    model.load_head(str(folder), load_as=NAME, use_safetensors=True)
    return _fisher_of_subset(model, base, prepared, recipe, trained["label_scale"])


def few_shot_fisher(base: Model, prepared: Prepared, recipe: dict[str, Any]) -> dict[str, np.ndarray]:
    """Compute the Fisher embedding of a task after a few steps of training.

    The adapters of all tasks start from the same initial weights, so that their coordinates are comparable. They are
    trained on the same examples as few-shot fine-tuning.

    Args:
        base: The base model.
        prepared: Rows of the task. Only training rows are used.
        recipe: As for :func:`trained_fisher`, and ``steps`` (number of optimizer steps) and ``fewshot``
            (``max_examples``, ``held_out``, ``batch_size``, ``learning_rate``).

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
    model: Any, base: Model, prepared: Prepared, recipe: dict[str, Any], label_scale: dict[str, float] | None
) -> dict[str, np.ndarray]:
    """Fisher embedding from a seeded stratified subset of the training rows, and at most ``max_examples`` windows."""
    rows = stratified_subset(list(prepared.train), recipe["max_examples"], recipe["seed"], prepared.info["type"])
    task_type, encode, collate = encoder(base, model.config, prepared.info, recipe)
    encodings = encode(rescaled(rows, label_scale))
    chosen = shuffled(len(encodings), recipe["seed"])[: recipe["max_examples"]]
    encodings = [encodings[i] for i in sorted(chosen)]
    return diagonal_fisher(model, task_type, encodings, collate, recipe["adapter"], for_features(recipe))
