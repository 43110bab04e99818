"""Follow a training in a test: its weights, scripted dev scores and an interruption."""

from collections.abc import Sequence

import pytest
import torch

from intertask.models.training import trainer
from intertask.types import classification


def weights(model) -> dict[str, torch.Tensor]:
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def assert_same(a: dict, b: dict) -> None:
    assert a.keys() == b.keys()
    assert all(torch.equal(a[name], b[name]) for name in a)


def script_dev_scores(monkeypatch: pytest.MonkeyPatch, scores: Sequence[float]) -> dict[str, torch.Tensor]:
    """Replace the dev scores of each epoch; returns a dictionary that gets the weights of the best epoch."""
    remaining, at_best = iter(scores), {}

    def scripted(self, *args, **kwargs):
        metrics = {"eval_dev": next(remaining)}
        if metrics["eval_dev"] == max(scores):
            at_best.update(weights(self.model))
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    monkeypatch.setattr(trainer._TypedTraining, "evaluate", scripted)
    return at_best


def interrupt_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    """Make the next training stop as Ctrl-C would, after a number of batches."""
    calls, loss = 0, classification.loss

    def failing(model, batch):
        nonlocal calls
        calls += model.training
        if calls > batches:
            raise KeyboardInterrupt
        return loss(model, batch)

    monkeypatch.setattr(classification, "loss", failing)
