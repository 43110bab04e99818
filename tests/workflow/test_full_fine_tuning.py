"""All weights instead of adapters, with early stopping: the workflow's other way to train."""

import json

import pytest
from small_project import Project, small_config

pytestmark = pytest.mark.slow


def test_full_fine_tuning_with_early_stopping(tmp_path, suite):
    config = small_config(suite["sources"][:1], suite["targets"][:1]) | {"models": {"minilm": "bundled"}}
    config |= {"adapter": "full", "seeds": [1]}
    stage = {"learning_rate": 1e-4, "epochs": 3, "batch_size": 8, "patience": 1}
    config["training"] = {"source": {**stage, "dev": "validation"}, "transfer": {**stage, "dev": "held_out"}}
    project = Project(tmp_path / "p", config)
    project.run("--cores", "2")
    source, target = config["sources"][0], config["targets"][0]
    folder = project.folder / f"results/adapters/minilm/{source}"
    assert (folder / "model.safetensors").stat().st_size > 80_000_000
    transfer = json.loads((project.folder / f"results/transfer/minilm/{target}/{source}/seed1.json").read_text())
    assert "held out" in transfer["dev"]
    assert transfer["training"]["best_step"] <= transfer["training"]["steps"]
    assert not list((project.folder / "results/checkpoints").iterdir())
    assert project.planned() == {}
