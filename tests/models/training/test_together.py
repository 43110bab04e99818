"""Runs that are trained together end as the same runs trained one by one."""

import pytest
import torch
from torch import nn
from training_runs import weights

from intertask.data import Prepared
from intertask.models.adapters import add_fresh_adapter
from intertask.models.base import load_model, load_tokenizer
from intertask.models.training.fine_tuning import fine_tune, outcome, prepare_run
from intertask.models.training.seeds import set_seed
from intertask.models.training.together import activate, train_together


@pytest.fixture(autouse=True)
def without_dropout(monkeypatch):
    """Dropout draws differ between one large batch and several small ones."""
    monkeypatch.setattr(nn.Dropout, "forward", lambda self, values: values)
    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", _attention_without_dropout)


_attention = torch.nn.functional.scaled_dot_product_attention


def _attention_without_dropout(*args, dropout_p=0.0, **kwargs):
    return _attention(*args, dropout_p=0.0, **kwargs)


def of_size(task: Prepared, rows: int) -> Prepared:
    return Prepared(task.info, task.train[:rows], task.validation)


@pytest.mark.parametrize("patience", [0, 1])
@pytest.mark.parametrize("adapter", ["seq_bn", "double_seq_bn", "par_bn"])
def test_together_equals_one_by_one(tiny_model, recipe, colours, tmp_path, adapter, patience):
    """The runs differ in rows, steps, batch size, learning rate and seed."""
    changes = {
        "a": ({"epochs": 5, "weight_decay": 0.1}, 3, 32),
        "b": ({"epochs": 3, "learning_rate": 0.003, "warmup_ratio": 0.3}, 4, 27),
        "c": ({"batch_size": 5, "max_steps": 11}, 5, 20),
    }
    recipes = {
        name: recipe
        | {"adapter": adapter, "seed": seed, "training": recipe["training"] | {"patience": patience} | changed}
        for name, (changed, seed, _) in changes.items()
    }
    expected, alone = {}, {}
    for name, one in recipes.items():
        set_seed(one["seed"])
        model = load_model(tiny_model)
        add_fresh_adapter(model, name, adapter)
        task = of_size(colours, changes[name][2])
        expected[name] = fine_tune(model, tiny_model, name, task, one, 1, tmp_path / name)
        alone |= {key: value for key, value in weights(model).items() if f".{name}." in key}

    model, runs = load_model(tiny_model), []
    for name, one in recipes.items():
        set_seed(one["seed"])
        load_model(tiny_model)  # draws what a single run draws before its adapter
        add_fresh_adapter(model, name, adapter)
        runs.append(prepare_run(model, tiny_model, name, of_size(colours, changes[name][2]), one, 1))
    trained = train_together(model, runs, load_tokenizer(tiny_model))
    together = weights(model)
    for name, run, training in zip(recipes, runs, trained, strict=True):
        activate(model, name)
        found = outcome(model, run, training, "float32", 0.0)
        want = expected[name]["training"]
        assert {k: v for k, v in training.items() if k != "history"} == {
            k: v for k, v in want.items() if k != "history"
        }
        assert [h["step"] for h in training["history"]] == [h["step"] for h in want["history"]]
        for mine, theirs in zip(training["history"], want["history"], strict=True):
            assert mine == pytest.approx(theirs, abs=2e-4)
        assert found["scores"] == expected[name]["scores"]
    assert alone
    for key, value in alone.items():
        torch.testing.assert_close(together[key], value, rtol=0, atol=2e-5)
