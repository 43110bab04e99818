"""Fine-tuning of several adapters of one frozen model at once.

Each run has its own batches, loss, gradient norm, optimizer, learning rate and early stopping, as in
:mod:`.trainer`; the runs share nothing but the pass through the frozen weights. On a GPU this is many times faster,
because a single small run leaves the GPU waiting for the next operation.
"""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from transformers import get_linear_schedule_with_warmup

from ...errors import IntertaskError
from ...types import Tokenizer
from ...types.batches import padding_values
from ..precision import Precision, autocast, device, to_device
from ..prediction import encoding_length, strip
from . import group_checkpoint
from .batch_order import epoch_order
from .fine_tuning import Run
from .stacked import WithOutput, can_stack, encode_together, stacked
from .trainer import diverged

_SECONDS_BETWEEN_CHECKPOINTS = 60
_SECONDS_BETWEEN_LINES = 10


def train_together(
    model: Any,
    runs: Sequence[Run],
    tokenizer: Tokenizer,
    precision: Precision = "float32",
    checkpoint: Path | None = None,
) -> list[dict[str, Any]]:
    """Train the adapters and heads of several runs in place, and go on from the checkpoint of an interrupted training.

    Args:
        model: The model, with one adapter and one head per run, named as the run. Its other weights stay as they are.
        runs: The runs.
        tokenizer: The model's tokenizer.
        precision: Precision of the forward passes. Trained weights are float32. With bf16, the model's frozen matrices
            are rounded to bf16 once, as autocast would do in every step.
        checkpoint: File for the checkpoint, which is written about once a minute. The caller removes it once the
            results are written.

    Returns:
        For each run what :func:`intertask.models.training.trainer.train` returns.

    Raises:
        IntertaskError: The adapters cannot be trained together, or the loss or a weight is not finite.
    """
    names = [run.name for run in runs]
    if not can_stack(model, names):
        raise IntertaskError(
            "Only plain bottleneck adapters of one configuration can be trained together.",
            "config: adapter",
            "use 'seq_bn' or another bottleneck adapter, or train one adapter at a time",
        )
    target, padding = device(), padding_values(tokenizer)
    model.to(target)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    if precision == "bf16":
        _round_frozen(model, names)
    members = [_Member(model, run) for run in runs]
    if checkpoint is not None and group_checkpoint.restore(checkpoint, members):
        print(f"resuming from step {sum(m.step for m in members)} of {len(members)} runs", flush=True)
    shown, active = time.monotonic(), [member for member in members if not member.ended()]
    saved = shown

    def save_by_clock() -> None:
        nonlocal saved
        if checkpoint is None or any(member.is_to_be_evaluated() for member in members):
            return
        if time.monotonic() - saved > _SECONDS_BETWEEN_CHECKPOINTS:
            group_checkpoint.save(checkpoint, members)
            saved = time.monotonic()

    while active:
        model.train()
        with stacked(model, [member.run.name for member in active]):
            number = len(active)
            while len(active) == number:
                _step(model, active, padding, precision, target)
                active = [member for member in active if not member.ended()]
                if any(member.is_to_be_evaluated() for member in active):
                    break
                save_by_clock()
                if time.monotonic() - shown > _SECONDS_BETWEEN_LINES:
                    shown = time.monotonic()
                    steps, total = sum(m.step for m in members), sum(m.total for m in members)
                    print(f"step {steps}/{total} of {len(members)} runs", flush=True)
        for member in members:
            if member.is_to_be_evaluated():
                member.evaluate(model, precision)
        save_by_clock()
        active = [member for member in active if not member.ended()]
    return [member.result() for member in members]


def activate(model: Any, name: str) -> None:
    """Make one adapter and its head the active ones.

    Args:
        model: The model.
        name: Name of the adapter and of the head.
    """
    model.set_active_adapters(name)
    model.active_head = name


def _round_frozen(model: Any, names: Sequence[str]) -> None:
    """Store the encoder's frozen matrices as bf16; those of the runs and all norms stay float32."""
    trained = tuple(f".{name}." for name in names)
    for name, module in model.base_model.named_modules():
        if isinstance(module, nn.Linear) and not any(part in f".{name}." for part in trained):
            module.to(torch.bfloat16)


class _Member:
    """The state of one run: optimizer, schedule, number of steps, best weights."""

    def __init__(self, model: Any, run: Run) -> None:
        self.run, settings = run, run.settings
        self.encodings = strip(run.encodings, run.task_type.EXTRA_KEYS)
        self.lengths = [encoding_length(encoding) for encoding in self.encodings]
        self.size = settings["batch_size"]
        self.per_epoch = -(-len(self.encodings) // self.size)
        self.total = settings["max_steps"] or self.per_epoch * settings["epochs"]
        self.stops_early = run.dev is not None and settings["patience"] > 0
        self.weights = {
            name: parameter
            for name, parameter in model.named_parameters()
            if f".{run.name}." in name or name.startswith(f"heads.{run.name}.")
        }
        for parameter in self.weights.values():
            parameter.requires_grad_(True)
        biases = [parameter for parameter in self.weights.values() if parameter.ndim < 2]
        matrices = [parameter for parameter in self.weights.values() if parameter.ndim >= 2]
        self.optimizer = torch.optim.AdamW(
            [{"params": matrices, "weight_decay": settings["weight_decay"]}, {"params": biases, "weight_decay": 0.0}],
            lr=settings["learning_rate"],
            fused=device().type == "cuda",
        )
        warmup = math.ceil(self.total * settings["warmup_ratio"])
        self.schedule = get_linear_schedule_with_warmup(self.optimizer, warmup, self.total)
        self.step = self.evaluated_at = self.without_gain = 0
        self.losses: list[torch.Tensor] = []
        self.history: dict[int, dict[str, float]] = {}
        self.best: tuple[float, int, dict[str, torch.Tensor]] | None = None
        self.order: list[int] = []

    def next_batch(self) -> dict[str, torch.Tensor]:
        """The padded rows of the next step."""
        epoch, position = divmod(self.step, self.per_epoch)
        if position == 0 or not self.order:  # empty after an interruption
            self.order = epoch_order(self.lengths, self.size, self.run.seed, epoch)
        rows = self.order[position * self.size : (position + 1) * self.size]
        return self.run.collate([self.encodings[row] for row in rows])

    def update(self, loss: torch.Tensor) -> None:
        """One step of the optimizer, after the backward pass."""
        clip_grad_norm_(list(self.weights.values()), self.run.settings["max_grad_norm"])
        self.optimizer.step()
        self.schedule.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.losses.append(loss.detach())
        if self.step % self.per_epoch == 0:
            mean = float(torch.stack(self.losses).mean())
            if not math.isfinite(mean):
                raise diverged("the loss", self.step, self.run.settings["learning_rate"])
            self.history[self.step] = {"step": self.step, "loss": round(mean, 4)}
            self.losses = []

    def is_to_be_evaluated(self) -> bool:
        """Whether early stopping looks at the weights now."""
        interval = self.per_epoch * self.run.settings["evaluate_every"]
        return self.stops_early and self.step > self.evaluated_at and self.step % interval == 0

    def ended(self) -> bool:
        """Whether the run takes no more steps."""
        return self.step >= self.total or (self.stops_early and self.without_gain >= self.run.settings["patience"])

    def evaluate(self, model: Any, precision: Precision) -> None:
        """Score the held-out rows, and keep the weights if they are the best so far."""
        encodings, rows, _, metric = self.run.dev
        activate(model, self.run.name)
        value = self.run.score(model, encodings, rows, precision)[0][metric]
        print(f"{self.run.name}: step {self.step}/{self.total}: dev {metric} {value:.2f}", flush=True)
        self.evaluated_at = self.step
        self.history.setdefault(self.step, {"step": self.step})["dev"] = value
        if self.best is None or value > self.best[0]:
            weights = {name: parameter.detach().clone() for name, parameter in self.weights.items()}
            self.best, self.without_gain = (value, self.step, weights), 0
        else:
            self.without_gain += 1

    def result(self) -> dict[str, Any]:
        """Put the best weights in place, and describe the training."""
        if self.best is not None:
            with torch.no_grad():
                for name, parameter in self.weights.items():
                    parameter.copy_(self.best[2][name])
        for name, weight in self.weights.items():
            if not torch.isfinite(weight).all():
                raise diverged(f"the weight {name}", self.step, self.run.settings["learning_rate"])
        result = {"steps": self.step, "epochs": round(self.step / self.per_epoch, 3)}
        result["history"] = list(self.history.values())
        if self.best is not None:
            result |= {"best_dev": self.best[0], "best_step": self.best[1]}
        return result


def _step(
    model: Any, members: Sequence[_Member], padding: dict[str, int], precision: Precision, target: torch.device
) -> None:
    """One optimizer step of every run."""
    batches = [to_device(member.next_batch(), target) for member in members]
    losses = []
    with autocast(precision, target):
        for member, batch, output in zip(members, batches, encode_together(model, batches, padding), strict=True):
            losses.append(member.run.task_type.loss(WithOutput(model, member.run.name, output), batch)[0])
    torch.stack(losses).sum().backward()
    for member, loss in zip(members, losses, strict=True):
        member.update(loss)
