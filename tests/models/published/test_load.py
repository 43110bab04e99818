"""Published weights: the adapter computes what its publisher's model computed, and nothing but weights is read."""

import json
import os
import pickle
from pathlib import Path

import pytest
import torch
from adapters import ConfigUnion, LoRAConfig, PrefixTuningConfig
from five_types import small_task
from published_adapters import GELU, HEADS, HOULSBY, IDS, PFEIFFER, fetched, outputs, publish, same

from intertask.errors import IntertaskError
from intertask.files import write_json
from intertask.models.adapters import load_source
from intertask.models.base import load_model
from intertask.models.evidence.source_features import load_sources
from intertask.models.published.hub import NotPublishedError
from intertask.models.published.load import read_weights


@pytest.mark.parametrize("layout", ["1.1", "2.1", "today"])
@pytest.mark.parametrize("kind", list(HEADS))
def test_adapter_and_head_say_what_the_publishers_said(roberta, tmp_path, kind, layout):
    theirs = publish(tmp_path / "pub", roberta, kind, layout=layout)
    info = small_task(kind).info
    metrics = fetched(tmp_path / "pub", roberta, info, tmp_path / "out")
    assert metrics["published"]["head"]["fits"]
    ours = load_sources({info["task"]: tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters(info["task"])
    ours.active_head = info["task"]
    assert same(outputs(ours), outputs(theirs))
    assert same(outputs(ours, hidden=True), outputs(theirs, hidden=True))
    start = load_source(
        tmp_path / "out", lambda: load_model(roberta), "target", "seq_bn", metrics["weights_sha256"]
    ).eval()
    assert not start.heads and same(outputs(start, hidden=True), outputs(theirs, hidden=True))
    assert not same(outputs(load_model(roberta).eval(), hidden=True), outputs(theirs, hidden=True))
    trainable = [key for key, parameter in start.named_parameters() if parameter.requires_grad]
    assert trainable and all(".target." in key for key in trainable)


@pytest.mark.parametrize("layout", ["1.1", "2.1"])
@pytest.mark.parametrize("config", [HOULSBY, GELU])
def test_other_bottlenecks_and_models(tiny_model, tmp_path, config, layout):
    theirs = publish(tmp_path / "pub", tiny_model, "classification", config, layout=layout)
    fetched(tmp_path / "pub", tiny_model, small_task("classification").info, tmp_path / "out")
    ours = load_sources({"s": tmp_path / "out"}, tiny_model, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert same(outputs(ours), outputs(theirs))
    saved = json.loads((tmp_path / "out" / "adapter_config.json").read_text())["config"]
    assert saved["reduction_factor"] == config["reduction_factor"] and saved["inv_adapter"] is None


def test_activation_of_a_head_had_another_name(roberta, tmp_path):
    head = HEADS["classification"] | {"activation_function": "gelu"}
    theirs = publish(tmp_path / "pub", roberta, "classification", head=head)
    fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert same(outputs(ours), outputs(theirs))


def test_invertible_adapters_that_were_trained_stay(roberta, tmp_path):
    config = {key: value for key, value in PFEIFFER.items() if key != "invertible_adapter"}
    config |= {"inv_adapter": "nice", "inv_adapter_reduction_factor": 2}
    theirs = publish(tmp_path / "pub", roberta, "classification", config, layout="2.1")
    fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    assert same(outputs(ours, hidden=True), outputs(theirs, hidden=True))
    plain = load_model(roberta)
    assert not torch.equal(plain.eval()(IDS)[0], outputs(theirs, hidden=True)[0])


class Evil:
    """A pickle that would write a file when it is opened."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("file", ["pytorch_adapter.bin", "pytorch_model_head.bin"])
@pytest.mark.parametrize("how", ["torch", "old torch", "pickle"])
def test_pickles_are_not_executed(roberta, tmp_path, file, how):
    publish(tmp_path / "pub", roberta, "classification")
    weights = torch.load(tmp_path / "pub" / file, weights_only=True) | {"evil": Evil(tmp_path / "executed")}
    if how == "pickle":
        (tmp_path / "pub" / file).write_bytes(pickle.dumps(weights["evil"]))
    else:
        torch.save(weights, tmp_path / "pub" / file, _use_new_zipfile_serialization=how == "torch")
    with pytest.raises(IntertaskError, match=f"{file} is damaged, or holds more than weights"):
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert not (tmp_path / "executed").exists() and not (tmp_path / "out").exists()
    if how == "torch":  # the test's pickle is a real one
        torch.load(tmp_path / "pub" / file, weights_only=False)
        assert (tmp_path / "executed").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"a": torch.tensor([1.0, float("nan")])}, "not finite"),
        ({"a": torch.tensor([1])}, "something else"),
        ({"a": "text"}, "something else"),
        ([torch.ones(2)], "no named weights"),
        ({}, "no named weights"),
    ],
)
def test_only_weights_are_weights(tmp_path, content, said):
    torch.save(content, tmp_path / "w.bin")
    with pytest.raises(IntertaskError, match=said):
        read_weights(tmp_path / "w.bin", "here")
    torch.save({"a": torch.ones(2, dtype=torch.float16)}, tmp_path / "w.bin")
    assert read_weights(tmp_path / "w.bin", "here")["a"].dtype == torch.float32


@pytest.mark.parametrize("change", [{"hidden_size": 768}, {"model_type": "bert"}])
def test_adapter_for_another_model(roberta, tmp_path, change):
    publish(tmp_path / "pub", roberta, "classification")
    path = tmp_path / "pub" / "adapter_config.json"
    write_json(path, json.loads(path.read_text()) | change)
    with pytest.raises(IntertaskError, match=r"is for roberta-base \(type .*this model has type roberta.* 32") as error:
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError) and "adapters: train" in error.value.fix


@pytest.mark.parametrize(
    "config",
    [
        LoRAConfig(),
        ConfigUnion(PrefixTuningConfig(), LoRAConfig()),
        {"architecture": "new"},
        {"x": 1},
        None,
        "pfeiffer",
    ],
)
def test_adapter_that_is_no_bottleneck(roberta, tmp_path, config):
    publish(tmp_path / "pub", roberta, "classification")
    path = tmp_path / "pub" / "adapter_config.json"
    config = config.to_dict() if hasattr(config, "to_dict") else config
    write_json(path, json.loads(path.read_text()) | {"config": config})
    with pytest.raises(IntertaskError, match=r"bottleneck|no configuration"):
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")


@pytest.mark.parametrize("file", ["pytorch_adapter.bin", "pytorch_model_head.bin"])
@pytest.mark.parametrize("change", ["one missing", "one more", "other size", "other layer"])
def test_weights_that_do_not_fit(roberta, tmp_path, file, change):
    publish(tmp_path / "pub", roberta, "classification")
    weights = torch.load(tmp_path / "pub" / file, weights_only=True)
    name = sorted(weights)[0]
    if change == "one missing":
        del weights[name]
    elif change == "one more":
        weights[name + "2"] = weights[name]
    elif change == "other size":
        weights[name] = torch.ones(3)
    else:
        weights[name.replace(".0.", ".9.").replace(".1.", ".9.")] = weights.pop(name)
    torch.save(weights, tmp_path / "pub" / file)
    with pytest.raises(IntertaskError, match=f"{file} does not fit"):
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")


def test_configuration_that_is_no_json(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    (tmp_path / "pub" / "head_config.json").write_text("<html>")
    with pytest.raises(IntertaskError, match=r"head_config\.json is not readable JSON"):
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
