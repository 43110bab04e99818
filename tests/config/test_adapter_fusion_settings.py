"""Settings of AdapterFusion: as the transfers, but for what is said; and what cannot be asked for."""

import json

import pytest

from intertask import recipes
from intertask.config import Task, load_config
from intertask.errors import IntertaskError

TASK = Task.model_validate({"name": "t", "type": "classification", "data": {"files": {"train": ["t.csv"]}}})


def config(**changes):
    return load_config({"sources": ["a", "b"], "targets": ["t"], **changes})


def training(settings, model="minilm") -> dict:
    return json.loads(recipes.fusion_recipe(settings, model, TASK, 1))["training"]


def test_trained_as_transfers_but_for_the_learning_rate():
    settings = config(training={"transfer": {"epochs": 3, "patience": 0, "learning_rate": 0.5}})
    transfer = json.loads(recipes.transfer_recipe(settings, "minilm", TASK, "a", 1))["training"]
    assert training(settings) == transfer | {"learning_rate": 5e-5}
    changed = config(adapter_fusion={"training": {"epochs": 2}})
    assert training(changed) == training(config()) | {"epochs": 2}
    assert training(config(adapter_fusion={"training": {"learning_rate": 0.1}}))["learning_rate"] == 0.1


def test_a_model_that_is_like_another_one_keeps_its_limits():
    limited = {"like": "minilm", "training": {"transfer": {"max_train_examples": 100}}}
    settings = config(models={"minilm": "bundled", "limited": limited})
    assert training(settings, "limited")["max_train_examples"] == 100
    recipe = json.loads(recipes.fusion_recipe(settings, "limited", TASK, 1))
    assert (recipe["setting"], recipe["model"]["path"]) == ("limited", "bundled")


def test_nothing_else_depends_on_it():
    for recipe in (recipes.transfer_table_recipe, recipes.evaluation_recipe, recipes.costs_recipe):
        assert recipe(config(adapter_fusion={"k": 5})) == recipe(config())
    one, two = (recipes.fusion_recipe(config(adapter_fusion={"k": k}), "minilm", TASK, 1) for k in (2, 3))
    assert one != two


@pytest.mark.parametrize(
    ("adapter_fusion", "words"),
    [
        ({"k": 1}, r"adapter_fusion\.k: .*greater than or equal to 2"),
        ({"size": 3}, r"adapter_fusion\.size: unknown key; .*k"),
        ({"training": {"learning_rat": 1}}, "did you mean 'learning_rate'"),
        ({"training": {"epochs": 0}}, "epochs: .*greater than or equal to 1"),
    ],
)
def test_mistakes(adapter_fusion, words):
    with pytest.raises(IntertaskError, match=words):
        config(adapter_fusion=adapter_fusion)


def test_whole_encoders_and_single_sources():
    both = config(models={"minilm": "bundled", "whole": {"path": "bundled", "adapter": "full"}})
    both.check_adapter_fusion("minilm", "t")
    with pytest.raises(IntertaskError, match="whole encoders"):
        both.check_adapter_fusion("whole", "t")
    assert json.loads(recipes.fusion_table_recipe(both))["fused_models"] == ["minilm"]
    with pytest.raises(IntertaskError, match="two sources at least; t has only a"):
        config(sources=["a"]).check_adapter_fusion("minilm", "t")
    # a source that is a target too is not in its own pool
    with pytest.raises(IntertaskError, match="a has only b"):
        config(targets=["a"], source_is_target="exclude").check_adapter_fusion("minilm", "a")
