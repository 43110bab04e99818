"""Source adapters: trained, fetched if published, and trained instead only if the configuration allows it."""

import json
import runpy
import sys
from pathlib import Path

import pytest
from paths import ROOT
from published_adapters import publish

from intertask.files import CHECKSUM
from intertask.models.training.source import make_source, summary

SCRIPTS = ROOT / "workflow" / "scripts"


def run_script(monkeypatch, script: str, prepared_folder: Path, recipe: dict) -> dict:
    """Run a script in this process; what it wrote to metrics.json."""
    tmp_path = prepared_folder.parent
    parts = {"recipe": json.dumps(recipe), "data": prepared_folder, "model": tmp_path / "model.json"}
    parts |= {"checkpoints": tmp_path / "checkpoints", "out": tmp_path / "out"}
    arguments = [word for key, value in parts.items() for word in (f"--{key}", str(value))]
    monkeypatch.setattr(sys, "argv", [script, *arguments])
    runpy.run_path(str(SCRIPTS / script), run_name="__main__")
    assert not (tmp_path / "checkpoints").exists()
    return json.loads((tmp_path / "out" / "metrics.json").read_text())


@pytest.fixture
def script_recipe(recipe, tiny_model, tmp_path) -> dict:
    recipe["training"]["max_steps"] = 2
    recipe |= {"model": {"path": tiny_model.path, "revision": None}}
    return recipe | {"published": {"repository": str(tmp_path / "pub"), "revision": None, "required": False}}


def test_script_trains_what_is_not_published(tiny_model, script_recipe, prepared_folder, tmp_path, monkeypatch, capsys):
    trained = run_script(monkeypatch, "train_adapter.py", prepared_folder, script_recipe)
    assert trained["training"]["steps"] == 2 and trained["value"] is not None
    assert "There is no folder" in capsys.readouterr().out
    publish(tmp_path / "pub", tiny_model, "classification")
    found = run_script(monkeypatch, "train_adapter.py", prepared_folder, script_recipe)
    assert found["value"] is None and found["versions"] == trained["versions"]
    assert found["fingerprint"] != trained["fingerprint"]
    assert set(trained) <= set(found)  # every key that a reader may look for
    fetched_alone = run_script(monkeypatch, "fetch_adapter.py", prepared_folder, script_recipe)
    assert {**fetched_alone, "seconds": 0, CHECKSUM: ""} == {**found, "seconds": 0, CHECKSUM: ""}


@pytest.mark.parametrize("script", ["train_adapter.py", "fetch_adapter.py"])
def test_script_does_not_train_what_must_be_published(script_recipe, prepared_folder, monkeypatch, capsys, script):
    script_recipe["published"]["required"] = True
    with pytest.raises(SystemExit):
        run_script(monkeypatch, script, prepared_folder, script_recipe)
    assert "There is no folder" in capsys.readouterr().err


def test_script_does_not_train_unasked(tiny_model, script_recipe, prepared_folder, tmp_path, monkeypatch, capsys):
    """It is published, but cannot be used: that is for a person to know before hours of training."""
    publish(tmp_path / "pub", tiny_model, "classification")
    (tmp_path / "pub" / "pytorch_adapter.bin").write_bytes(b"damaged")
    with pytest.raises(SystemExit):
        run_script(monkeypatch, "train_adapter.py", prepared_folder, script_recipe)
    assert "pytorch_adapter.bin is damaged" in capsys.readouterr().err
    assert not (tmp_path / "out" / "metrics.json").exists()


def test_a_trained_source_is_summarized_with_its_score(script_recipe, prepared_folder, tmp_path):
    del script_recipe["published"]
    model, out = tmp_path / "model.json", tmp_path / "out"
    metrics = make_source(script_recipe, prepared_folder, model, tmp_path / "checkpoints", out)
    assert summary(metrics) == f"colours: accuracy {metrics['value']:.2f} after 2 steps"
    assert metrics["made_from"]["model"] == "0abc" and (out / "adapter.safetensors").is_file()
