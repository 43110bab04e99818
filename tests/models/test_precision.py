"""bf16 on the CPU, where it can be tested without a GPU, and the precision that each device gets."""

import numpy as np
import pytest
import torch
from five_types import small_task
from trained_source import trained_source

from intertask.config import Model
from intertask.models import precision
from intertask.models.adapters import add_fresh_adapter
from intertask.models.base import load_model, load_tokenizer, usable_length
from intertask.models.evidence.embeddings import embed_task
from intertask.models.evidence.fisher import diagonal_fisher
from intertask.models.evidence.source_features import source_features
from intertask.models.evidence.target_features import target_units, unit_features
from intertask.models.prediction import predict_logits, strip
from intertask.models.training.adapter_fusion import load_fused
from intertask.models.training.fewshot import (
    NAME,
    draw_shots,
    encoder,
    fine_tune_few_shot,
    fresh_model,
    train_steps,
)
from intertask.models.training.fine_tuning import fine_tune, standardized
from intertask.models.training.seeds import set_seed
from intertask.types import TYPES, Tokenization, get_type

BF16 = {"precision": "bf16"}
ADAPTER = "seq_bn[reduction_factor=2]"
SHOTS = {"max_examples": 20, "held_out": 0.2, "batch_size": 4, "learning_rate": 0.01, "max_length": 40, "stride": 8}
SHOTS |= {"seed": 3, "steps": [1, 3]}


@pytest.fixture
def card(monkeypatch):
    """Pretends that there is a GPU; gives the list of what float32 matrices were set to be multiplied in."""
    chosen = []
    monkeypatch.setattr(torch, "set_float32_matmul_precision", chosen.append)

    def of(capability):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: capability is not None)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: capability)
        # an old card "supports" bf16 when emulation counts
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda emulated=True: emulated or capability >= (8, 0))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a card")
        return chosen

    return of


@pytest.mark.parametrize(
    ("capability", "recipe", "training", "features", "matrices"),
    [
        (None, {}, "float32", "float32", set()),
        (None, {"precision": "float32"}, "float32", "float32", set()),
        (None, BF16, "bf16", "bf16", set()),
        ((7, 0), {}, "float32", "float32", {"highest"}),
        ((9, 0), {}, "bf16", "tf32", {"high"}),
        ((9, 0), {"precision": "float32"}, "float32", "float32", {"highest"}),
        ((9, 0), BF16, "bf16", "bf16", {"high"}),
    ],
)
def test_what_is_chosen(card, capability, recipe, training, features, matrices):
    chosen = card(capability)
    assert precision.for_training(recipe) == training
    assert precision.for_features(recipe) == features
    assert set(chosen) == matrices
    assert precision.about(training) == {"device": "cpu" if capability is None else "a card", "precision": training}


def mean_loss(model, base, prepared) -> float:
    """Over the training rows, in float32."""
    kind = prepared.info["type"]
    task_type, tokenizer = get_type(kind), load_tokenizer(base, pre_split=kind == "tagging")
    info = prepared.info | {"unanswerable": True} if kind == "extractive_qa" else prepared.info
    rows = standardized(prepared.train)[0] if kind == "regression" else prepared.train
    encodings = task_type.encode(rows, Tokenization(tokenizer, usable_length(tokenizer, model.config, 32), 8), info)
    model.eval()
    with torch.no_grad():
        return float(task_type.loss(model, task_type.collator(tokenizer)(strip(encodings, task_type.EXTRA_KEYS)))[0])


@pytest.mark.parametrize("adapter", [ADAPTER, "full"])
@pytest.mark.parametrize("kind", TYPES)
def test_training_is_about_what_it_is_in_float32(tiny_model, recipe, tmp_path, kind, adapter):
    prepared = small_task(kind)
    recipe |= {"adapter": adapter}
    recipe["training"] |= {"epochs": 2, "patience": 0, "learning_rate": 0.001 if adapter == "full" else 0.01}
    recipe["training"] |= {"patience": 1} if kind == "classification" else {}
    found = {}
    for i, setting in enumerate([{}, BF16, BF16][: 3 if kind == "classification" else 2]):
        set_seed(recipe["seed"])
        model = load_model(tiny_model)
        add_fresh_adapter(model, "task", adapter)
        before = {name: value.clone() for name, value in model.state_dict().items()}
        result = fine_tune(model, tiny_model, "task", prepared, recipe | setting, 1, tmp_path / str(i))
        assert (result["device"], result["precision"]) == ("cpu", "bf16" if setting else "float32")
        assert {value.dtype for value in model.state_dict().values() if value.is_floating_point()} == {torch.float32}
        changed = [
            name for name, value in model.state_dict().items() if name in before and (value != before[name]).any()
        ]
        assert changed and (adapter == "full" or all(".task." in name for name in changed))
        found[i] = {"weights": torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad])}
        found[i]["loss"] = mean_loss(model, tiny_model, prepared)
    assert 2 not in found or torch.equal(found[1]["weights"], found[2]["weights"])
    assert not torch.equal(found[0]["weights"], found[1]["weights"])
    assert found[1]["loss"] == pytest.approx(found[0]["loss"], rel=0.1, abs=0.02)


@pytest.mark.parametrize("kind", TYPES)
def test_logits_are_about_those_of_float32(tiny_model, kind):
    prepared = small_task(kind)
    model = fresh_model(tiny_model, ADAPTER, 1)
    task_type, encode, collate = encoder(tiny_model, model.config, prepared.info, SHOTS)
    task_type.add_head(model, NAME, prepared.info)
    encodings = encode(prepared.train[:9])
    exact, rounded = (predict_logits(model, task_type, encodings, collate, 4, p) for p in ("float32", "bf16"))
    for one, other in zip(exact, rounded, strict=True):
        assert other.dtype == np.float32
        assert not np.array_equal(one, other)
        real = one > -50  # not padding
        np.testing.assert_allclose(other[real], one[real], atol=0.03 * np.abs(one[real]).max())


KINDS = (
    "double_seq_bn",
    "par_bn",
    "seq_bn_inv",
    "compacter[reduction_factor=8]",
    "lora",
    "ia3",
    "prefix_tuning",
    "prompt_tuning",
    "loreft",
)


@pytest.mark.parametrize("adapter", [*KINDS, "mam", "unipelt"])
def test_other_adapters_train(tiny_model, adapter):
    prepared = small_task("extractive_qa")
    model = fresh_model(tiny_model, adapter, 1)
    before = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
    shots = draw_shots(tiny_model, model.config, prepared.info, prepared.train, SHOTS, SHOTS)
    results = fine_tune_few_shot(model, shots, SHOTS, 1, "bf16")
    exact = fine_tune_few_shot(fresh_model(tiny_model, adapter, 1), shots, SHOTS, 1)
    assert [r["loss"] for r in results] == pytest.approx([r["loss"] for r in exact], rel=0.05)
    assert [r["loss"] for r in results] != [r["loss"] for r in exact]
    after = dict(model.named_parameters())
    assert any(not torch.equal(value, after[name]) for name, value in before.items())
    assert {p.dtype for p in after.values()} == {torch.float32}


def sources(tiny_model, folder, adapter=ADAPTER):
    """Two sources with trained-like weights."""
    folders = {}
    for name in ("a", "b"):
        _, sha256 = trained_source(tiny_model, adapter, folder / name)
        (folder / name / "metrics.json").write_text(f'{{"weights_sha256": "{sha256}"}}')
        folders[name] = folder / name
    return folders


def test_adapter_fusion_trains(tiny_model, recipe, colours, tmp_path):
    model = load_fused(sources(tiny_model, tmp_path), lambda: load_model(tiny_model), ADAPTER)
    before = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
    recipe["training"] |= {"epochs": 2}
    result = fine_tune(model, tiny_model, "colours", colours, recipe | BF16, 1, tmp_path / "checkpoints")
    assert result["precision"] == "bf16"
    after = dict(model.named_parameters())
    assert all(torch.isfinite(after[name]).all() for name in before)
    assert any(not torch.equal(value, after[name]) for name, value in before.items())


def test_rows_are_float32_and_about_the_same(tiny_model, tmp_path, capsys):
    folders, prepared = sources(tiny_model, tmp_path), small_task("classification")
    recipe = {"max_examples": 12, "max_rows": 40, "negatives": 2, "max_length": 32, "stride": 8, "seed": 1}
    recipe |= {"batch_size": 5, "parallel": 2}
    network = load_model(tiny_model)
    units, tokenizer = target_units(prepared, tiny_model, network.config, recipe)
    pairs = [tuple(unit_features(network, units, tokenizer, 5, precision=p) for p in ("float32", "bf16"))]
    exact, rounded = (
        list(source_features(folders, tiny_model, ADAPTER, "classification", units, tokenizer, recipe | setting))
        for setting in ({}, BF16)
    )
    # the trial is in float32: rounding is no reason to take the adapters one by one
    assert capsys.readouterr().out.count("adapters side by side") == 2
    for one, other in zip(exact, rounded, strict=True):
        pairs += [(one[1], other[1]), (one[2], other[2])]
    for one, other in pairs:
        assert other.dtype == np.float32
        assert not np.array_equal(one, other)
        np.testing.assert_allclose(other, one, atol=0.03 * np.abs(one).max())


@pytest.mark.parametrize("kind", ["base", "sentence"])
def test_embeddings_are_float32_and_about_the_same(tiny_model, kind):
    model = tiny_model if kind == "base" else Model(path="bundled")
    recipe = {"kind": kind, "model": model.model_dump(), "max_examples": 9, "batch_size": 4, "max_length": 32}
    recipe |= {"max_windows": 2, "seed": 1}
    rows = small_task("classification").train
    one, other = (embed_task(rows, "classification", recipe | setting)["embeddings"] for setting in ({}, BF16))
    assert other.dtype == np.float32
    assert not np.array_equal(one, other)
    np.testing.assert_allclose(other, one, atol=0.03 * np.abs(one).max())


@pytest.mark.parametrize("kind", TYPES)
def test_gradients_point_where_they_do_in_float32(tiny_model, kind):
    prepared = small_task(kind)
    model = fresh_model(tiny_model, ADAPTER, 1)
    shots = draw_shots(tiny_model, model.config, prepared.info, prepared.train, SHOTS, SHOTS)
    assert list(train_steps(model, shots, SHOTS, [2], 1)) == [2]
    task_type, encode, collate = encoder(tiny_model, model.config, prepared.info, SHOTS)
    encodings = encode(prepared.train[:6])
    one, other = (diagonal_fisher(model, task_type, encodings, collate, ADAPTER, p) for p in ("float32", "bf16"))
    assert one.keys() == other.keys()
    for name, vector in one.items():
        assert other[name].dtype == np.float32
        cosine = vector @ other[name] / max(np.linalg.norm(vector) * np.linalg.norm(other[name]), 1e-30)
        assert cosine > 0.99 or np.linalg.norm(vector) < 1e-12, name


def test_float32_is_exact_within_the_block():
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        with precision.exact():
            assert torch.get_float32_matmul_precision() == "highest"
        assert torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)
