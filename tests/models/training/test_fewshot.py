"""Few-shot fine-tuning: the same for every source, from training rows only, and resumed where it was interrupted."""

import json
import runpy
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from five_types import small_task
from trained_source import trained_source

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
from intertask.tables import read_table
from intertask.types import TYPES

SCRIPT = "workflow/scripts/run_fewshot.py"


@pytest.fixture
def recipe(tiny_model) -> dict:
    return {
        "step": "fewshot",
        "model": tiny_model.model_dump(),
        "adapter": "seq_bn[reduction_factor=2]",
        "max_length": 40,
        "stride": 8,
        "seed": 3,
        "max_examples": 20,
        "held_out": 0.2,
        "steps": [1, 3],
        "batch_size": 4,
        "learning_rate": 0.01,
    }


def shots_of(tiny_model, recipe, prepared):
    config = load_model(tiny_model).config
    return draw_shots(tiny_model, config, prepared.info, prepared.train, recipe, recipe)


def run(tiny_model, recipe, prepared, model=None):
    model = model or fresh_model(tiny_model, recipe["adapter"], recipe["seed"])
    return fine_tune_few_shot(model, shots_of(tiny_model, recipe, prepared), recipe, recipe["seed"])


@pytest.mark.parametrize("kind", TYPES)
def test_every_type(tiny_model, recipe, kind):
    prepared = small_task(kind)
    results = run(tiny_model, recipe, prepared)
    assert [result["step"] for result in results] == [1, 3]
    for result in results:
        assert result["metric"] == prepared.info["metric"]
        assert -100 <= result["value"] <= 100
        assert result["loss"] > 0
    assert results == run(tiny_model, recipe, prepared)
    assert results[0]["loss"] != results[1]["loss"]


@pytest.mark.parametrize("kind", TYPES)
def test_shots_are_a_fixed_part_of_train(tiny_model, recipe, kind):
    prepared = small_task(kind)
    shots = shots_of(tiny_model, recipe, prepared)
    assert len(shots.rows) == 4
    assert all(row in prepared.train for row in shots.rows)
    assert len(shots.train) >= 16
    assert all("row" not in feature for feature in shots.train)
    again = shots_of(tiny_model, recipe, prepared)
    assert [f["input_ids"] for f in again.train] == [f["input_ids"] for f in shots.train]
    trained_on = [f["input_ids"] for f in shots.train]
    assert not [f for f in shots.held_out if f["input_ids"] in trained_on]


def test_labels_of_regression_are_standardised_on_what_is_trained_on(tiny_model, recipe):
    shots = shots_of(tiny_model, recipe, small_task("regression"))
    labels = [feature["labels"] for feature in shots.train]
    assert np.mean(labels) == pytest.approx(0, abs=1e-9)
    assert np.std(labels) == pytest.approx(1)
    unit = [row["label"] for row in shots.rows]
    expected = (np.array(unit) - shots.label_scale["mean"]) / shots.label_scale["deviation"]
    assert [feature["labels"] for feature in shots.held_out] == pytest.approx(expected.tolist())


def test_steps_between_do_not_matter(tiny_model, recipe):
    prepared = small_task("classification")
    last = run(tiny_model, recipe, prepared)[-1]
    assert run(tiny_model, recipe | {"steps": [3]}, prepared) == [last]
    assert run(tiny_model, recipe | {"steps": [3, 2, 1]}, prepared)[-1] == last


def test_what_was_drawn_before_does_not_matter(tiny_model, recipe):
    prepared = small_task("tagging")
    first = run(tiny_model, recipe, prepared)
    model = fresh_model(tiny_model, recipe["adapter"], recipe["seed"])
    torch.rand(10)
    assert run(tiny_model, recipe, prepared, model) == first
    other = recipe | {"seed": 4}
    assert run(tiny_model, other, prepared) != first


def test_a_step_is_adamw_with_linear_decay(tiny_model, recipe):
    """Adam's first step moves each weight by the learning rate; the second of two has half of it."""
    model = fresh_model(tiny_model, recipe["adapter"], 1)
    frozen = {n: p.detach().clone() for n, p in model.named_parameters() if not p.requires_grad}
    shots, moved = shots_of(tiny_model, recipe, small_task("classification")), []
    # the gradients do not change along the way: both steps have Adam's full length
    pauses = train_steps(model, shots, recipe | {"batch_size": 1000, "learning_rate": 1e-5}, [1, 2], 1)
    for _ in pauses:
        moved.append(model.heads[NAME][-1].bias.detach().clone())
    assert len(moved) == 2
    assert len(list(model.heads[NAME].children())) == 2  # dropout, one linear layer
    torch.manual_seed(1)
    fresh = fresh_model(tiny_model, recipe["adapter"], 1)
    torch.manual_seed(1)
    shots.task_type.add_head(fresh, NAME, shots.info, layers=1)
    steps = [moved[0] - fresh.heads[NAME][-1].bias, moved[1] - moved[0]]
    np.testing.assert_allclose(steps[0].abs().detach(), 1e-5, rtol=1e-2)
    np.testing.assert_allclose(steps[1].abs().detach(), 0.5e-5, rtol=0.1)
    assert all(torch.equal(p, frozen[n]) for n, p in model.named_parameters() if n in frozen)


def test_all_shots_take_turns(tiny_model, recipe):
    shots = shots_of(tiny_model, recipe, small_task("classification"))
    seen = []
    numbered = replace(shots, collate=lambda features: seen.append(features) or shots.collate(features))
    model = fresh_model(tiny_model, recipe["adapter"], 1)
    assert list(train_steps(model, numbered, recipe, [8], 1)) == [8]
    assert [len(batch) for batch in seen] == [4] * 8
    epochs = [[f["input_ids"] for batch in part for f in batch] for part in (seen[:4], seen[4:])]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(f["input_ids"] for f in shots.train)
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("kind", TYPES)
def test_held_out_loss_does_not_depend_on_batches(tiny_model, recipe, kind):
    shots = shots_of(tiny_model, recipe, small_task(kind))
    model = fresh_model(tiny_model, recipe["adapter"], 1)
    shots.task_type.add_head(model, NAME, shots.info, layers=1)
    one, all_at_once = held_out_score(model, shots, 1), held_out_score(model, shots, 100)
    assert one == pytest.approx(all_at_once, rel=1e-4)
    logits = predict_logits(model, shots.task_type, shots.held_out, shots.collate, 3)
    predictions = shots.task_type.predict(logits, shots.held_out, shots.rows, shots.info)
    scores = shots.task_type.score(predictions, shots.rows, shots.info)
    assert one[0] == pytest.approx(scores[shots.info["metric"]], rel=1e-4)


def test_loss_of_tagging_is_per_word(tiny_model, recipe):
    shots = shots_of(tiny_model, recipe, small_task("tagging"))
    short, long = shots.rows[0], {"tokens": shots.rows[1]["tokens"] * 3, "tags": shots.rows[1]["tags"] * 3}
    model = fresh_model(tiny_model, recipe["adapter"], 1)
    shots.task_type.add_head(model, NAME, shots.info, layers=1)
    _, encode, _ = fewshot.encoder(tiny_model, model.config, shots.info, recipe)
    each = [held_out_score(model, replace(shots, held_out=encode([row]), rows=[row]), 2)[1] for row in (short, long)]
    both = held_out_score(model, replace(shots, held_out=encode([short, long]), rows=[short, long]), 1)[1]
    assert both == pytest.approx((5 * each[0] + 15 * each[1]) / 20, rel=1e-5)


def test_learns(tiny_model, recipe, colours):
    """Red or blue, on rows that were held out."""
    settings = recipe | {"steps": [160], "learning_rate": 0.03, "max_examples": 100, "held_out": 0.25, "batch_size": 8}
    config = load_model(tiny_model).config
    shots = draw_shots(tiny_model, config, colours.info, colours.train, settings, settings)
    model = fresh_model(tiny_model, recipe["adapter"], 3)
    assert fine_tune_few_shot(model, shots, settings, 3)[0]["value"] > 80


def test_one_row_is_too_few(tiny_model, recipe):
    prepared = small_task("classification")
    with pytest.raises(IntertaskError, match="two training rows") as error:
        shots_of(tiny_model, recipe, replace(prepared, train=prepared.train[:1]))
    assert "my-classification" in error.value.where


class Job:
    """The script in this process, on data of one target and two sources."""

    def __init__(self, folder, tiny_model, recipe, monkeypatch):
        self.folder, self.recipe, self.monkeypatch = folder, recipe, monkeypatch
        self.prepared = small_task("classification")
        self.out, self.checkpoints = folder / "fewshot.tsv", folder / "checkpoints"
        (folder / "model.json").write_text('{"fingerprint": "m"}')
        for i, source in enumerate(["a", "b"]):
            self.train(tiny_model, source, f"12345678{i}")

    def train(self, tiny_model, source, fingerprint):
        _, sha256 = trained_source(tiny_model, self.recipe["adapter"], self.folder / source)
        metrics = {"fingerprint": fingerprint, "weights_sha256": sha256}
        (self.folder / source / "metrics.json").write_text(json.dumps(metrics))

    def __call__(self, *sources) -> pd.DataFrame:
        options = {
            "recipe": json.dumps(self.recipe),
            "data": "unused",
            "model": self.folder / "model.json",
            "sources": ",".join(sources),
            "adapters": self.folder,
            "checkpoints": self.checkpoints,
            "out": self.out,
        }
        arguments = [str(part) for key, value in options.items() for part in (f"--{key}", value)]
        self.monkeypatch.setattr(sys, "argv", [SCRIPT, *arguments])
        self.monkeypatch.setattr("intertask.data.load_prepared", lambda folder: self.prepared)
        runpy.run_path(SCRIPT, run_name="__main__")
        return read_table(self.out)


@pytest.fixture
def job(tmp_path, tiny_model, recipe, monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)
    return Job(tmp_path, tiny_model, recipe, monkeypatch)


def lines(capsys) -> dict[str, bool]:
    """By source, whether it was kept."""
    return {name: "kept" in rest for name, _, rest in (x.partition(": ") for x in capsys.readouterr().out.splitlines())}


def test_table(job):
    table = job("a", "b")
    expected = ["source", "step", "metric", "value", "loss", "data", "adapter", "recipe", "device", "precision"]
    assert table.columns.tolist() == expected
    assert table["source"].tolist() == ["none", "none", "a", "a", "b", "b"]
    assert table["step"].tolist() == [1, 3] * 3
    assert table["adapter"].fillna("").tolist() == ["", "", "123456780", "123456780", "123456781", "123456781"]
    assert set(table["data"]) == {"0123"}
    assert not job.checkpoints.exists()


def test_validation_rows_are_never_looked_at(job):
    first = job("a")
    job.prepared = replace(job.prepared, validation=[{"text_a": None, "label": "garbage"}])
    job.out.unlink()
    pd.testing.assert_frame_equal(job("a"), first)
    job.prepared = replace(job.prepared, validation=None)
    job.out.unlink()
    pd.testing.assert_frame_equal(job("a"), first)


def test_only_what_is_new_is_computed(job, tiny_model, capsys):
    alone = job("a")
    lines(capsys)
    both = job("a", "b")
    assert lines(capsys) == {"none": True, "a": True, "b": False}
    pd.testing.assert_frame_equal(both[both["source"] != "b"], alone)
    job("b", "a")
    assert lines(capsys) == {"none": True, "b": True, "a": True}
    # a table from before the last two columns
    job.out.write_text("".join(line.rsplit("\t", 2)[0] + "\n" for line in job.out.read_text().splitlines()))
    job("b", "a")
    assert lines(capsys) == {"none": True, "b": True, "a": True}
    job.train(tiny_model, "a", "1e15")
    again = job("a", "b")
    assert lines(capsys) == {"none": True, "a": False, "b": True}
    assert again["adapter"].tolist()[2] == "1e15"
    assert job("b")["source"].tolist() == ["none", "none", "b", "b"]  # unlisted: dropped
    lines(capsys)
    job.prepared = replace(job.prepared, info=job.prepared.info | {"fingerprint": "1e7"})
    assert set(job("a", "b")["data"]) == {"1e7"}
    assert lines(capsys) == {"none": False, "a": False, "b": False}
    job("a", "b")
    assert lines(capsys) == {"none": True, "a": True, "b": True}
    job.recipe = job.recipe | {"learning_rate": 0.001}
    job("a", "b")
    assert lines(capsys) == {"none": False, "a": False, "b": False}
    (job.folder / "model.json").write_text('{"fingerprint": "other weights"}')
    job("a", "b")
    assert lines(capsys) == {"none": False, "a": False, "b": False}


def test_order_of_the_sources_changes_no_number(job):
    first = job("a", "b")
    job.out.unlink()
    second = job("b", "a")
    columns = ["source", "step"]
    pd.testing.assert_frame_equal(
        first.sort_values(columns, ignore_index=True), second.sort_values(columns, ignore_index=True)
    )


def test_killed_job_goes_on_where_it_was(job, capsys, monkeypatch):
    whole = job("a", "b")
    job.out.unlink()
    lines(capsys)
    calls, real = [], fewshot.fine_tune_few_shot

    def failing(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(fewshot, "fine_tune_few_shot", failing)
    with pytest.raises(KeyboardInterrupt):
        job("a", "b")
    assert not job.out.exists()  # an old file or none
    lines(capsys)
    resumed = job("a", "b")
    assert lines(capsys) == {"none": True, "a": True, "b": False}
    pd.testing.assert_frame_equal(resumed, whole)
    assert not job.checkpoints.exists()


def test_damaged_adapter_is_refused(job, capsys):
    (job.folder / "a/metrics.json").write_text('{"fingerprint": "x", "weights_sha256": "y"}')
    with pytest.raises(SystemExit):
        job("a")
    assert "stale or damaged" in capsys.readouterr().err
