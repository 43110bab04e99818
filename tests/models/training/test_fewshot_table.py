"""The table of few-shot runs: current runs are kept, and an interrupted job continues."""

import json
import runpy
import sys
from dataclasses import replace

import pandas as pd
import pytest
from five_types import small_task
from trained_source import trained_source

from intertask.models.training import fewshot_table
from intertask.tables import read_table

SCRIPT = "workflow/scripts/run_fewshot.py"


class Job:
    """The script in this process, on data of one target and two sources."""

    def __init__(self, folder, tiny_model, few_shot_recipe, monkeypatch):
        self.folder, self.recipe, self.monkeypatch = folder, few_shot_recipe, monkeypatch
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
        self.monkeypatch.setattr("intertask.models.training.fewshot_table.load_prepared", lambda folder: self.prepared)
        runpy.run_path(SCRIPT, run_name="__main__")
        return read_table(self.out)


@pytest.fixture
def job(tmp_path, tiny_model, few_shot_recipe, monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)
    return Job(tmp_path, tiny_model, few_shot_recipe, monkeypatch)


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
    calls, real = [], fewshot_table.fine_tune_few_shot

    def failing(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(fewshot_table, "fine_tune_few_shot", failing)
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
