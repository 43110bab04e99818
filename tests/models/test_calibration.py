"""Speed of a model from its configuration alone."""

import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoModel

from intertask.config import Model
from intertask.errors import IntertaskError
from intertask.models import calibration
from intertask.models.calibration import _configuration, calibrate


@pytest.fixture(scope="module")
def without_weights(tiny_model, tmp_path_factory) -> Model:
    folder = tmp_path_factory.mktemp("configuration")
    shutil.copy(Path(tiny_model.path) / "config.json", folder)
    return Model(path=str(folder))


class Clock:
    """A clock that only moves when a test moves it."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def takes(self, seconds: float):
        """A call that takes the given number of seconds."""

        def call(*arguments):
            self.now += seconds

        return call


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(calibration.time, "perf_counter", made.perf_counter)
    return made


CPU = torch.device("cpu")


def test_a_time_is_the_median_after_one_call_that_is_not_measured(clock):
    durations = iter([50.0, 0.3, 0.9, 0.4])
    assert calibration._seconds(lambda: clock.takes(next(durations))(), CPU) == pytest.approx(0.4)
    assert next(durations, None) is None  # three calls of more than 1.5 s in all are enough


def test_short_calls_are_repeated(clock):
    calls = []
    assert calibration._seconds(lambda: (calls.append(1), clock.takes(1 / 128)()), CPU) == 1 / 128
    assert len(calls) > 0.2 * 128  # one that is not measured, and as many as fill a fifth of a second


def test_the_time_of_a_batch_is_divided_by_its_texts(clock, tiny_model):
    config = _configuration(tiny_model)
    assert calibration._per_text(clock.takes(0.5), config, 8, 16, CPU) == 0.5 / 16


def test_a_batch_that_does_not_fit_is_halved(clock, tiny_model):
    sizes = []

    def call(batch):
        sizes.append(len(batch["input_ids"]))
        if sizes[-1] > 4:
            raise torch.cuda.OutOfMemoryError
        clock.takes(0.5)()

    assert calibration._per_text(call, _configuration(tiny_model), 8, 16, CPU) == 0.5 / 4
    assert sizes[:3] == [16, 8, 4] and set(sizes[3:]) == {4}


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_every_length_has_all_three_times(without_weights, adapter, monkeypatch):
    lengths = []

    def one_call(call, target):
        call()
        return 0.25

    monkeypatch.setattr(calibration, "_seconds", one_call)
    monkeypatch.setattr(
        calibration, "_batch", lambda *parts, real=calibration._batch: (lengths.append(parts[1:3]), real(*parts))[1]
    )
    speed = calibrate(without_weights, adapter, [8, 32, 500], 16)
    assert speed["lengths"] == [8, 32, 64]  # the model has 64 positions
    sizes = [16, 16, 8]  # on a CPU, at most 512 tokens in a batch
    if not torch.cuda.is_available():
        assert speed["forward"] == speed["trained"] == [0.25 / size for size in sizes]
        assert {(8, 16), (32, 16), (64, 8), (64, 1)} <= set(lengths)
    assert speed["alone"] == [0.25] * 3  # one text by itself
    assert speed["step"] == 0.25 and speed["start"] > 0 and speed["device"]


def test_real_times_are_positive(without_weights):
    speed = calibrate(without_weights, "seq_bn", [8], 4)
    assert min(*speed["forward"], *speed["trained"], *speed["alone"], speed["step"]) > 0


def test_an_encoder_that_is_not_trained_is_only_read(without_weights):
    speed = calibrate(without_weights, None, [8], 4)
    assert speed["forward"][0] > 0
    assert (speed["trained"], speed["alone"], speed["step"]) == ([], [], 0.0)


def test_a_model_that_cannot_be_loaded_gives_the_reason(tmp_path):
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
