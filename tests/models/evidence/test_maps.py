"""Embedding space maps: known affine maps, scikit-learn's ridge, and the published recipe."""

import json

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from intertask.data import Prepared
from intertask.models import adapters
from intertask.models.base import load_model, load_tokenizer
from intertask.models.evidence import maps
from intertask.models.training.seeds import set_seed

SGD = {"fit": "sgd", "epochs": 100, "batch_size": 32, "learning_rate": 0.05, "seed": 1}


@pytest.fixture
def affine():
    """X, Y = X W + b, and W and b."""
    generator = np.random.default_rng(0)
    X = generator.normal(3, 1, (300, 8)) * np.linspace(0.5, 2, 8)
    W, b = np.eye(8) + generator.normal(0, 0.3, (8, 8)), generator.normal(0, 1, 8)
    return X, X @ W + b, W, b


def test_ridge_finds_a_known_map(affine):
    X, Y, W, b = affine
    weight, bias = maps.ridge(X, Y, 1e-9)
    np.testing.assert_allclose(weight, W, atol=1e-6)
    np.testing.assert_allclose(bias, b, atol=1e-5)


@pytest.mark.parametrize("rows", [5, 60])
def test_ridge_is_that_of_scikit_learn_on_the_difference(affine, rows):
    X, Y = (values[:rows] for values in affine[:2])
    weight, bias = maps.ridge(X, Y, 0.1)
    own = Ridge(alpha=0.1 * rows * X.var(0).mean()).fit(X, Y - X)
    np.testing.assert_allclose(weight, own.coef_.T + np.eye(8), atol=1e-9)
    np.testing.assert_allclose(X @ weight + bias, own.predict(X) + X, atol=1e-9)


def test_ridge_shrinks_towards_no_change(affine):
    X, Y, *_ = affine
    weight, bias = maps.ridge(X, Y, 1e9)
    np.testing.assert_allclose(weight, np.eye(8), atol=1e-6)
    np.testing.assert_allclose(bias, (Y - X).mean(0), atol=1e-5)


def test_a_direction_that_never_varied_stays_as_it_is(affine):
    X, Y, *_ = affine
    weight, _ = maps.ridge(np.c_[X, np.full(len(X), 7.0)], np.c_[Y, np.full(len(X), 8.0)], 1e-3)
    np.testing.assert_allclose(weight[-1], np.eye(9)[-1], atol=1e-9)


def test_texts_that_are_all_alike_give_a_shift():
    X = np.ones((4, 3))
    weight, bias = maps.ridge(X, X + 2, 1e-3)
    np.testing.assert_array_equal(weight, np.eye(3))
    np.testing.assert_allclose(bias, 2)


def test_sgd_comes_near_and_is_the_same_every_time(affine):
    X, Y, W, _ = affine
    Z = X - X.mean(0)
    torch.manual_seed(1)
    weight, bias = maps.fit(Z, Y, SGD)
    torch.manual_seed(2)
    state = torch.random.get_rng_state()
    again = maps.fit(Z, Y, SGD)
    assert torch.equal(state, torch.random.get_rng_state()), "the caller's numbers are not touched"
    np.testing.assert_array_equal(weight, again[0])
    assert not np.array_equal(weight, maps.fit(Z, Y, SGD | {"seed": 2})[0])
    np.testing.assert_allclose(weight, W, atol=0.1)
    np.testing.assert_allclose(bias, Y.mean(0), atol=0.2)


def test_explained_variance(affine):
    X, Y, *_ = affine
    recipe = {"fit": "ridge", "ridge": 1e-6, "seed": 1}
    examples = np.arange(len(X))
    assert maps.explained(X, Y, examples, recipe) == pytest.approx(1, abs=1e-6)
    noise = np.random.default_rng(1).normal(0, 1, Y.shape) * 10
    assert maps.explained(X, noise, examples, recipe) < 0.1
    assert np.isnan(maps.explained(X[:2], Y[:2], np.array([0, 0]), recipe))


def test_a_choice_is_held_out_with_its_example():
    """Y of an example is the same for both of its rows and else unforeseeable: a split by row would know it."""
    generator = np.random.default_rng(3)
    examples = np.repeat(np.arange(30), 2)
    X = np.repeat(generator.normal(0, 1, (30, 40)), 2, axis=0)
    Y = np.repeat(generator.normal(0, 1, (30, 40)), 2, axis=0)
    recipe = {"fit": "ridge", "ridge": 1e-9, "seed": 1}
    assert maps.explained(X, Y, examples, recipe) < 0.1
    assert maps.explained(X, Y, np.arange(60), recipe) > 0.4


@pytest.mark.parametrize("adapter", ["seq_bn", "full"])
def test_texts_under_base_model_and_adapter(tiny_model, tmp_path, adapter):
    set_seed(3)
    model = load_model(tiny_model)
    adapters.add_fresh_adapter(model, "choices", adapter)
    model.add_multiple_choice_head("choices", num_choices=2)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn_like(parameter) * 0.1)
    sha256 = adapters.weights_sha256(model, "choices", adapter)
    (tmp_path / "metrics.json").write_text(json.dumps({"weights_sha256": sha256}))
    adapters.save_source(model, "choices", adapter, tmp_path)
    rows = [
        {"context": "the red boat", "question": "why ?", "choices": ["it sank", "paint"], "label": 0},
        {"context": "", "question": "a lamp ?", "choices": ["no", "yes", "the door is blue"], "label": 2},
    ]
    prepared = Prepared({"task": "choices", "type": "multiple_choice", "max_choices": 3}, rows, [])
    recipe = {"max_examples": 10, "max_length": 32, "batch_size": 2, "seed": 1}
    X, Y, examples = maps.text_pairs(prepared, tiny_model, tmp_path, adapter, recipe)
    assert examples.tolist() == [0, 0, 1, 1, 1]
    texts = [("the red boat why ?", choice) for choice in rows[0]["choices"]]
    texts += [("a lamp ?", choice) for choice in rows[1]["choices"]]
    base, tokenizer = load_model(tiny_model).eval(), load_tokenizer(tiny_model)
    if adapter == "full":
        from adapters import AutoAdapterModel

        model = AutoAdapterModel.from_pretrained(str(tmp_path))
    for network, found in ((base, X), (model.eval(), Y)):
        for text, vector in zip(texts, found, strict=True):
            with torch.no_grad():
                hidden = network.base_model(**tokenizer(*text, return_tensors="pt")).last_hidden_state[0]
            np.testing.assert_allclose(vector, hidden.mean(0).numpy(), atol=1e-5)
    assert np.abs(X - Y).max() > 0.1
