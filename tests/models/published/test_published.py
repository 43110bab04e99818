"""Published adapters: what the publisher's model said is what ours says, and nothing else is ever let in."""

import http.server
import json
import os
import pickle
import runpy
import sys
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from adapters import ConfigUnion, LoRAConfig, PrefixTuningConfig
from five_types import small_task
from huggingface_hub import constants, file_download
from huggingface_hub.utils import reset_sessions
from paths import ROOT
from transformers import RobertaConfig, RobertaModel

from intertask import retry
from intertask.config import Model
from intertask.data.prepare import rows_fingerprint
from intertask.errors import IntertaskError
from intertask.files import write_json
from intertask.models.adapters import load_source
from intertask.models.base import load_model
from intertask.models.evidence.fisher import trained_fisher
from intertask.models.evidence.source_features import load_sources, source_rows
from intertask.models.evidence.target_features import target_units
from intertask.models.published import NotPublishedError, fetch_source, read_weights

SCRIPTS = ROOT / "workflow" / "scripts"
IDS = torch.tensor([[0, 31, 7, 19, 5, 2], [0, 8, 44, 2, 1, 1]])
MASK = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])
#: Configuration of 'pfeiffer' as adapter-transformers 1.1 wrote it.
PFEIFFER = {
    "adapter_residual_before_ln": False,
    "invertible_adapter": {"block_type": "nice", "non_linearity": "relu", "reduction_factor": 2},
    "leave_out": [],
    "ln_after": False,
    "ln_before": False,
    "mh_adapter": False,
    "non_linearity": "relu",
    "original_ln_after": True,
    "original_ln_before": True,
    "output_adapter": True,
    "reduction_factor": 16,
    "residual_before_ln": True,
}
HOULSBY = PFEIFFER | {"mh_adapter": True, "original_ln_before": False, "non_linearity": "swish", "reduction_factor": 8}
GELU = PFEIFFER | {"non_linearity": "gelu"}
#: Head configurations as they were written then, one for each type.
HEADS = {
    "classification": {"num_labels": 2, "layers": 2, "label2id": None},
    "regression": {"head_type": "classification", "num_labels": 1, "layers": 2, "label2id": None},
    "multiple_choice": {"num_choices": 3, "layers": 2, "label2id": None},
    "extractive_qa": {"head_type": "question_answering", "num_labels": 2, "layers": 1, "label2id": None},
    "tagging": {"num_labels": 2, "layers": 1, "label2id": {"O": 0, "B-COL": 1}},
}


@pytest.fixture(scope="module")
def roberta(tmp_path_factory) -> Model:
    folder = tmp_path_factory.mktemp("models") / "tiny-roberta"
    torch.manual_seed(0)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    RobertaModel(RobertaConfig(vocab_size=60, initializer_range=0.1, **size)).save_pretrained(folder)
    return Model(path=str(folder))


def publish(
    folder: Path, base: Model, kind: str, config: dict | None = None, head: dict | None = None, layout="1.1", name="pf"
):
    """Write an adapter with random weights in one of the layouts; returns the publisher's model.

    Layouts: '1.1' and '2.1' of adapter-transformers (the latter after loading one of the former), 'today'.
    """
    config = config or PFEIFFER
    model = load_model(base)
    new_names = {"gelu": "gelu_new"}  # the same function, which was called otherwise
    head = {"head_type": kind, "activation_function": "tanh", **(head or HEADS[kind])}
    torch.manual_seed(7)
    own = {key: value for key, value in config.items() if key != "invertible_adapter"}
    own["non_linearity"] = new_names.get(own["non_linearity"], own["non_linearity"])
    model.add_adapter(name, config=own)
    own_head = head | {"activation_function": new_names.get(head["activation_function"], head["activation_function"])}
    model.add_prediction_head_from_config(name, own_head)
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            if f".{name}." in key:
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    model.set_active_adapters(name)
    folder.mkdir(parents=True)
    if layout == "today":
        model.save_adapter(str(folder), name, with_head=True, use_safetensors=True)
        return model.eval()
    state = model.state_dict()

    def old_name(key: str) -> str:
        if layout == "2.1":
            return key
        key = key.replace("attention.output.adapters.", "attention.output.attention_text_task_adapters.")
        return key.replace(".output.adapters.", ".output.layer_text_task_adapters.")

    heads = {key: value for key, value in state.items() if key.startswith(f"heads.{name}.")}
    weights = {old_name(key): value for key, value in state.items() if f".{name}." in key and key not in heads}
    torch.save(weights, folder / "pytorch_adapter.bin")
    torch.save(heads, folder / "pytorch_model_head.bin", _use_new_zipfile_serialization=layout != "1.1")
    about = {
        "hidden_size": model.config.hidden_size,
        "model_class": type(model).__name__.replace("AdapterModel", "ModelWithHeads"),
        "model_name": f"{model.config.model_type}-base",
        "model_type": model.config.model_type,
        "name": name,
    }
    kind_of_adapter = {"type": "text_task"} if layout == "1.1" else {}
    write_json(folder / "adapter_config.json", {"config": config, **about, **kind_of_adapter})
    write_json(folder / "head_config.json", {"config": head, **about})
    return model.eval()


def fetched(folder: Path, base: Model, info: dict, out: Path, **published) -> dict:
    """Fetch, and write metrics.json."""
    origin = {"repository": str(folder), "revision": None, "required": True} | published
    recipe = {"adapter": "seq_bn", "model": {"path": base.path, "revision": None}, "published": origin}
    metrics = fetch_source(recipe, info, base, "0abc", out)
    write_json(out / "metrics.json", metrics)
    return metrics


def outputs(model, hidden: bool = False) -> list[torch.Tensor]:
    """The last layer, or what the active head says; four texts, or one with... as many choices as the head has."""
    with torch.no_grad():
        if hidden:
            return [model.base_model(IDS, attention_mask=MASK).last_hidden_state]
        batch = (IDS.repeat(6, 1), MASK.repeat(6, 1))  # divisible by 2 and 3 choices
        result = model(batch[0], attention_mask=batch[1], return_dict=True)
    return [value for key, value in result.items() if key.endswith("logits")]


def same(a, b) -> bool:
    return len(a) == len(b) > 0 and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


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


def test_classes_get_the_tasks_order(roberta, tmp_path):
    head = {"num_labels": 3, "layers": 2, "label2id": {"Neutral": 2, "yes": 0, "no": 1}}
    theirs = publish(tmp_path / "pub", roberta, "classification", head=head)
    info = small_task("classification").info | {"labels": ["no", "neutral", "yes"]}
    metrics = fetched(tmp_path / "pub", roberta, info, tmp_path / "out")
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert torch.equal(outputs(ours)[0], outputs(theirs)[0][:, [1, 2, 0]])
    assert ours.heads["s"].config["label2id"] == {"no": 0, "neutral": 1, "yes": 2}
    assert not any("order" in note for note in metrics["notes"])


@pytest.mark.parametrize(
    ("label2id", "said"),
    [(None, "no names"), ({"LABEL_0": 0, "LABEL_1": 1}, "no names"), ({"hot": 0, "cold": 1}, "called otherwise")],
)
def test_classes_without_the_tasks_names_keep_their_order(roberta, tmp_path, label2id, said):
    head = {"num_labels": 2, "layers": 2, "label2id": label2id}
    theirs = publish(tmp_path / "pub", roberta, "classification", head=head)
    metrics = fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert any(said in note for note in metrics["notes"])
    ours = load_sources({"s": tmp_path / "out"}, roberta, "seq_bn").eval()
    ours.set_active_adapters("s")
    ours.active_head = "s"
    assert same(outputs(ours), outputs(theirs))


def test_metrics_have_what_is_read_of_a_trained_source(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    info = small_task("classification").info
    metrics = fetched(tmp_path / "pub", roberta, info, tmp_path / "out")
    assert metrics["value"] is None and metrics["training"] is None and metrics["label_scale"] is None
    assert metrics["metric"] == "accuracy" and metrics["source"] == info["task"]
    assert metrics["made_from"] == {
        "published": str(tmp_path / "pub"),
        "commit": None,
        "data": info["fingerprint"],
        "model": "0abc",
    }
    assert metrics["published"]["config"]["reduction_factor"] == 16
    assert any("made for roberta-base" in note for note in metrics["notes"])
    assert not any("adapter: seq_bn" in note for note in metrics["notes"])
    again = fetched(tmp_path / "pub", roberta, info, tmp_path / "again")
    assert again["fingerprint"] == metrics["fingerprint"] and again["weights_sha256"] == metrics["weights_sha256"]
    publish(tmp_path / "other", roberta, "classification", HOULSBY)
    other = fetched(tmp_path / "other", roberta, info, tmp_path / "new")
    assert other["weights_sha256"] != metrics["weights_sha256"] and other["fingerprint"] != metrics["fingerprint"]
    assert any("adapter: seq_bn" in note and "reduction_factor 8 (not 16)" in note for note in other["notes"])
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".safetensors"}


def test_head_of_another_task_gives_probabilities_but_no_gradients(tiny_model, tmp_path):
    """Few-shot training and LEEP go on; TaskEmb, which needs the loss on the task's own labels, has no score."""
    head = {"num_labels": 5, "layers": 2, "label2id": None}
    publish(tmp_path / "pub", tiny_model, "classification", head=head)
    publish(tmp_path / "wide", tiny_model, "classification", HOULSBY)  # of another configuration
    prepared = small_task("classification")
    metrics = fetched(tmp_path / "pub", tiny_model, prepared.info, tmp_path / "out")
    fetched(tmp_path / "wide", tiny_model, prepared.info | {"task": "wide"}, tmp_path / "wide-out")
    assert not metrics["published"]["head"]["fits"] and "5 outputs" in metrics["notes"][0]
    recipe = {"max_examples": 6, "max_rows": 40, "negatives": 2, "max_length": 32, "stride": 8, "seed": 1}
    recipe |= {"batch_size": 3, "parallel": 8, "adapter": "seq_bn"}
    assert trained_fisher(tmp_path / "out", tiny_model, prepared, recipe, metrics) == {}
    units, tokenizer = target_units(prepared, tiny_model, load_model(tiny_model).config, recipe)
    folders = {"five": tmp_path / "out", "wide": tmp_path / "wide-out", "five-too": tmp_path / "out"}
    together = list(source_rows(folders, tiny_model, "seq_bn", "classification", units, tokenizer, recipe))
    for name, features, probabilities in together:
        alone = source_rows({name: folders[name]}, tiny_model, "seq_bn", "classification", units, tokenizer, recipe)
        ((_, expected, expected_probabilities),) = alone
        assert np.allclose(features, expected, atol=1e-5), name
        assert np.allclose(probabilities, expected_probabilities, atol=1e-5)
        assert np.allclose(probabilities.sum(1), 1, atol=1e-5)
    assert together[0][2].shape[1] == 5


@pytest.mark.parametrize("kind", list(HEADS))
def test_fisher_embedding_with_the_published_head(tiny_model, tmp_path, kind):
    head = HEADS[kind] | ({"num_choices": 5} if kind == "multiple_choice" else {})  # the task has three
    publish(tmp_path / "pub", tiny_model, kind, head=head)
    prepared = small_task(kind)
    metrics = fetched(tmp_path / "pub", tiny_model, prepared.info, tmp_path / "out")
    recipe = {"adapter": "seq_bn", "max_length": 40, "stride": 8, "seed": 3, "max_examples": 4}
    found = trained_fisher(tmp_path / "out", tiny_model, prepared, recipe, metrics)
    assert any(vector.any() for name, vector in found.items() if "adapter_up" in name)


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
        ([torch.ones(2)], "no weights by name"),
        ({}, "no weights by name"),
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


@pytest.mark.parametrize(
    "file", ["adapter_config.json", "pytorch_adapter.bin", "head_config.json", "pytorch_model_head.bin"]
)
def test_incomplete_folder(roberta, tmp_path, file):
    publish(tmp_path / "pub", roberta, "classification")
    (tmp_path / "pub" / file).unlink()
    with pytest.raises(NotPublishedError, match=file) as error:
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")
    assert "my-classification" in str(error.value) and "adapters: train" in error.value.fix


def test_configuration_that_is_no_json(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    (tmp_path / "pub" / "head_config.json").write_text("<html>")
    with pytest.raises(IntertaskError, match=r"head_config\.json is not readable JSON"):
        fetched(tmp_path / "pub", roberta, small_task("classification").info, tmp_path / "out")


COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(http.server.BaseHTTPRequestHandler):
    """The few answers of the hub that fetching a repository needs; ``owner/pf`` is there, ``owner/down`` fails."""

    folder: Path
    asked: list

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        self.asked.append(self.path)
        names = sorted(path.name for path in self.folder.iterdir())
        if "/down" in self.path:
            return self.send(503)
        if "/gated/" in self.path:
            return self.send(403, {"X-Error-Code": "GatedRepo"})
        if "owner/pf" not in self.path:
            return self.send(404, {"X-Error-Code": "RepoNotFound"})
        if "/revision/" in self.path:
            if not self.path.endswith(("/main", COMMIT)):
                return self.send(404, {"X-Error-Code": "RevisionNotFound"})
            siblings = [{"rfilename": name} for name in names]
            return self.send(200, body={"id": "owner/pf", "sha": COMMIT, "siblings": siblings})
        if "/tree/" in self.path:
            return self.send(200, body=[{"type": "file", "path": name, "size": 1, "oid": "0"} for name in names])
        content = (self.folder / self.path.rpartition("/")[2]).read_bytes()
        return self.send(200, {"ETag": f'"{len(content)}"', "X-Repo-Commit": COMMIT}, content)

    def send(self, status, headers=None, body=b""):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tmp_path, monkeypatch, roberta):
    """A hub on this machine, with one adapter and an empty cache; ``hub.offline()`` cuts the line."""
    publish(tmp_path / "hub", roberta, "classification")
    handler = type("Handler", (Hub,), {"folder": tmp_path / "hub", "asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", address)
    template = address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(file_download, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.0)
    reset_sessions()

    def offline():
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        reset_sessions()

    handler.offline = staticmethod(offline)
    handler.cache = tmp_path / "cache"
    yield handler
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    reset_sessions()


def test_repository_of_the_hub_and_then_the_cache(hub, roberta, tmp_path):
    info = small_task("classification").info
    local = fetched(tmp_path / "hub", roberta, info, tmp_path / "local")
    first = fetched(Path("owner/pf"), roberta, info, tmp_path / "first")
    assert first["weights_sha256"] == local["weights_sha256"]
    assert first["made_from"]["commit"] == first["published"]["commit"] == COMMIT
    asked = len(hub.asked)
    hub.offline()
    assert fetched(Path("owner/pf"), roberta, info, tmp_path / "second")["fingerprint"] == first["fingerprint"]
    assert len(hub.asked) == asked > 0


def test_what_the_hub_does_not_have(hub, roberta, tmp_path):
    info = small_task("classification").info
    with pytest.raises(NotPublishedError, match="no repository owner/other"):
        fetched(Path("owner/other"), roberta, info, tmp_path / "out")
    with pytest.raises(NotPublishedError, match="no revision 'v9'"):
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out", revision="v9")
    (hub.folder / "pytorch_model_head.bin").unlink()
    with pytest.raises(NotPublishedError, match=r"not complete.*pytorch_model_head\.bin.*LEEP"):
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out")


@pytest.mark.parametrize("repository", ["owner/down", "owner/gated", "no such name"])
def test_failures_that_are_no_answer(hub, roberta, tmp_path, repository):
    with pytest.raises(IntertaskError) as error:
        fetched(Path(repository), roberta, small_task("classification").info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)
    assert repository in str(error.value) and "my-classification" in str(error.value)
    assert "adapters: train" in error.value.fix
    assert len(hub.asked) == {"owner/down": retry.TRIES, "owner/gated": 1}.get(repository, 0)


def test_offline_and_not_in_the_cache(hub, roberta, tmp_path):
    hub.offline()
    with pytest.raises(IntertaskError, match="not wholly in the cache") as error:
        fetched(Path("owner/pf"), roberta, small_task("classification").info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)


def test_half_a_snapshot_is_no_answer(hub, roberta, tmp_path):
    """A download that was killed must not look like an adapter that nobody published."""
    info = small_task("classification").info
    fetched(Path("owner/pf"), roberta, info, tmp_path / "out")
    (head,) = hub.cache.rglob("snapshots/*/pytorch_model_head.bin")
    head.unlink()
    hub.offline()
    with pytest.raises(IntertaskError, match="not wholly in the cache") as error:
        fetched(Path("owner/pf"), roberta, info, tmp_path / "out")
    assert not isinstance(error.value, NotPublishedError)


@pytest.fixture
def data(colours, tmp_path) -> Path:
    """Prepared data of a task, as a data job leaves it."""
    folder = tmp_path / "data"
    folder.mkdir()
    parts = {"train": colours.train, "validation": colours.validation}
    for split, rows in parts.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{split}.parquet")
    write_json(folder / "info.json", colours.info | {"fingerprint": rows_fingerprint(*parts.values(), ["red", "blue"])})
    write_json(tmp_path / "model.json", {"fingerprint": "0abc"})
    return folder


def run_script(monkeypatch, script: str, data: Path, recipe: dict) -> dict:
    """Run a script in this process; what it wrote to metrics.json."""
    tmp_path = data.parent
    parts = {"recipe": json.dumps(recipe), "data": data, "model": tmp_path / "model.json"}
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


def test_script_trains_what_is_not_published(tiny_model, script_recipe, data, tmp_path, monkeypatch, capsys):
    trained = run_script(monkeypatch, "train_adapter.py", data, script_recipe)
    assert trained["training"]["steps"] == 2 and trained["value"] is not None
    assert "There is no folder" in capsys.readouterr().out
    publish(tmp_path / "pub", tiny_model, "classification")
    found = run_script(monkeypatch, "train_adapter.py", data, script_recipe)
    assert found["value"] is None and found["versions"] == trained["versions"]
    assert found["fingerprint"] != trained["fingerprint"]
    assert set(trained) <= set(found)  # every key that a reader may look for
    fetched_alone = run_script(monkeypatch, "fetch_adapter.py", data, script_recipe)
    assert {**fetched_alone, "seconds": 0} == {**found, "seconds": 0}


@pytest.mark.parametrize("script", ["train_adapter.py", "fetch_adapter.py"])
def test_script_does_not_train_what_must_be_published(script_recipe, data, monkeypatch, capsys, script):
    script_recipe["published"]["required"] = True
    with pytest.raises(SystemExit):
        run_script(monkeypatch, script, data, script_recipe)
    assert "There is no folder" in capsys.readouterr().err


def test_script_does_not_train_unasked(tiny_model, script_recipe, data, tmp_path, monkeypatch, capsys):
    """It is published, but cannot be used: that is for a person to know before hours of training."""
    publish(tmp_path / "pub", tiny_model, "classification")
    (tmp_path / "pub" / "pytorch_adapter.bin").write_bytes(b"damaged")
    with pytest.raises(SystemExit):
        run_script(monkeypatch, "train_adapter.py", data, script_recipe)
    assert "pytorch_adapter.bin is damaged" in capsys.readouterr().err
    assert not (tmp_path / "out" / "metrics.json").exists()


def test_full_fine_tuning_has_no_published_adapters(roberta, tmp_path):
    publish(tmp_path / "pub", roberta, "classification")
    recipe = {"adapter": "full", "published": {"repository": str(tmp_path / "pub"), "revision": None}}
    with pytest.raises(IntertaskError, match="adapter: full"):
        fetch_source(recipe, small_task("classification").info, roberta, "0abc", tmp_path / "out")
