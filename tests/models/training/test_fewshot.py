"""Few-shot fine-tuning: the same examples, batches and head for every source, from training rows only."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from five_types import small_task

from intertask.errors import IntertaskError
from intertask.models.base import load_model
from intertask.models.prediction import predict_logits
from intertask.models.training import fewshot
from intertask.models.training.fewshot import (
    NAME,
    draw_shots,
    fine_tune_few_shot,
    fresh_model,
    held_out_score,
    train_steps,
)
from intertask.types import TYPES


def shots_of(tiny_model, few_shot_recipe, prepared):
    config = load_model(tiny_model).config
    return draw_shots(tiny_model, config, prepared.info, prepared.train, few_shot_recipe, few_shot_recipe)


def run(tiny_model, few_shot_recipe, prepared, model=None):
    model = model or fresh_model(tiny_model, few_shot_recipe["adapter"], few_shot_recipe["seed"])
    return fine_tune_few_shot(
        model, shots_of(tiny_model, few_shot_recipe, prepared), few_shot_recipe, few_shot_recipe["seed"]
    )


@pytest.mark.parametrize("kind", TYPES)
def test_every_type(tiny_model, few_shot_recipe, kind):
    prepared = small_task(kind)
    results = run(tiny_model, few_shot_recipe, prepared)
    assert [result["step"] for result in results] == [1, 3]
    for result in results:
        assert result["metric"] == prepared.info["metric"]
        assert -100 <= result["value"] <= 100
        assert result["loss"] > 0
    assert results == run(tiny_model, few_shot_recipe, prepared)
    assert results[0]["loss"] != results[1]["loss"]


@pytest.mark.parametrize("kind", TYPES)
def test_shots_are_a_fixed_part_of_train(tiny_model, few_shot_recipe, kind):
    prepared = small_task(kind)
    shots = shots_of(tiny_model, few_shot_recipe, prepared)
    assert len(shots.rows) == 4
    assert all(row in prepared.train for row in shots.rows)
    assert len(shots.train) >= 16
    assert all("row" not in encoding for encoding in shots.train)
    again = shots_of(tiny_model, few_shot_recipe, prepared)
    assert [f["input_ids"] for f in again.train] == [f["input_ids"] for f in shots.train]
    trained_on = [f["input_ids"] for f in shots.train]
    assert not [f for f in shots.held_out if f["input_ids"] in trained_on]


def test_labels_of_regression_are_standardized_on_what_is_trained_on(tiny_model, few_shot_recipe):
    shots = shots_of(tiny_model, few_shot_recipe, small_task("regression"))
    labels = [encoding["labels"] for encoding in shots.train]
    assert np.mean(labels) == pytest.approx(0, abs=1e-9)
    assert np.std(labels) == pytest.approx(1)
    unit = [row["label"] for row in shots.rows]
    expected = (np.array(unit) - shots.label_scale["mean"]) / shots.label_scale["deviation"]
    assert [encoding["labels"] for encoding in shots.held_out] == pytest.approx(expected.tolist())


def test_steps_between_do_not_matter(tiny_model, few_shot_recipe):
    prepared = small_task("classification")
    last = run(tiny_model, few_shot_recipe, prepared)[-1]
    assert run(tiny_model, few_shot_recipe | {"steps": [3]}, prepared) == [last]
    assert run(tiny_model, few_shot_recipe | {"steps": [3, 2, 1]}, prepared)[-1] == last


def test_what_was_drawn_before_does_not_matter(tiny_model, few_shot_recipe):
    prepared = small_task("tagging")
    first = run(tiny_model, few_shot_recipe, prepared)
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], few_shot_recipe["seed"])
    torch.rand(10)
    assert run(tiny_model, few_shot_recipe, prepared, model) == first
    other = few_shot_recipe | {"seed": 4}
    assert run(tiny_model, other, prepared) != first


def test_a_step_is_adamw_with_linear_decay(tiny_model, few_shot_recipe):
    """Adam's first step moves each weight by the learning rate; the second of two has half of it."""
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], 1)
    frozen = {n: p.detach().clone() for n, p in model.named_parameters() if not p.requires_grad}
    shots, moved = shots_of(tiny_model, few_shot_recipe, small_task("classification")), []
    # the gradients do not change along the way: both steps have Adam's full length
    pauses = train_steps(model, shots, few_shot_recipe | {"batch_size": 1000, "learning_rate": 1e-5}, [1, 2], 1)
    for _ in pauses:
        moved.append(model.heads[NAME][-1].bias.detach().clone())
    assert len(moved) == 2
    assert len(list(model.heads[NAME].children())) == 2  # dropout, one linear layer
    torch.manual_seed(1)
    fresh = fresh_model(tiny_model, few_shot_recipe["adapter"], 1)
    torch.manual_seed(1)
    shots.task_type.add_head(fresh, NAME, shots.info, layers=1)
    steps = [moved[0] - fresh.heads[NAME][-1].bias, moved[1] - moved[0]]
    np.testing.assert_allclose(steps[0].abs().detach(), 1e-5, rtol=1e-2)
    np.testing.assert_allclose(steps[1].abs().detach(), 0.5e-5, rtol=0.1)
    assert all(torch.equal(p, frozen[n]) for n, p in model.named_parameters() if n in frozen)


def test_all_shots_take_turns(tiny_model, few_shot_recipe):
    shots = shots_of(tiny_model, few_shot_recipe, small_task("classification"))
    seen = []
    numbered = replace(shots, collate=lambda encodings: seen.append(encodings) or shots.collate(encodings))
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], 1)
    assert list(train_steps(model, numbered, few_shot_recipe, [8], 1)) == [8]
    assert [len(batch) for batch in seen] == [4] * 8
    epochs = [[f["input_ids"] for batch in part for f in batch] for part in (seen[:4], seen[4:])]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(f["input_ids"] for f in shots.train)
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("kind", TYPES)
def test_held_out_loss_does_not_depend_on_batches(tiny_model, few_shot_recipe, kind):
    shots = shots_of(tiny_model, few_shot_recipe, small_task(kind))
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], 1)
    shots.task_type.add_head(model, NAME, shots.info, layers=1)
    one, all_at_once = held_out_score(model, shots, 1), held_out_score(model, shots, 100)
    assert one == pytest.approx(all_at_once, rel=1e-4)
    logits = predict_logits(model, shots.task_type, shots.held_out, shots.collate, 3)
    predictions = shots.task_type.predict(logits, shots.held_out, shots.rows, shots.info)
    scores = shots.task_type.score(predictions, shots.rows, shots.info)
    assert one[0] == pytest.approx(scores[shots.info["metric"]], rel=1e-4)


def test_loss_of_tagging_is_per_word(tiny_model, few_shot_recipe):
    shots = shots_of(tiny_model, few_shot_recipe, small_task("tagging"))
    short, long = shots.rows[0], {"tokens": shots.rows[1]["tokens"] * 3, "tags": shots.rows[1]["tags"] * 3}
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], 1)
    shots.task_type.add_head(model, NAME, shots.info, layers=1)
    _, encode, _ = fewshot.encoder(tiny_model, model.config, shots.info, few_shot_recipe)
    each = [held_out_score(model, replace(shots, held_out=encode([row]), rows=[row]), 2)[1] for row in (short, long)]
    both = held_out_score(model, replace(shots, held_out=encode([short, long]), rows=[short, long]), 1)[1]
    assert both == pytest.approx((5 * each[0] + 15 * each[1]) / 20, rel=1e-5)


def test_learns(tiny_model, few_shot_recipe, colours):
    """Red or blue, on rows that were held out."""
    settings = few_shot_recipe | {
        "steps": [160],
        "learning_rate": 0.03,
        "max_examples": 100,
        "held_out": 0.25,
        "batch_size": 8,
    }
    config = load_model(tiny_model).config
    shots = draw_shots(tiny_model, config, colours.info, colours.train, settings, settings)
    model = fresh_model(tiny_model, few_shot_recipe["adapter"], 3)
    assert fine_tune_few_shot(model, shots, settings, 3)[0]["value"] > 80


@pytest.mark.parametrize("broken", ["rate", "batch", "held out"])
def test_a_training_that_diverges_is_one_message(tiny_model, few_shot_recipe, monkeypatch, broken):
    shots = shots_of(tiny_model, few_shot_recipe, small_task("classification"))
    model, settings = fresh_model(tiny_model, "seq_bn", 1), dict(few_shot_recipe)
    loss, task_type = shots.task_type.loss, shots.task_type
    if broken == "rate":
        settings["learning_rate"] = 1e30
    else:  # the loss of one batch overflows, in training or only in the forward passes without gradients

        def overflows(network, batch):
            found, logits = loss(network, batch)
            return found * (float("inf") if torch.is_grad_enabled() == (broken == "batch") else 1), logits

        names = {name: getattr(task_type, name) for name in ("EXTRA_KEYS", "add_head", "predict", "score")}
        shots = replace(shots, task_type=SimpleNamespace(**names, loss=overflows))
    what = "a weight" if broken == "batch" else "the loss"
    with pytest.raises(IntertaskError, match=rf"diverged: by step \d+, {what} was no longer a finite") as error:
        fine_tune_few_shot(model, shots, settings, 1)
    assert "config: fewshot, learning_rate" in error.value.where


def test_one_row_is_too_few(tiny_model, few_shot_recipe):
    prepared = small_task("classification")
    with pytest.raises(IntertaskError, match="two training rows") as error:
        shots_of(tiny_model, few_shot_recipe, replace(prepared, train=prepared.train[:1]))
    assert "my-classification" in error.value.where
