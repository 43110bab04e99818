"""Training learns, stops early, keeps the best checkpoint, and resumes as if it had not been interrupted."""

import copy

import pytest
import torch
from training_runs import assert_same, interrupt_after, script_dev_scores, weights

from intertask.data import Prepared
from intertask.errors import IntertaskError
from intertask.models.adapters import add_fresh_adapter
from intertask.models.base import load_model
from intertask.models.training import fine_tuning
from intertask.models.training.seeds import set_seed
from intertask.types import classification


def start(tiny_model, recipe, colours, checkpoints):
    set_seed(recipe["seed"])
    model = load_model(tiny_model)
    add_fresh_adapter(model, "colours", recipe["adapter"])

    def go():
        return fine_tuning.fine_tune(model, tiny_model, "colours", colours, recipe, 1, checkpoints)

    return model, go


@pytest.mark.parametrize("adapter", ["seq_bn[reduction_factor=2]", "lora", "full"])
def test_learns_and_trains_only_what_it_should(tiny_model, recipe, colours, tmp_path, adapter):
    recipe["adapter"] = adapter
    recipe["training"] |= {"epochs": 40, "patience": 0, "learning_rate": 0.002 if adapter == "full" else 0.03}
    model, go = start(tiny_model, recipe, colours, tmp_path)
    before = weights(model)
    result = go()
    assert result["value"] > 90
    changed = {
        name for name, value in weights(model).items() if name in before and not torch.equal(value, before[name])
    }
    embedding = "bert.embeddings.word_embeddings.weight"
    assert (embedding in changed) == (adapter == "full")
    assert any(".colours." in name for name in changed) == (adapter != "full")


def test_same_seed_same_weights(tiny_model, recipe, colours, tmp_path):
    results = []
    for part in ("a", "b"):
        model, go = start(tiny_model, recipe, colours, tmp_path / part)
        results.append((go()["scores"], weights(model)))
    assert results[0][0] == results[1][0]
    assert_same(results[0][1], results[1][1])


@pytest.mark.parametrize("patience", [0, 2])
def test_a_training_that_diverges_is_one_message(tiny_model, recipe, colours, tmp_path, patience):
    recipe["training"] |= {"learning_rate": 1e30, "patience": patience}
    _, go = start(tiny_model, recipe, colours, tmp_path)
    with pytest.raises(IntertaskError, match=r"diverged: by step \d+, .* was no longer a finite number") as error:
        go()
    assert "1e+30" in error.value.where


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_interrupted_equals_undisturbed(tiny_model, recipe, colours, tmp_path, monkeypatch, adapter):
    recipe["adapter"] = adapter
    undisturbed, go = start(tiny_model, recipe, colours, tmp_path / "undisturbed")
    expected = go()
    loss = classification.loss
    interrupt_after(monkeypatch, 8)  # in the third of four epochs
    _, go = start(tiny_model, recipe, colours, tmp_path / "interrupted")
    with pytest.raises(KeyboardInterrupt):
        go()
    monkeypatch.undo()
    steps = []
    monkeypatch.setattr(classification, "loss", lambda m, b: (steps.append(m.training), loss(m, b))[1])
    resumed, go = start(tiny_model, recipe, colours, tmp_path / "interrupted")
    found = go()
    assert 0 < sum(steps) < expected["training"]["steps"], "it began anew instead of going on"
    assert found["scores"] == expected["scores"]
    assert found["training"] == expected["training"]
    assert_same(weights(resumed), weights(undisturbed))


def test_changed_settings_do_not_resume(tiny_model, recipe, colours, tmp_path):
    _, go = start(tiny_model, recipe, colours, tmp_path)
    go()
    other = copy.deepcopy(recipe)
    other["training"]["learning_rate"] = 0.02
    _, go = start(tiny_model, other, colours, tmp_path)
    go()
    assert len(list(tmp_path.iterdir())) == 2


def test_best_checkpoint_is_kept(tiny_model, recipe, colours, tmp_path, monkeypatch):
    """Dev scores are made to be best after the second epoch; its weights must be there at the end."""
    at_second = script_dev_scores(monkeypatch, [10.0, 50.0, 30.0, 20.0])
    model, go = start(tiny_model, recipe, colours, tmp_path)
    result = go()
    assert result["training"]["best_dev"] == 50.0
    history = result["training"]["history"]
    steps = result["training"]["steps"] // len(history)
    assert [(entry["step"], entry["dev"]) for entry in history[:2]] == [(steps, 10.0), (2 * steps, 50.0)]
    assert all(entry["loss"] > 0 for entry in history)
    assert result["training"]["best_step"] == result["training"]["steps"] // 2
    assert_same(weights(model), at_second)


def test_early_stopping_stops(tiny_model, recipe, colours, tmp_path):
    recipe["training"] |= {"patience": 1, "epochs": 50, "learning_rate": 1e-9}
    _, go = start(tiny_model, recipe, colours, tmp_path)
    assert go()["training"]["epochs"] == 2


@pytest.mark.parametrize(
    ("change", "words", "train", "dev"),
    [
        ({"patience": 0}, "none", 32, 0),
        ({"dev": "validation"}, "optimistic", 32, 16),
        ({"dev": "held_out"}, "held out", 24, 8),
        ({"dev": "held_out", "max_dev_examples": 4}, "held out", 24, 4),
        ({"patience": 0, "max_train_examples": 10}, "none", 10, 0),
    ],
)
def test_dev_split_is_said(tiny_model, recipe, colours, tmp_path, change, words, train, dev):
    recipe["training"] |= {"epochs": 1, **change}
    _, go = start(tiny_model, recipe, colours, tmp_path)
    result = go()
    assert words in result["dev"]
    assert result["rows"] == {"train": train, "dev": dev, "validation": 16}


def test_max_steps(tiny_model, recipe, colours, tmp_path):
    recipe["training"] |= {"patience": 0, "max_steps": 5}
    _, go = start(tiny_model, recipe, colours, tmp_path)
    assert go()["training"]["steps"] == 5


def test_regression_learns_labels_of_any_unit(tiny_model, recipe, tmp_path):
    """Labels around 10,000: without scaling, the loss would be 10^8 and training would learn nothing else."""
    numbers = ["one", "two", "three", "four", "five", "six"]
    things = ["houses", "boats", "doors", "flags", "coats", "lamps"]
    rows = [
        {"text_a": f"{number} {thing}", "text_b": None, "label": 10_000.0 + 500 * i}
        for thing in things
        for i, number in enumerate(numbers)
    ]
    info = {"task": "counts", "type": "regression", "labels": None, "positive_label": None, "metric": "spearman"}
    counts = Prepared(info | {"max_choices": None, "fingerprint": "4567"}, rows, rows)
    recipe["adapter"] = "lora"
    recipe["training"] |= {"epochs": 60, "patience": 0, "learning_rate": 0.03}
    set_seed(1)
    model = load_model(tiny_model)
    add_fresh_adapter(model, "counts", "lora")
    result = fine_tuning.fine_tune(model, tiny_model, "counts", counts, recipe, 1, tmp_path)
    assert result["value"] > 90
    assert result["label_scale"]["mean"] == pytest.approx(11_250)
