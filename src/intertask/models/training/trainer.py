"""Fine-tuning of an adapter (or of all weights) with a fresh head, safe to interrupt at any moment."""

import math
import shutil
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from adapters import AdapterTrainer
from safetensors.torch import load_file, save_file
from transformers import (
    EarlyStoppingCallback,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint

from ...errors import IntertaskError
from ...types import Batch, Collator, Encoding, TaskType
from ..precision import Precision, autocast
from ..prediction import encoding_length, predict_logits, strip
from .batch_order import BatchesByLength

_WEIGHTS = "trained.safetensors"
_COMPLETE = "complete"
_SECONDS_BETWEEN_CHECKPOINTS = 60
_SECONDS_BETWEEN_LINES = 10


class _Steps(TrainerCallback):
    """Progress lines, timed checkpoints at the ends of epochs, and a mark on every complete checkpoint."""

    def __init__(self, by_clock: bool) -> None:
        self.by_clock = by_clock
        self.saved = self.shown = time.monotonic()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        now = time.monotonic()
        if now - self.shown > _SECONDS_BETWEEN_LINES:
            self.shown = now
            print(f"step {state.global_step}/{state.max_steps}", flush=True)

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        # Only at the end of an epoch, because a run resumed there draws the same batches as an undisturbed run.
        if self.by_clock and time.monotonic() - self.saved > _SECONDS_BETWEEN_CHECKPOINTS:
            self.saved = time.monotonic()
            control.should_save = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        if not math.isfinite((logs or {}).get("loss", 0)):
            raise diverged("the loss", state.global_step, args.learning_rate)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        # The Trainer does not write checkpoints atomically, so a run is not resumed from one without this file.
        (Path(args.output_dir) / f"checkpoint-{state.global_step}" / _COMPLETE).touch()


def diverged(what: str, step: int, learning_rate: float, section: str = "training") -> IntertaskError:
    """Say that a training diverged.

    Args:
        what: What is no longer finite.
        step: Optimizer step at which that was noticed.
        learning_rate: Peak learning rate of the training.
        section: Section of the configuration that has the learning rate.

    Returns:
        The error to raise.
    """
    others = ", or raise 'warmup_ratio'" if section == "training" else ""
    return IntertaskError(
        f"The training diverged: by step {step}, {what} was no longer a finite number.",
        f"config: {section}, learning_rate: {learning_rate:g}",
        f"lower the learning rate{others}; no result was written",
    )


class _TypedTraining:
    """Adds to both Trainers the task type's loss, sampler and dev score, and checkpoints in safetensors."""

    def __init__(
        self,
        *args: Any,
        task_type: TaskType,
        collate: Collator,
        dev: tuple[list, list, dict, str] | None,
        batch_size: int,
        precision: Precision,
        **kwargs: Any,
    ) -> None:
        self.task_type, self.collate, self.dev, self.batch_size = task_type, collate, dev, batch_size
        self.precision = precision
        super().__init__(*args, data_collator=collate, **kwargs)
        self.model_accepts_loss_kwargs = False
        self.can_return_loss = True
        # AdapterFusion pulls its value matrices to the identity. The library adds that gradient after a step, for the
        # next one, so a run that is resumed between the two would lose it. Here it is part of the loss.
        self.penalized = getattr(self, "train_adapter_fusion", False)
        self.train_adapter_fusion = False

    def compute_loss(
        self, model: Any, inputs: Batch, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        with autocast(self.precision, self.args.device):
            loss, logits = self.task_type.loss(model, inputs)
        if self.penalized:
            loss = loss + self.model.base_model.get_fusion_regularization_loss()
        return (loss, logits) if return_outputs else loss

    def _get_train_sampler(self, train_dataset: Any = None) -> BatchesByLength:
        dataset = self.train_dataset if train_dataset is None else train_dataset
        lengths = [encoding_length(encoding) for encoding in dataset]
        return BatchesByLength(lengths, self.args.train_batch_size, self.args.data_seed)

    def evaluate(
        self, eval_dataset: Any = None, ignore_keys: Any = None, metric_key_prefix: str = "eval"
    ) -> dict[str, float]:
        encodings, rows, info, metric = self.dev
        logits = predict_logits(self.model, self.task_type, encodings, self.collate, self.batch_size, self.precision)
        predictions = self.task_type.predict(logits, encodings, rows, info)
        value = self.task_type.score(predictions, rows, info)[metric]
        metrics = {f"{metric_key_prefix}_dev": value}
        print(f"step {self.state.global_step}/{self.state.max_steps}: dev {metric} {value:.2f}", flush=True)
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        trained = {n: p.detach().cpu().clone() for n, p in self.model.named_parameters() if p.requires_grad}
        save_file(trained, folder / _WEIGHTS)

    def _restore(self, folder: str | Path) -> None:
        missing, unexpected = self.model.load_state_dict(load_file(Path(folder) / _WEIGHTS), strict=False)
        trained = {name for name, parameter in self.model.named_parameters() if parameter.requires_grad}
        if unexpected or trained & set(missing):
            raise RuntimeError(f"the checkpoint {folder} belongs to another model")

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        self._restore(resume_from_checkpoint)

    def _load_best_model(self) -> None:
        self._restore(self.state.best_model_checkpoint)


class _AdapterTraining(_TypedTraining, AdapterTrainer):
    """Train the active adapter, or AdapterFusion, and its head; the base model is frozen."""


class _FullTraining(_TypedTraining, Trainer):
    """Train every weight."""


def train(
    model: Any,
    task_type: TaskType,
    collate: Collator,
    encodings: Sequence[Encoding],
    dev: tuple[list, list, dict, str] | None,
    settings: dict[str, Any],
    full: bool,
    seed: int,
    checkpoints: Path,
    precision: Precision = "float32",
) -> dict[str, Any]:
    """Train a model in place, and continue from the last checkpoint of an interrupted run.

    Args:
        model: Model with a head and with the adapter to train active. After the call it has the weights of the best
            checkpoint (with early stopping) or of the last step (without).
        task_type: The type of the task.
        collate: The type's collator.
        encodings: Encoded training rows.
        dev: Encodings, rows, info and metric name of the rows that early stopping evaluates; None for no held-out rows.
        settings: Fields of :class:`intertask.config.Training`.
        full: Whether to train all weights instead of the adapter.
        seed: Seed of the order of batches and of dropout.
        checkpoints: Folder for checkpoints. The caller removes it once the result is written.
        precision: Precision of the forward passes. The weights are float32.

    Returns:
        ``steps`` (of the optimizer), ``epochs``, ``history`` (per epoch: ``step``, ``loss``, the mean training loss of
        the epoch, and, if it was evaluated, ``dev`` in percentage points) and, with early stopping, ``best_dev`` and
        ``best_step``.

    Raises:
        IntertaskError: The loss or a weight is not finite.
    """
    batch_size = settings["batch_size"]
    steps_per_epoch = -(-len(encodings) // batch_size)
    stops_early = dev is not None and settings["patience"] > 0
    interval = steps_per_epoch * settings["evaluate_every"]
    arguments = TrainingArguments(
        output_dir=str(checkpoints),
        per_device_train_batch_size=batch_size,
        learning_rate=settings["learning_rate"],
        num_train_epochs=settings["epochs"],
        max_steps=settings["max_steps"] or -1,
        weight_decay=settings["weight_decay"],
        warmup_ratio=settings["warmup_ratio"],
        max_grad_norm=settings["max_grad_norm"],
        lr_scheduler_type="linear",
        seed=seed,
        data_seed=seed,
        # Once per epoch, before the checkpoint of that step, so that a resumed run has the same history.
        logging_strategy="steps",
        logging_steps=steps_per_epoch,
        report_to=[],
        disable_tqdm=True,
        eval_strategy="steps" if stops_early else "no",
        eval_steps=interval,
        save_strategy="steps" if stops_early else "no",
        save_steps=interval,
        save_total_limit=1,
        load_best_model_at_end=stops_early,
        metric_for_best_model="dev",
        greater_is_better=True,
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        accelerator_config={"non_blocking": torch.cuda.is_available()},
        logging_nan_inf_filter=False,  # the filter would wait for the GPU at every step
    )
    callbacks: list[TrainerCallback] = [_Steps(by_clock=not stops_early)]
    if stops_early:
        callbacks.append(EarlyStoppingCallback(settings["patience"]))
    trainer = (_FullTraining if full else _AdapterTraining)(
        model=model,
        args=arguments,
        train_dataset=strip(encodings, task_type.EXTRA_KEYS),
        eval_dataset=[] if stops_early else None,
        callbacks=callbacks,
        task_type=task_type,
        collate=collate,
        dev=dev,
        batch_size=2 * batch_size,
        precision=precision,
    )
    trainer.remove_callback(PrinterCallback)
    last = _last_complete(checkpoints)
    if last:
        print(f"resuming from {last.name}", flush=True)
    with warnings.catch_warnings():
        # The Trainer then sorts checkpoints by their numbers, which is correct.
        warnings.filterwarnings("ignore", message="mtime may not be reliable")
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    for name, weight in model.named_parameters():
        if weight.requires_grad and not torch.isfinite(weight).all():
            raise diverged(f"the weight {name}", trainer.state.global_step, settings["learning_rate"])
    result = {"steps": trainer.state.global_step, "epochs": round(trainer.state.epoch or 0, 3)}
    result["history"] = _history(trainer.state.log_history)
    if stops_early:
        result["best_dev"] = trainer.state.best_metric
        result["best_step"] = trainer.state.best_global_step
    return result


def _history(log: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """Loss and dev score by step, from the Trainer's log, which is part of every checkpoint."""
    names = {"loss": "loss", "eval_dev": "dev"}
    steps: dict[int, dict[str, float]] = {}
    for entry in log:
        values = {names[key]: value for key, value in entry.items() if key in names}
        if values:
            steps.setdefault(entry["step"], {"step": entry["step"]}).update(values)
    return list(steps.values())


def _last_complete(folder: Path) -> Path | None:
    """The newest complete checkpoint; incomplete ones are removed."""
    while folder.is_dir() and (last := get_last_checkpoint(str(folder))):
        if (Path(last) / _COMPLETE).exists():
            return Path(last)
        shutil.rmtree(last)
    return None
