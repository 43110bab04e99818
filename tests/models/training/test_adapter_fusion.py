"""AdapterFusion: frozen sources, trained fusion layers and head, the penalty on the value matrices, the attention."""

import numpy as np
import pytest
import torch
from adapters.methods.modeling import BertFusion
from five_types import small_task
from safetensors.torch import load_file, save_file
from training_runs import assert_same, interrupt_after, script_dev_scores, weights

from intertask.data import Prepared
from intertask.errors import IntertaskError
from intertask.files import write_json
from intertask.models.adapters import add_fresh_adapter, save_source, weights_sha256
from intertask.models.base import load_model
from intertask.models.training import adapter_fusion as fusion
from intertask.models.training import fine_tuning
from intertask.models.training import trainer as training
from intertask.models.training.seeds import set_seed
from intertask.types import classification

SOURCES = ["north", "south", "east"]


def save(tiny_model, folder, name, adapter, seed):
    """A source whose weights are far from any initialization."""
    set_seed(seed)
    model = load_model(tiny_model)
    add_fresh_adapter(model, name, adapter)
    model.add_classification_head(name, num_labels=3)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    sha256 = weights_sha256(model, name, adapter)
    save_source(model, name, adapter, folder / name)
    write_json(folder / name / "metrics.json", {"weights_sha256": sha256})


@pytest.fixture(scope="module")
def sources(tiny_model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    for seed, name in enumerate(SOURCES):
        save(tiny_model, folder, name, "seq_bn[reduction_factor=2]", seed)
    return {name: folder / name for name in SOURCES}


@pytest.fixture
def recipe(recipe):
    recipe["training"] |= {"patience": 0, "epochs": 3}
    return recipe | {"split_seed": 1}


def start(tiny_model, recipe, prepared, sources, checkpoints):
    set_seed(recipe["seed"])
    model = fusion.load_fused(sources, lambda: load_model(tiny_model), recipe["adapter"])
    name = prepared.info["task"]
    return model, lambda: fine_tuning.fine_tune(model, tiny_model, name, prepared, recipe, 1, checkpoints)


def values(model) -> list[torch.Tensor]:
    return [
        parameter
        for name, parameter in weights(model).items()
        if ".adapter_fusion_layer." in name and ".value." in name
    ]


def test_trains_fusion_layers_and_head_only(tiny_model, recipe, colours, sources, tmp_path):
    recipe["training"] |= {"epochs": 30}
    model, go = start(tiny_model, recipe, colours, sources, tmp_path)
    assert not model.heads
    before = weights(model)
    assert len(values(model)) == model.config.num_hidden_layers  # the last layer's too
    result = go()
    assert result["value"] > 90
    after = weights(model)
    changed = {name for name, value in after.items() if name in before and not torch.equal(value, before[name])}
    assert changed
    assert all(".adapter_fusion_layer.north,south,east." in name for name in changed)
    assert all(name.startswith("heads.colours.") for name in after.keys() - before.keys())
    for name, folder in sources.items():
        stored = load_file(folder / "adapter.safetensors")
        assert stored
        assert all(torch.equal(after[key], value) for key, value in stored.items()), name


def test_sources_are_mixed(tiny_model, recipe, sources):
    """What comes out depends on every source and is no single one's."""
    inputs = {"input_ids": torch.tensor([[101, 2417, 3482, 102]]), "attention_mask": torch.ones(1, 4, dtype=torch.long)}
    model = fusion.load_fused(sources, lambda: load_model(tiny_model), recipe["adapter"]).eval()

    def output():
        with torch.inference_mode():
            return model.base_model(**inputs).last_hidden_state

    together, fused = output(), model.active_adapters
    for name in SOURCES:
        model.set_active_adapters(name)
        assert not torch.allclose(output(), together, atol=1e-3)
    model.set_active_adapters(fused)
    for name in SOURCES:
        moved = {key: value for key, value in model.named_parameters() if f".adapters.{name}." in key}
        with torch.no_grad():
            kept = {key: value.clone() for key, value in moved.items()}
            for value in moved.values():
                value.add_(1)
            assert not torch.allclose(output(), together, atol=1e-3)
            for key, value in moved.items():
                value.copy_(kept[key])
    assert torch.allclose(output(), together)


def test_same_seed_same_weights(tiny_model, recipe, colours, sources, tmp_path):
    found = []
    for part in ("a", "b"):
        model, go = start(tiny_model, recipe, colours, sources, tmp_path / part)
        found.append((go()["scores"], weights(model)))
    assert found[0][0] == found[1][0]
    assert_same(found[0][1], found[1][1])


def test_value_matrices_are_pulled_to_the_identity(tiny_model, recipe, colours, sources, tmp_path, monkeypatch):
    """Without any loss of the task, what is left is the gradient of 0.01 |V - I|^2, once, in every step."""
    recipe["training"] |= {"max_grad_norm": 1e9}
    model, go = start(tiny_model, recipe, colours, sources, tmp_path)
    matrices = [p for name, p in model.named_parameters() if ".adapter_fusion_layer." in name and ".value." in name]
    identity = torch.eye(model.config.hidden_size)
    with torch.no_grad():
        for matrix in matrices:
            matrix.add_(torch.randn_like(matrix) * 0.1)
    before = weights(model)
    loss, step, steps = classification.loss, torch.optim.AdamW.step, 0

    def without_the_task(model, batch):
        found, logits = loss(model, batch)
        return found * 0, logits

    def checked(self, *args, **kwargs):
        nonlocal steps
        steps += 1
        for matrix in matrices:
            assert torch.allclose(matrix.grad, 0.02 * (matrix - identity), atol=1e-7)
        return step(self, *args, **kwargs)

    monkeypatch.setattr(classification, "loss", without_the_task)
    monkeypatch.setattr(torch.optim.AdamW, "step", checked)
    go()
    assert steps == 12
    after = weights(model)
    for name, value in before.items():
        if ".adapter_fusion_layer." in name and ".value." in name:
            assert (after[name] - identity).norm() < 0.8 * (value - identity).norm()
        else:
            assert torch.equal(after[name], value)


def test_best_checkpoint_is_kept(tiny_model, recipe, colours, sources, tmp_path, monkeypatch):
    """Dev scores are made to be best after the second epoch; its weights must be there at the end."""
    recipe["training"] |= {"patience": 4, "epochs": 4}
    at_second = script_dev_scores(monkeypatch, [10.0, 50.0, 30.0, 20.0])
    model, go = start(tiny_model, recipe, colours, sources, tmp_path)
    assert go()["training"]["best_dev"] == 50.0
    assert_same(weights(model), at_second)


def test_interrupted_equals_undisturbed(tiny_model, recipe, colours, sources, tmp_path, monkeypatch):
    recipe["training"] |= {"epochs": 4}
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_CHECKPOINTS", 0)
    undisturbed, go = start(tiny_model, recipe, colours, sources, tmp_path / "undisturbed")
    expected = go()

    loss = classification.loss
    interrupt_after(monkeypatch, 10)  # in the third of four epochs
    _, go = start(tiny_model, recipe, colours, sources, tmp_path / "interrupted")
    with pytest.raises(KeyboardInterrupt):
        go()
    monkeypatch.setattr(classification, "loss", loss)
    resumed, go = start(tiny_model, recipe, colours, sources, tmp_path / "interrupted")
    assert go()["scores"] == expected["scores"]
    assert_same(weights(resumed), weights(undisturbed))


def test_attention_is_the_softmax_over_sources(tiny_model, recipe, colours, sources, tmp_path):
    """Against the formula, from the inputs that each fusion layer gets, one text at a time."""
    model, go = start(tiny_model, recipe, colours, sources, tmp_path)
    go()
    shares = {}

    def by_hand(layer, inputs, kwargs, output):
        query, key = inputs[0], inputs[1]
        scores = torch.einsum("bld,blkd->blk", layer.query(query), layer.key(key))
        shares.setdefault(layer, []).append(scores.softmax(-1)[0])  # [L, sources]

    hooks = [m.register_forward_hook(by_hand, with_kwargs=True) for m in model.modules() if isinstance(m, BertFusion)]
    for row in colours.validation:
        fusion.mean_attention(model, tiny_model, Prepared(colours.info, [], [row]), recipe)
    for hook in hooks:
        hook.remove()
    expected = np.stack([torch.cat(parts).mean(0).numpy() for parts in shares.values()])
    found = fusion.mean_attention(model, tiny_model, colours, recipe)
    assert list(found) == SOURCES
    table = np.array([found[name]["layers"] for name in SOURCES]).T
    np.testing.assert_allclose(table, expected, atol=2e-6)
    np.testing.assert_allclose(table.sum(1), 1, atol=1e-5)
    assert found["north"]["mean"] == pytest.approx(table[:, 0].mean(), abs=1e-6)
    assert table.std() > 1e-3


@pytest.mark.parametrize("kind", ["regression", "multiple_choice", "extractive_qa", "tagging"])
def test_every_type(tiny_model, recipe, sources, tmp_path, kind):
    recipe["training"] |= {"max_steps": 2}
    prepared = small_task(kind)
    model, go = start(tiny_model, recipe, prepared, sources, tmp_path)
    assert 0 <= abs(go()["value"]) <= 100
    attention = fusion.mean_attention(model, tiny_model, prepared, recipe)
    assert sum(part["mean"] for part in attention.values()) == pytest.approx(1, abs=1e-5)


def test_two_adapters_in_a_layer(tiny_model, recipe, colours, tmp_path):
    for seed, name in enumerate(SOURCES):
        save(tiny_model, tmp_path, name, "double_seq_bn", seed)
    folders = {name: tmp_path / name for name in SOURCES}
    model, go = start(tiny_model, recipe, colours, folders, tmp_path / "checkpoints")
    go()
    attention = fusion.mean_attention(model, tiny_model, colours, recipe)
    assert [len(part["layers"]) for part in attention.values()] == [model.config.num_hidden_layers] * 3


@pytest.mark.parametrize("adapter", ["lora", "seq_bn_inv"])
def test_adapters_that_cannot_be_mixed(tiny_model, tmp_path, adapter):
    for seed, name in enumerate(SOURCES[:2]):
        save(tiny_model, tmp_path, name, adapter, seed)
    with pytest.raises(IntertaskError, match="north") as error:
        fusion.load_fused({n: tmp_path / n for n in SOURCES[:2]}, lambda: load_model(tiny_model), adapter)
    assert adapter in str(error.value.where)
    assert "seq_bn" in error.value.fix


def test_altered_weights_are_refused(tiny_model, tmp_path):
    for seed, name in enumerate(SOURCES[:2]):
        save(tiny_model, tmp_path, name, "seq_bn", seed)
    path = tmp_path / "south" / "adapter.safetensors"
    save_file({name: value + 1 for name, value in load_file(path).items()}, path, metadata={"format": "pt"})
    with pytest.raises(IntertaskError, match="stale or damaged") as error:
        fusion.load_fused({n: tmp_path / n for n in SOURCES[:2]}, lambda: load_model(tiny_model), "seq_bn")
    assert "south" in str(error.value.where)
