"""Settings that several recipes share."""

import json

from small_settings import MODEL, MODELS, config, task

from intertask import recipes


def test_canonical_and_named():
    text = recipes.adapter_recipe(config(), MODEL, task())
    recipe = json.loads(text)
    assert text == json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    assert recipe["step"] == "adapter"
    assert recipe["version"] == recipes.VERSIONS["adapter"]


def test_precision_is_a_setting_of_what_computes_with_a_model_and_only_where_it_is_given():
    def computed(run):
        steps = {
            "embeddings": recipes.embedding_recipe(run, run.models[MODEL], "base"),
            "transfer": recipes.transfer_recipe(run, MODEL, task(), "b", 1),
            "fusion": recipes.fusion_recipe(run, MODEL, task(), 1),
            "calibration": recipes.calibration_recipe(run, {"a": task()}, MODEL, "here"),
        }
        for step in ("adapter", "rows", "features", "map", "gradients", "fewshot_gradients", "fewshot"):
            steps[step] = getattr(recipes, f"{step}_recipe")(run, MODEL, task())
        return {step: json.loads(recipe) for step, recipe in steps.items()}

    before, chosen = computed(config()), computed(config(precision="bf16"))
    assert before == computed(config(precision="auto"))
    for step, recipe in chosen.items():
        assert "precision" not in before[step]
        assert recipe == before[step] | {"precision": "bf16"}
    for recipe in (recipes.evaluation_recipe, recipes.costs_recipe, recipes.transfer_table_recipe):
        assert recipe(config(precision="bf16")) == recipe(config())
    assert recipes.data_recipe(config(precision="bf16"), task()) == recipes.data_recipe(config(), task())


def test_settings_of_a_model_go_before_the_runs():
    run = config(models=MODELS)
    found = {model: json.loads(recipes.adapter_recipe(run, model, task())) for model in MODELS}
    assert {model: recipe["adapter"] for model, recipe in found.items()} == {
        "wide": "seq_bn",
        "wide-1k": "seq_bn",
        "whole": "full",
        "ready": "seq_bn",
    }
    assert (found["wide"]["training"]["epochs"], found["whole"]["training"]["epochs"]) == (3, 15)
