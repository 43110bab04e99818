"""The checkpoint of runs that are trained together: one file, from which they go on as if nothing had happened."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from ...files import atomic

_COUNTS = ("step", "evaluated_at", "without_gain")
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


class Member(Protocol):
    """The state of one run; see :class:`intertask.models.training.together._Member`."""

    run: Any
    weights: dict[str, torch.nn.Parameter]
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    step: int
    evaluated_at: int
    without_gain: int
    losses: list[torch.Tensor]
    history: dict[int, dict[str, float]]
    best: tuple[float, int, dict[str, torch.Tensor]] | None


def save(path: str | os.PathLike, members: Sequence[Member]) -> None:
    """Write weights, optimizers, counts, histories, best weights and the state of the random numbers, atomically.

    Args:
        path: The file.
        members: All runs, none of which is about to be evaluated.
    """
    tensors, counts = {"random/cpu": torch.get_rng_state()}, {}
    if torch.cuda.is_available():
        tensors["random/cuda"] = torch.cuda.get_rng_state()
    for member in members:
        name = member.run.name
        counts[name] = {key: getattr(member, key) for key in _COUNTS}
        counts[name] |= {"history": list(member.history.values()), "best": member.best and member.best[:2]}
        for key, weight in member.weights.items():
            tensors[f"{name}/weight/{key}"] = weight.detach()
            for moment, value in member.optimizer.state[weight].items():
                tensors[f"{name}/{moment}/{key}"] = value
            if member.best is not None:
                tensors[f"{name}/best/{key}"] = member.best[2][key]
        if member.losses:
            tensors[f"{name}/losses"] = torch.stack(member.losses)
    with atomic(path) as temporary:
        save_file({key: value.contiguous() for key, value in tensors.items()}, temporary, {"runs": json.dumps(counts)})


def restore(path: str | os.PathLike, members: Sequence[Member]) -> bool:
    """Put runs in the state that :func:`save` wrote.

    Args:
        path: The file. It need not exist.
        members: The same runs in the same order, before their first step.

    Returns:
        Whether the file existed.
    """
    if not Path(path).exists():
        return False
    with safe_open(path, framework="pt") as file:
        counts, names = json.loads(file.metadata()["runs"]), set(file.keys())
        for member in members:
            _restore_member(member, counts[member.run.name], file, names)
        torch.set_rng_state(file.get_tensor("random/cpu"))
        if "random/cuda" in names and torch.cuda.is_available():
            torch.cuda.set_rng_state(file.get_tensor("random/cuda"))
    return True


def _restore_member(member: Member, counts: dict[str, Any], file: Any, names: set[str]) -> None:
    """Restore one run from the open file, which has tensors of these names."""
    name, best = member.run.name, {}
    for key in _COUNTS:
        setattr(member, key, counts[key])
    member.history = {entry["step"]: entry for entry in counts["history"]}
    for key, weight in member.weights.items():
        with torch.no_grad():
            weight.copy_(file.get_tensor(f"{name}/weight/{key}"))
        for moment in _MOMENTS:
            if (stored := f"{name}/{moment}/{key}") in names:
                # The number of steps is on the CPU, except for fused optimizers.
                fused = moment != "step" or member.optimizer.defaults.get("fused")
                value = file.get_tensor(stored)
                member.optimizer.state[weight][moment] = value.to(weight.device) if fused else value
        if counts["best"]:
            best[key] = file.get_tensor(f"{name}/best/{key}").to(weight.device)
    member.best = (*counts["best"], best) if counts["best"] else None
    if f"{name}/losses" in names:
        device = next(iter(member.weights.values())).device
        member.losses = list(file.get_tensor(f"{name}/losses").to(device))
    member.schedule.last_epoch = member.step
    groups = zip(member.optimizer.param_groups, member.schedule.base_lrs, member.schedule.lr_lambdas, strict=True)
    for group, rate, factor in groups:
        group["lr"] = rate * factor(member.step)
