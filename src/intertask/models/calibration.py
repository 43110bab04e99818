"""Measure how fast a model is on this machine: seconds per text, without and with training, at several lengths.

Speed does not depend on the weights, so they are random; only the model's ``config.json`` is needed.
"""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from adapters import AutoAdapterModel
from torch.nn.utils import clip_grad_norm_
from transformers import AutoConfig, AutoModel

from ..config import Model
from ..errors import IntertaskError
from ..types import Encoding, classification
from .adapters import add_fresh_adapter
from .base import load_configuration, text_positions
from .evidence.fisher import diagonal_fisher
from .precision import Precision, autocast, device
from .training.fewshot import NAME

#: Dimensions of well-known models, by the last part of the hub id, so that planning their runs needs no network. The
#: other dimensions are those of BERT-base: 12 layers, hidden size 768. Source: the models' ``config.json`` on the hub.
_ROBERTA = {"vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1}
_PUBLISHED: dict[str, tuple[str, dict[str, int]]] = {
    "roberta-base": ("roberta", _ROBERTA),
    "roberta-base-nli-stsb-mean-tokens": ("roberta", _ROBERTA),  # the paper's sentence encoder
    "bert-base-uncased": ("bert", {"vocab_size": 30522}),
}
#: Maximum number of tokens in one pass on a CPU. With more, the time per text is the same.
_MAX_CPU_TOKENS = 512
#: A call is repeated for at least this many seconds and this many times, unless it takes longer than the maximum.
_MIN_SECONDS, _MIN_REPEATS, _MAX_SECONDS = 0.2, 3, 1.5


def calibrate(
    model: Model,
    adapter: str | None,
    lengths: Sequence[int],
    batch_size: int,
    training: Precision = "float32",
    features: Precision = "float32",
) -> dict[str, Any]:
    """Measure a model with random weights on the device that a job would get.

    Args:
        model: The model. Its configuration is loaded, except for well-known models.
        adapter: The adapters' configuration string, 'full', or None for an encoder that is not trained.
        lengths: Tokens per text at which to measure. Lengths beyond the model's positions are reduced.
        batch_size: Texts per batch. Batches of long texts are smaller on a CPU, and on a GPU if they do not fit.
        training: Precision of training.
        features: Precision of the other passes.

    Returns:
        ``device``, ``threads`` (0 for a GPU), ``start`` (seconds from the start of this process until the model was
        ready), ``step`` (seconds of an optimizer step), ``lengths`` (as measured), and for each length the seconds per
        text: ``forward``, ``trained`` (a training step without ``step``), ``alone`` (the passes of a Fisher
        embedding). The last two are empty without an adapter. If the configuration could not be loaded, only
        ``failed`` with the reason.

    Raises:
        IntertaskError: ``adapters`` does not know the adapter's configuration string.
    """
    age = _process_age()
    try:
        config = _configuration(model)
    except IntertaskError as error:
        return {"failed": error.what}
    begun = time.perf_counter()
    target = device()
    torch.manual_seed(0)
    network = AutoModel.from_config(config) if adapter is None else AutoAdapterModel.from_config(config)
    if adapter is not None:
        add_fresh_adapter(network, NAME, adapter)
        classification.add_head(network, NAME, {"labels": ["0", "1"]})
    network.to(target)
    start = age + time.perf_counter() - begun
    seconds: dict[str, list[float]] = {"forward": [], "trained": [], "alone": []}
    lengths = sorted({min(length, text_positions(config) or length) for length in lengths})
    for length in lengths:
        size = batch_size if target.type == "cuda" else max(min(batch_size, _MAX_CPU_TOKENS // length), 1)
        seconds["forward"].append(
            _per_text(lambda batch: _forward(network, batch, features), config, length, size, target)
        )
        if adapter is not None:
            seconds["trained"].append(
                _per_text(lambda batch: _train(network, batch, training), config, length, size, target)
            )
            seconds["alone"].append(_alone(network, config, adapter, length, target, features))
    return {
        "device": torch.cuda.get_device_name(target) if target.type == "cuda" else _processor(),
        "threads": 0 if target.type == "cuda" else torch.get_num_threads(),
        "start": round(start, 3),
        "step": _optimizer_step(network, config, lengths[0], target) if adapter is not None else 0.0,
        "lengths": lengths,
        **seconds,
    }


def _configuration(model: Model) -> Any:
    """Configuration of a model; for a well-known model, no file is read."""
    known = None if Path(model.path).exists() else _PUBLISHED.get(model.path.rpartition("/")[2])
    return load_configuration(model) if known is None else AutoConfig.for_model(known[0], **known[1])


def _batch(config: Any, length: int, size: int, device: torch.device) -> dict[str, torch.Tensor]:
    """Texts of random tokens, [size, length]."""
    first = min(100, config.vocab_size // 2)  # special tokens have the first numbers
    return {
        "input_ids": torch.randint(first, config.vocab_size, (size, length)).to(device),
        "attention_mask": torch.ones(size, length, dtype=torch.long, device=device),
    }


def _forward(network: Any, batch: dict[str, torch.Tensor], precision: Precision) -> None:
    network.eval()
    with torch.inference_mode(), autocast(precision, network.device):
        network.base_model(**batch)


def _train(network: Any, batch: dict[str, torch.Tensor], precision: Precision) -> None:
    network.train()
    labels = torch.zeros(len(batch["input_ids"]), dtype=torch.long, device=batch["input_ids"].device)
    with autocast(precision, network.device):
        loss, _ = classification.loss(network, {**batch, "labels": labels})
    loss.backward()
    network.zero_grad()


def _per_text(
    call: Callable[[dict[str, torch.Tensor]], None], config: Any, length: int, size: int, device: torch.device
) -> float:
    """Seconds per text of ``call`` on a batch, halved until it fits in the GPU's memory."""
    while True:
        batch = _batch(config, length, size, device)
        try:
            return _seconds(lambda batch=batch: call(batch), device) / size
        except torch.cuda.OutOfMemoryError:
            if size == 1:
                raise
            size //= 2
            torch.cuda.empty_cache()


def _alone(network: Any, config: Any, adapter: str, length: int, device: torch.device, precision: Precision) -> float:
    """Seconds per text of a Fisher embedding, for which each text is a batch by itself."""

    def collate(encodings: Sequence[Encoding]) -> dict[str, torch.Tensor]:
        return {**_batch(config, length, 1, torch.device("cpu")), "labels": torch.tensor([0])}

    return _seconds(lambda: diagonal_fisher(network, classification, [{}], collate, adapter, precision), device)


def _optimizer_step(network: Any, config: Any, length: int, device: torch.device) -> float:
    """Seconds of clipping the gradients and one step of AdamW."""
    network.train()
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters)
    batch = _batch(config, length, 1, device)
    classification.loss(network, {**batch, "labels": torch.zeros(1, dtype=torch.long, device=device)})[0].backward()

    def step() -> None:
        clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    return _seconds(step, device)


def _seconds(call: Callable[[], Any], device: torch.device) -> float:
    """Median seconds of several calls, after one call that is not measured."""

    def timed() -> float:
        begun = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - begun

    timed()
    times: list[float] = []
    while sum(times) < (_MAX_SECONDS if len(times) < _MIN_REPEATS else _MIN_SECONDS):
        times.append(timed())
    return statistics.median(times)


def _process_age() -> float:
    """Seconds since this process (of a warm worker: its fork) began; 0 if there is no /proc."""
    try:
        began = int(Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    except OSError:
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    """Name of the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "CPU"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "CPU")
