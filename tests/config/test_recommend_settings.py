"""Settings of a recommendation: what its runs have in common with transfers, and what they do not depend on."""

import json

import pytest

from intertask import recipes
from intertask.config import Task, load_config
from intertask.errors import IntertaskError

FILES = {"files": {"train": ["a.csv"]}}
TASKS = {name: Task(name=name, type="classification", data=FILES, license="CC0") for name in "abt"}
MODELS = {"one": "bundled", "two": {"like": "one", "training": {"transfer": {"epochs": 2}}}}


def config(**changes):
    return load_config({"sources": ["a", "b"], "targets": ["t"], **changes})


def candidate(settings, model="minilm") -> dict:
    return json.loads(recipes.candidate_recipe(settings, model, TASKS["t"], "a", 1))


def test_first_model_unless_one_is_named():
    assert config(models=MODELS).recommend_model == "one"
    assert config(models=MODELS, recommend={"model": "two"}).recommend_model == "two"


@pytest.mark.parametrize(
    ("recommend", "words"),
    [
        ({"model": "minilmm"}, "did you mean 'minilm'"),
        ({"kk": 3}, r"recommend\.kk: unknown key; .*k"),
        ({"k": 0}, "greater than or equal to 1"),
        ({"dev_fraction": 1}, "less than 1"),
    ],
)
def test_mistakes(recommend, words):
    with pytest.raises(IntertaskError, match=words):
        config(recommend=recommend)


def test_runs_are_transfers_with_rows_held_out():
    settings = config(training={"transfer": {"epochs": 3, "patience": 2, "dev": "validation", "dev_fraction": 0.1}})
    transfer = json.loads(recipes.transfer_recipe(settings, "minilm", TASKS["t"], "a", 1))
    found = candidate(settings)
    changed = {"dev": "held_out", "dev_fraction": 0.2}
    assert found == transfer | {"step": "candidate", "training": transfer["training"] | changed, "dev_seed": 1}
    assert candidate(config(models=MODELS), "two")["training"]["epochs"] == 2


def test_runs_know_nothing_of_the_choice():
    assert candidate(config(recommend={"k": 5, "stop_early": True})) == candidate(config())
    assert candidate(config(recommend={"dev_fraction": 0.5})) != candidate(config())


def test_rounds_depend_on_the_seeds_before_them():
    first, second = (
        [json.loads(recipes.choice_recipe(config(seeds=seeds), "minilm", "t", n))["seeds"] for n in range(3)]
        for seeds in ([4, 5], [4, 5, 6])
    )
    assert first == [[], [4], [4, 5]] == second


def test_recommendation_knows_licenses_and_sizes():
    recipe = json.loads(recipes.recommendation_recipe(config(), "minilm", TASKS, "t"))
    assert {name: task["licence"] for name, task in recipe["tasks"].items()} == dict.fromkeys("abt", "CC0")
    assert Task.model_validate(recipe["tasks"]["a"]).data.files.train == ["a.csv"]
    assert recipe["source_training"]["epochs"] == 15
