"""Recipes hold what alters a result, and nothing else."""

import json

import pytest

from intertask import recipes
from intertask.config import Config, Task, load_config


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


SETTINGS = {
    "wide": {"path": "owner/wide", "training": {"source": {"epochs": 3}, "transfer": {"epochs": 4}}},
    "wide-1k": {"like": "wide", "training": {"transfer": {"max_train_examples": 1000}}},
    "whole": {"path": "owner/wide", "adapter": "full"},
    "ready": {"path": "owner/wide", "adapters": "published", "published": "hub/wide-pf-{source}"},
}


def test_model_like_another_differs_in_its_transfers_only():
    run = config(models=SETTINGS)
    for name in ("adapter_recipe", "rows_recipe", "features_recipe", "map_recipe", "gradients_recipe"):
        recipe = getattr(recipes, name)
        assert recipe(run, "wide-1k", task()) == recipe(run, "wide", task())
    one, two = (json.loads(recipes.transfer_recipe(run, m, task(), "b", 1)) for m in ("wide", "wide-1k"))
    assert (one["training"].pop("max_train_examples"), two["training"].pop("max_train_examples")) == (None, 1000)
    assert one == two
    assert one["training"]["epochs"] == 4


def test_settings_of_a_model_go_before_the_runs():
    run = config(models=SETTINGS)
    found = {model: json.loads(recipes.adapter_recipe(run, model, task())) for model in SETTINGS}
    assert {model: recipe["adapter"] for model, recipe in found.items()} == {
        "wide": "seq_bn",
        "wide-1k": "seq_bn",
        "whole": "full",
        "ready": "seq_bn",
    }
    assert (found["wide"]["training"]["epochs"], found["whole"]["training"]["epochs"]) == (3, 15)


def test_published_adapters_are_a_setting_of_their_own_adapters_only():
    run = config(models=SETTINGS)
    ready = json.loads(recipes.adapter_recipe(run, "ready", task()))
    assert ready["published"] == {"repository": "hub/wide-pf-a", "revision": None, "required": True}
    assert "published" not in json.loads(recipes.adapter_recipe(run, "wide", task()))


def test_tables_know_whose_adapters_a_model_uses():
    grid = json.loads(recipes.evaluation_recipe(config(models=SETTINGS)))
    assert grid["like"] == {"wide-1k": "wide"}
    assert "like" not in json.loads(recipes.evaluation_recipe(config()))
    bases = [json.loads(recipes.target_table_recipe(config(models=SETTINGS), m, "t"))["base"] for m in SETTINGS]
    assert dict(zip(SETTINGS, bases, strict=True)) == {name: "wide" if name == "wide-1k" else name for name in SETTINGS}


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


def test_adapter_fusion_has_a_recipe_of_its_own_for_each_k_and_model():
    for recipe in (recipes.transfer_table_recipe, recipes.evaluation_recipe, recipes.costs_recipe):
        assert recipe(config(adapter_fusion={"k": 5})) == recipe(config())
    one, two = (recipes.fusion_recipe(config(adapter_fusion={"k": k}), MODEL, task(), 1) for k in (2, 3))
    assert one != two
    limited = json.loads(recipes.fusion_recipe(config(models=SETTINGS), "wide-1k", task(), 1))
    assert (limited["setting"], limited["model"]["path"]) == ("wide-1k", "owner/wide")
    assert json.loads(recipes.fusion_table_recipe(config(models=SETTINGS)))["fused_models"] == [
        *("wide", "wide-1k", "ready")
    ]
