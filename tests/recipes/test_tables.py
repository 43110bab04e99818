"""Recipes of tables hold the settings that their contents depend on, and nothing else."""

import json

from small_settings import MODEL, MODELS, config, task

from intertask import recipes
from intertask.config import Task


def test_warm_worker_alters_nothing():
    for recipe in (recipes.evaluation_recipe, recipes.costs_recipe, recipes.transfer_table_recipe):
        assert recipe(config(warm_worker=False)) == recipe(config())


def test_without_history_another_target_scores_nothing_anew():
    before, more = (recipes.scores_recipe(config(targets=t), "minilm", "t", ["t"]) for t in (["t"], ["t", "u"]))
    assert before == more
    before, more = (
        recipes.scores_recipe(config(targets=t, history="own"), "minilm", "t", ["t"]) for t in (["t"], ["t", "u"])
    )
    assert before != more


def test_tables_know_whose_adapters_a_model_uses():
    grid = json.loads(recipes.evaluation_recipe(config(models=MODELS)))
    assert grid["like"] == {"wide-1k": "wide"}
    assert "like" not in json.loads(recipes.evaluation_recipe(config()))
    bases = [json.loads(recipes.target_table_recipe(config(models=MODELS), m, "t"))["base"] for m in MODELS]
    assert dict(zip(MODELS, bases, strict=True)) == {name: "wide" if name == "wide-1k" else name for name in MODELS}


def test_rounds_depend_on_the_seeds_before_them():
    first, second = (
        [json.loads(recipes.choice_recipe(config(seeds=seeds), MODEL, "t", n))["seeds"] for n in range(3)]
        for seeds in ([4, 5], [4, 5, 6])
    )
    assert first == [[], [4], [4, 5]] == second


def test_a_recommendation_holds_the_licenses_and_files_of_its_tasks():
    tasks = {name: task(name=name, license="CC0") for name in "abt"}
    recipe = json.loads(recipes.recommendation_recipe(config(), MODEL, tasks, "t"))
    assert {name: settings["licence"] for name, settings in recipe["tasks"].items()} == dict.fromkeys("abt", "CC0")
    assert Task.model_validate(recipe["tasks"]["a"]).data.files.train == ["a.csv"]
    assert recipe["source_training"]["epochs"] == 15


def test_only_pages_without_examples_have_another_recipe():
    tasks = {name: task(name=name) for name in "abt"}
    shown, hidden = (
        json.loads(recipes.ranking_page_recipe(config(report={"examples": examples}), tasks, "t"))
        for examples in (True, False)
    )
    assert "examples" not in shown  # pages of earlier versions stay as they are
    assert hidden == shown | {"examples": False}
