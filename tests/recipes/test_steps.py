"""Recipes of steps hold the settings that their results depend on, and nothing else."""

import json

import pytest
from small_settings import MODEL, MODELS, config, task

from intertask import recipes
from intertask.config import NEW_KEYS


@pytest.mark.parametrize("change", [{"max_length": 77}, {"batch_size": 5}, {"family": "f"}, {"citation": "c"}])
def test_data_does_not_depend_on_lengths_and_words(change):
    assert recipes.data_recipe(config(), task(**change)) == recipes.data_recipe(config(), task())


@pytest.mark.parametrize("change", [{"join": "|"}, {"drop_labels": [-1]}, {"max_train_examples": 5}])
def test_data_depends_on_what_alters_rows(change):
    assert recipes.data_recipe(config(), task(**change)) != recipes.data_recipe(config(), task())


def test_keys_that_are_newer_than_a_result_do_not_change_its_recipe():
    place = json.loads(recipes.data_recipe(config(), task()))["task"]["data"]
    assert not set(NEW_KEYS) & set(place) and "header" in place
    changed = task(data={**place, "skip_lines": 1})
    assert json.loads(recipes.data_recipe(config(), changed))["task"]["data"]["skip_lines"] == 1


def test_stages_are_apart():
    other = config(training={"transfer": {"learning_rate": 0.5}})
    assert recipes.adapter_recipe(other, MODEL, task()) == recipes.adapter_recipe(config(), MODEL, task())
    changed, before = (recipes.transfer_recipe(c, MODEL, task(), "b", 1) for c in (other, config()))
    assert changed != before


def test_a_tasks_own_epochs_are_for_source_training_only():
    """As in the paper: its transfers ran the same number of epochs on every target (race's 20 do not apply)."""
    adapter = json.loads(recipes.adapter_recipe(config(), MODEL, task(epochs=20, patience=5)))["training"]
    transfer = json.loads(recipes.transfer_recipe(config(), MODEL, task(epochs=20, patience=5), "b", 1))["training"]
    assert (adapter["epochs"], adapter["patience"]) == (20, 5)
    assert (transfer["epochs"], transfer["patience"]) == (15, 5)


def test_seed_of_the_subset_is_not_the_transfers():
    one, two = (json.loads(recipes.transfer_recipe(config(), MODEL, task(), "b", seed)) for seed in (1, 2))
    assert one["split_seed"] == two["split_seed"]
    assert one["seed"] != two["seed"]


@pytest.mark.parametrize("recipe", ["features_recipe", "fewshot_recipe", "rows_recipe"])
def test_another_source_changes_no_step_of_a_target_that_is_updated(recipe):
    before, more = (getattr(recipes, recipe)(config(sources=s), MODEL, task()) for s in (["a"], ["a", "b"]))
    assert before == more


def test_model_like_another_differs_in_its_transfers_only():
    run = config(models=MODELS)
    for name in ("adapter_recipe", "rows_recipe", "features_recipe", "map_recipe", "gradients_recipe"):
        recipe = getattr(recipes, name)
        assert recipe(run, "wide-1k", task()) == recipe(run, "wide", task())
    one, two = (json.loads(recipes.transfer_recipe(run, m, task(), "b", 1)) for m in ("wide", "wide-1k"))
    assert (one["training"].pop("max_train_examples"), two["training"].pop("max_train_examples")) == (None, 1000)
    assert one == two
    assert one["training"]["epochs"] == 4


def test_published_adapters_are_a_setting_of_their_own_adapters_only():
    run = config(models=MODELS)
    ready = json.loads(recipes.adapter_recipe(run, "ready", task()))
    assert ready["published"] == {"repository": "hub/wide-pf-a", "revision": None, "required": True}
    assert "published" not in json.loads(recipes.adapter_recipe(run, "wide", task()))


def test_candidates_are_transfers_with_other_rows_held_out_for_each_seed():
    run = config(training={"transfer": {"epochs": 3, "dev": "validation"}})
    transfer = json.loads(recipes.transfer_recipe(run, MODEL, task(), "b", 1))
    candidate = json.loads(recipes.candidate_recipe(run, MODEL, task(), "b", 1))
    changed = {"dev": "held_out", "dev_fraction": 0.2}
    assert candidate == transfer | {"step": "candidate", "training": transfer["training"] | changed, "dev_seed": 1}


def test_candidates_do_not_depend_on_how_one_of_them_is_chosen():
    def candidate(**recommend):
        return recipes.candidate_recipe(config(recommend=recommend), MODEL, task(), "b", 1)

    assert candidate(k=5, stop_early=True) == candidate()
    assert candidate(dev_fraction=0.5) != candidate()


def test_adapter_fusion_has_a_recipe_of_its_own_for_each_k_and_model():
    for recipe in (recipes.transfer_table_recipe, recipes.evaluation_recipe, recipes.costs_recipe):
        assert recipe(config(adapter_fusion={"k": 5})) == recipe(config())
    one, two = (recipes.fusion_recipe(config(adapter_fusion={"k": k}), MODEL, task(), 1) for k in (2, 3))
    assert one != two
    limited = json.loads(recipes.fusion_recipe(config(models=MODELS), "wide-1k", task(), 1))
    assert (limited["setting"], limited["model"]["path"]) == ("wide-1k", "owner/wide")
    assert json.loads(recipes.fusion_table_recipe(config(models=MODELS)))["fused_models"] == [
        *("wide", "wide-1k", "ready")
    ]
