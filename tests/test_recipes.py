"""Recipes hold what alters a result, and nothing else."""

import json

import pytest

from intertask import recipes
from intertask.config import Task, load_config


def config(**changes):
    return load_config({"sources": ["a", "b"], "targets": ["t"], **changes})


def task(**changes):
    values = {"name": "a", "type": "classification", "data": {"files": {"train": ["a.csv"]}}}
    return Task.model_validate(values | changes)


MODEL = "minilm"


def test_canonical_and_named():
    text = recipes.adapter_recipe(config(), MODEL, task())
    recipe = json.loads(text)
    assert text == json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    assert recipe["step"] == "adapter"
    assert recipe["version"] == recipes.VERSIONS["adapter"]


@pytest.mark.parametrize("change", [{"max_length": 77}, {"batch_size": 5}, {"family": "f"}, {"citation": "c"}])
def test_data_does_not_depend_on_lengths_and_words(change):
    assert recipes.data_recipe(config(), task(**change)) == recipes.data_recipe(config(), task())


@pytest.mark.parametrize("change", [{"join": "|"}, {"drop_labels": [-1]}, {"max_train_examples": 5}])
def test_data_depends_on_what_alters_rows(change):
    assert recipes.data_recipe(config(), task(**change)) != recipes.data_recipe(config(), task())


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


def test_warm_worker_alters_nothing():
    for recipe in (recipes.evaluation_recipe, recipes.costs_recipe, recipes.transfer_table_recipe):
        assert recipe(config(warm_worker=False)) == recipe(config())


def test_seed_of_the_subset_is_not_the_transfers():
    one, two = (json.loads(recipes.transfer_recipe(config(), MODEL, task(), "b", seed)) for seed in (1, 2))
    assert one["split_seed"] == two["split_seed"]
    assert one["seed"] != two["seed"]


def test_without_history_another_target_scores_nothing_anew():
    before, more = (recipes.scores_recipe(config(targets=t), "minilm", "t", ["t"]) for t in (["t"], ["t", "u"]))
    assert before == more
    before, more = (
        recipes.scores_recipe(config(targets=t, history="own"), "minilm", "t", ["t"]) for t in (["t"], ["t", "u"])
    )
    assert before != more


@pytest.mark.parametrize("recipe", ["features_recipe", "fewshot_recipe", "rows_recipe"])
def test_another_source_changes_no_step_of_a_target_that_is_updated(recipe):
    before, more = (getattr(recipes, recipe)(config(sources=s), MODEL, task()) for s in (["a"], ["a", "b"]))
    assert before == more
