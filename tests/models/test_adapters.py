"""What a transfer takes over from its source: exactly the source's weights, and never its head."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from trained_source import trained_source

from intertask.errors import IntertaskError
from intertask.models import adapters
from intertask.models.base import load_model
from intertask.models.training.seeds import set_seed
from intertask.models.training.stacked import can_stack


@pytest.mark.parametrize("adapter", ["seq_bn", "par_bn", "lora", "seq_bn[reduction_factor=8]", "full"])
def test_weights_are_the_sources_before_the_first_step(tiny_model, tmp_path, adapter):
    state, sha256 = trained_source(tiny_model, adapter, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == set(adapters.weight_files(adapter))
    set_seed(99)
    model = adapters.load_source(tmp_path, lambda: load_model(tiny_model), "tgt", adapter, sha256)
    assert not model.heads
    model.add_tagging_head("tgt", num_labels=2)
    found = adapters.transferred_weights(model, "tgt", adapter)
    assert found.keys() == state.keys()
    assert len(state) > 2
    assert all(torch.equal(found[name], state[name]) for name in state)
    trainable = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert any(name.startswith("heads.tgt") for name in trainable)
    if adapter != "full":
        assert all(".tgt." in name for name in trainable)
        assert str(model.active_adapters) == "Stack[tgt]"


def test_fresh_adapter_is_not_the_sources(tiny_model, tmp_path):
    _, sha256 = trained_source(tiny_model, "seq_bn", tmp_path)
    model = load_model(tiny_model)
    adapters.add_fresh_adapter(model, "tgt", "seq_bn")
    assert adapters.weights_sha256(model, "tgt", "seq_bn") != sha256


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_altered_weights_are_refused(tiny_model, tmp_path, adapter):
    _, sha256 = trained_source(tiny_model, adapter, tmp_path)
    path = tmp_path / ("model.safetensors" if adapter == "full" else "adapter.safetensors")
    tensors = load_file(path)
    name = sorted(tensors)[0]
    tensors[name] = tensors[name] + 1
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(IntertaskError, match="stale or damaged") as error:
        adapters.load_source(tmp_path, lambda: load_model(tiny_model), "tgt", adapter, sha256)
    assert "delete" in error.value.fix


def test_saved_files_hold_no_pickle(tiny_model, tmp_path):
    trained_source(tiny_model, "seq_bn", tmp_path)
    assert json.loads((tmp_path / "adapter_config.json").read_text())["name"] == "src"
    assert not [p for p in tmp_path.iterdir() if p.suffix not in (".json", ".safetensors")]


def test_unknown_adapter_string(tiny_model):
    with pytest.raises(IntertaskError, match="seq_bnn") as error:
        adapters.check_adapter_string("seq_bnn")
    assert "seq_bn" in error.value.fix
    with pytest.raises(IntertaskError):
        adapters.add_fresh_adapter(load_model(tiny_model), "a", "seq_bnn")
    adapters.check_adapter_string("seq_bn")
    adapters.check_adapter_string("full")


@pytest.mark.parametrize(
    ("adapter", "expected"),
    [
        *((name, True) for name in ("seq_bn", "double_seq_bn", "par_bn", "seq_bn[reduction_factor=8]")),
        *((name, False) for name in ("seq_bn_inv", "lora", "prefix_tuning", "compacter", "mam")),
        ("seq_bn[inv_adapter=nice]", False),
        ("full", False),
    ],
)
def test_adapters_that_can_be_trained_together(tiny_model, adapter, expected):
    """A dry run knows it from the name alone."""
    assert adapters.can_train_together(adapter) == expected
    if expected:
        model = load_model(tiny_model)
        for name in ("a", "b"):
            adapters.add_fresh_adapter(model, name, adapter)
        assert can_stack(model, ["a", "b"])
