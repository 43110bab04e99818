"""Fisher embeddings against gradients taken in another way."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch
from five_types import small_task

from intertask.errors import IntertaskError
from intertask.models.adapters import add_fresh_adapter, save_source, weights_sha256
from intertask.models.base import load_model
from intertask.models.evidence import fisher as fisher_module
from intertask.models.evidence.fisher import diagonal_fisher, few_shot_fisher, trained_fisher
from intertask.models.training.fewshot import NAME, draw_shots, encoder, fresh_model, train_steps
from intertask.types import TYPES, regression
from intertask.types.batches import INPUTS

FEWSHOT = {"max_examples": 20, "held_out": 0.2, "batch_size": 4, "learning_rate": 0.01}


@pytest.fixture
def recipe() -> dict:
    return {
        "adapter": "seq_bn[reduction_factor=2]",  # with 16 all its two units would be dead in some test
        "max_length": 40,
        "stride": 8,
        "seed": 3,
        "max_examples": 6,
        "steps": 2,
        "fewshot": FEWSHOT,
    }


def ready(tiny_model, recipe, kind):
    """A model with a trained adapter and head of the type, and six encodings of different lengths."""
    prepared = small_task(kind)
    model = fresh_model(tiny_model, recipe["adapter"], 1)
    shots = draw_shots(tiny_model, model.config, prepared.info, prepared.train, recipe, FEWSHOT)
    assert list(train_steps(model, shots, FEWSHOT, [2], 1)) == [2]
    task_type, encode, collate = encoder(tiny_model, model.config, prepared.info, recipe)
    return model.eval(), task_type, encode(prepared.train[:6]), collate


def fisher(ready_model, encodings=None, adapter="seq_bn"):
    model, task_type, all_encodings, collate = ready_model
    return diagonal_fisher(model, task_type, all_encodings if encodings is None else encodings, collate, adapter)


def gradients(model, loss) -> dict[str, np.ndarray]:
    model.zero_grad()
    loss.backward()
    return {
        name.replace(f".{NAME}.", ".*."): parameter.grad.double().numpy().ravel()
        for name, parameter in model.named_parameters()
        if f".{NAME}." in name and "heads" not in name
    }


def test_mean_of_the_squares_of_each_examples_gradient(tiny_model, recipe):
    """All examples in one padded batch, the loss of one of them at a time; not the square of the batch's gradient."""
    model, _, encodings, collate = prepared = ready(tiny_model, recipe, "classification")
    encodings = [{**encoding, "input_ids": encoding["input_ids"][: 4 + i]} for i, encoding in enumerate(encodings)]
    for encoding in encodings:
        encoding |= {key: encoding[key][: len(encoding["input_ids"])] for key in INPUTS}
    found = fisher(prepared, encodings)
    batch = collate(encodings)
    labels = batch.pop("labels")

    def losses():
        logits = model(**{key: batch[key] for key in INPUTS}).logits
        return torch.nn.functional.cross_entropy(logits, labels, reduction="none")

    each = [gradients(model, losses()[i]) for i in range(len(encodings))]
    of_mean = gradients(model, losses().mean())
    assert set(each[0]) == set(found) - {"layer0.output", "layer1.output"}
    assert len(each[0]) == 8  # two layers with weight and bias, down and up
    for name in each[0]:
        expected = np.mean([g[name] ** 2 for g in each], axis=0)
        np.testing.assert_allclose(found[name], expected, rtol=1e-3, atol=1e-6 * expected.max())
        assert not np.allclose(of_mean[name] ** 2, expected, rtol=0.2)


def layer_fisher(model, task_type, batch, i: int) -> np.ndarray:
    """The sum over tokens of the gradient is the derivative along a vector that is added to every token's output."""
    shift = torch.zeros(model.config.hidden_size, requires_grad=True)

    def move(module, inputs, output):
        return (output[0] + shift, *output[1:]) if isinstance(output, tuple) else output + shift

    hook = dict(model.iter_layers())[i].register_forward_hook(move)
    loss, _ = task_type.loss(model, batch)
    (total,) = torch.autograd.grad(loss, shift)
    hook.remove()
    return total.double().numpy() ** 2 / int(batch["attention_mask"].sum())


def test_layer_outputs(tiny_model, recipe):
    model, task_type, encodings, collate = prepared = ready(tiny_model, recipe, "tagging")
    found = fisher(prepared, encodings[:1])
    for i in range(2):
        expected = layer_fisher(model, task_type, collate(encodings[:1]), i)
        np.testing.assert_allclose(found[f"layer{i}.output"], expected, rtol=1e-3, atol=1e-5 * expected.max())


def test_sums_over_examples_do_not_depend_on_company(tiny_model, recipe):
    prepared = ready(tiny_model, recipe, "classification")
    encodings = prepared[2]
    together, first, rest = fisher(prepared), fisher(prepared, encodings[:2]), fisher(prepared, encodings[2:])
    for name, vector in together.items():
        np.testing.assert_allclose(vector, (2 * first[name] + 4 * rest[name]) / 6, rtol=1e-5)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type(tiny_model, recipe, kind):
    prepared = ready(tiny_model, recipe, kind)
    found = fisher(prepared)
    assert {"layer0.output", "layer1.output"} < set(found)
    assert found["layer0.output"].shape == (32,)
    for vector in found.values():
        assert vector.dtype == np.float32
        assert np.isfinite(vector).all()
        assert vector.max() > 0
        assert vector.min() >= 0
    assert not [name for name in found if kind in name or NAME in name]


def test_an_absent_choice_is_no_token(tiny_model, recipe):
    """Two choices, in a task with three or with two at most: the same example."""
    model, task_type, encodings, collate = prepared = ready(tiny_model, recipe, "multiple_choice")
    encoding = next(f for f in encodings if f["choice_mask"] == [1, 1, 0])
    with_third = fisher(prepared, [encoding])
    shorter = {key: value[:2] if isinstance(value, list) else value for key, value in encoding.items()}
    model.heads[NAME].config["num_choices"] = 2
    without = fisher((model, task_type, [shorter], collate))
    for name in with_third:
        np.testing.assert_allclose(with_third[name], without[name], rtol=1e-3, atol=1e-6 * without[name].max())


def count_hooks(model) -> int:
    return sum(len(layer._forward_hooks) for _, layer in model.iter_layers())


def test_no_dropout_and_the_model_is_left_as_it_was(tiny_model, recipe):
    prepared = ready(tiny_model, recipe, "tagging")
    before = copy.deepcopy(prepared[0].state_dict())
    hooks = count_hooks(prepared[0])
    prepared[0].train()
    first, second = fisher(prepared), fisher(prepared)
    assert all((first[name] == second[name]).all() for name in first)
    assert all(torch.equal(value, before[name]) for name, value in prepared[0].state_dict().items())
    assert count_hooks(prepared[0]) == hooks


def test_small_gradients_do_not_vanish(tiny_model, recipe, monkeypatch):
    """Gradients of 1e-9 and less square to what float16 calls zero."""
    prepared = ready(tiny_model, recipe, "classification")
    usual, loss = fisher(prepared), prepared[1].loss
    monkeypatch.setattr(prepared[1], "loss", lambda m, b: (loss(m, b)[0] * 2.0**-30, None))
    small = fisher(prepared)
    for name, vector in usual.items():
        assert 0 < small[name].max() < 1e-14
        np.testing.assert_allclose(small[name] * 2.0**60, vector, rtol=1e-4, atol=1e-7 * vector.max())


@pytest.mark.parametrize("adapter", ["lora", "prefix_tuning", "full"])
def test_other_adapters(tiny_model, recipe, adapter):
    recipe["adapter"] = adapter
    found = few_shot_fisher(tiny_model, small_task("classification"), recipe)
    layers = {"layer0.output", "layer1.output"}
    assert layers <= set(found)
    assert (set(found) == layers) == (adapter == "full")
    assert all(np.isfinite(vector).all() for vector in found.values())
    if adapter == "lora":
        assert sum("lora_A" in name for name in found) == sum("lora_B" in name for name in found) > 0


def test_few_shot_starts_from_the_same_weights_for_every_task(tiny_model, recipe):
    torch.manual_seed(100)
    one = fresh_model(tiny_model, "seq_bn", 3)
    torch.manual_seed(200)
    another = fresh_model(tiny_model, "seq_bn", 3)
    assert weights_sha256(one, NAME, "seq_bn") == weights_sha256(another, NAME, "seq_bn")
    assert weights_sha256(one, NAME, "seq_bn") != weights_sha256(fresh_model(tiny_model, "seq_bn", 4), NAME, "seq_bn")
    tasks = [few_shot_fisher(tiny_model, small_task(kind), recipe) for kind in ("tagging", "regression")]
    assert {n: v.shape for n, v in tasks[0].items()} == {n: v.shape for n, v in tasks[1].items()}
    again = few_shot_fisher(tiny_model, small_task("tagging"), recipe)
    assert all((again[name] == vector).all() for name, vector in tasks[0].items())


def test_gradients_that_are_not_finite_are_refused(tiny_model, recipe):
    with pytest.raises(IntertaskError, match="diverged"):
        few_shot_fisher(tiny_model, small_task("regression"), recipe | {"fewshot": FEWSHOT | {"learning_rate": 1e30}})
    model, *others = ready(tiny_model, recipe, "classification")
    with torch.no_grad():
        next(weight for name, weight in model.named_parameters() if f".{NAME}." in name).fill_(float("nan"))
    with pytest.raises(IntertaskError, match=r"gradients of layer0\.output are not finite"):
        fisher((model, *others))


def test_few_shot_training_matters(tiny_model, recipe):
    short = few_shot_fisher(tiny_model, small_task("classification"), recipe)
    long = few_shot_fisher(tiny_model, small_task("classification"), recipe | {"steps": 6})
    assert not np.allclose(short["layer1.output"], long["layer1.output"], rtol=1e-2)


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_trained_adapter_with_its_own_head(tiny_model, recipe, tmp_path, adapter):
    """What was saved under the task's name gives what it gave before it was saved."""
    recipe["adapter"] = adapter
    one = small_task("regression")
    one = replace(one, train=one.train[:1])  # label 100
    torch.manual_seed(0)
    model = load_model(tiny_model)
    add_fresh_adapter(model, "counts", adapter)
    regression.add_head(model, "counts", one.info)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "counts" in name:
                parameter.add_(0.1 * torch.randn_like(parameter))
    trained = {
        "weights_sha256": weights_sha256(model, "counts", adapter),
        "label_scale": {"mean": 102.0, "deviation": 4.0},
    }
    _, encode, collate = encoder(tiny_model, model.config, one.info, recipe)
    batch = collate(encode(one.train))
    batch["labels"][:] = -0.5
    expected = layer_fisher(model.eval(), regression, batch, 0)
    save_source(model, "counts", adapter, tmp_path)
    found = trained_fisher(tmp_path, tiny_model, one, recipe, trained)
    np.testing.assert_allclose(found["layer0.output"], expected, rtol=1e-3, atol=1e-5 * expected.max())
    assert ("bert.encoder.layer.0.output.adapters.*.adapter_up.weight" in found) == (adapter != "full")
    with pytest.raises(IntertaskError, match="stale or damaged"):
        trained_fisher(tmp_path, tiny_model, one, recipe, trained | {"weights_sha256": "0" * 64})


def test_windows_count_as_examples_and_are_limited(tiny_model, recipe, monkeypatch):
    counts = []
    real = fisher_module.diagonal_fisher
    monkeypatch.setattr(
        fisher_module,
        "diagonal_fisher",
        lambda m, t, encodings, *rest: counts.append(len(encodings)) or real(m, t, encodings, *rest),
    )
    task = small_task("extractive_qa")
    long = replace(task, train=[task.train[1], task.train[2]])
    few_shot_fisher(tiny_model, long, recipe | {"max_examples": 50})
    few_shot_fisher(tiny_model, long, recipe | {"max_examples": 3})
    assert counts[0] > 3
    assert counts[1] == 3
