"""Speed of a model from its configuration alone."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModel

from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models.calibration import _configuration, calibrate


@pytest.fixture(scope="module")
def without_weights(tiny_model, tmp_path_factory) -> Model:
    folder = tmp_path_factory.mktemp("configuration")
    shutil.copy(Path(tiny_model.path) / "config.json", folder)
    return Model(path=str(folder))


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_training_takes_longer_than_reading(without_weights, adapter):
    found = calibrate(without_weights, adapter, [8, 32, 500], 16)
    assert found["lengths"] == [8, 32, 64]  # the model has 64 positions
    assert all(len(found[curve]) == 3 for curve in ("forward", "trained", "alone"))
    assert all(0 < f < t for f, t in zip(found["forward"], found["trained"], strict=True))
    # one by one instead of sixteen at a time
    assert found["alone"][0] > found["trained"][0]
    assert found["step"] > 0 and found["start"] > 0 and found["device"]


def test_an_encoder_that_is_not_trained_is_only_read(without_weights):
    found = calibrate(without_weights, None, [8], 4)
    assert found["forward"][0] > 0
    assert (found["trained"], found["alone"], found["step"]) == ([], [], 0.0)


def test_a_model_that_cannot_be_had_gives_the_reason(tmp_path):
    found = calibrate(Model(path=str(tmp_path / "nothing")), "seq_bn", [8], 4)
    assert list(found) == ["failed"] and "nothing" in found["failed"]


def test_a_mistyped_adapter_is_an_error(without_weights):
    with pytest.raises(IntertaskError, match="seq_bm"):
        calibrate(without_weights, "seq_bm", [8], 4)


@pytest.mark.parametrize(
    ("path", "parameters", "positions"),
    [
        # as their publishers count them, encoder and pooler
        ("FacebookAI/roberta-base", 124_645_632, 514),
        ("google-bert/bert-base-uncased", 109_482_240, 512),
    ],
)
def test_well_known_models_need_no_network(path, parameters, positions):
    config = _configuration(Model(path=path))
    with torch.device("meta"):
        network = AutoModel.from_config(config)
    assert sum(parameter.numel() for parameter in network.parameters()) == parameters
    assert config.max_position_embeddings == positions
