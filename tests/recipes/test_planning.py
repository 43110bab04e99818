"""Recipes of the check, the plan and the measurements."""

import json

from small_settings import MODEL, config, task

from intertask import recipes
from intertask.config import Config, Task


def test_a_plan_comes_back_whole_from_its_recipe():
    models = {"zeta": {"path": "x"}, "alpha": {"like": "zeta", "training": {"transfer": {"epochs": 2}}}}
    run = config(models=models, features={"max_examples": 5}, rank_fusion=["semb"], adapter_fusion={"k": 2})
    one = task(max_length=77, published_rows={"train": 9}, citation="c")
    recipe = json.loads(recipes.plan_recipe(run, {"a": one}, ["zeta", "alpha"]))
    assert Config.model_validate(recipe["config"]) == run
    assert (recipe["config"]["fused"], recipe["config"]["fusion"]) == (["semb"], {"k": 2})  # the names of old recipes
    assert recipe["models"] == ["zeta", "alpha"]
    assert Task.model_validate(recipe["tasks"]["a"]) == task(max_length=77, published_rows={"train": 9})


def test_speed_is_measured_at_the_lengths_of_the_run_and_once_a_machine():
    tasks = {"a": task(max_length=384), "b": task(max_length=64, batch_size=8)}
    recipe, elsewhere = (json.loads(recipes.calibration_recipe(config(), tasks, MODEL, m)) for m in ("here", "there"))
    assert recipe != elsewhere
    assert (recipe["lengths"], recipe["batch_size"], recipe["adapter"]) == ([24, 96, 384], 32, "seq_bn")
    sentence = json.loads(recipes.calibration_recipe(config(), tasks, "minilm-sentence", "here"))
    assert (sentence["lengths"], sentence["adapter"]) == ([8, 32, 128], None)


def test_only_a_failed_measurement_changes_the_recipe_of_the_next():
    arguments = config(), {"a": task()}, MODEL, "here"
    first, again = recipes.calibration_recipe(*arguments, ""), recipes.calibration_recipe(*arguments, "at noon")
    assert first == recipes.calibration_recipe(*arguments)
    assert json.loads(again) == json.loads(first) | {"repeats": "at noon"}
