"""Lines of the plan: jobs and examples, against arithmetic by hand."""

from collections import Counter

import pytest
from estimates import METHODS, SPEED, SPEEDS, config, sizes, task

from intertask.costs.estimate import Line, cheap_plan, plan


def by_rule(lines: list[Line]) -> Counter:
    counts = Counter()
    for line in lines:
        counts[line.rule] += line.jobs
    return counts


def test_jobs_of_every_rule():
    found = by_rule(plan(config(methods=METHODS, rank_fusion=["semb"]), sizes(), SPEEDS))
    assert found == {
        "prepare_data": 5,
        "check_model": 2,
        "compute_embeddings": 2 * 5,
        "train_adapter": 5,  # of targets too, whose adapters are compared
        "run_transfer": 2 * (3 + 1) * 2,
        "compute_rows": 2,
        "compute_features": 2,
        "run_fewshot": 2,
        "compute_gradients": 5,
        "compute_fewshot_gradients": 5,
        "fit_map": 3,
        "compute_scores": 2,
        "make_ranking": 2,
        "collect_target": 2,
        "collect_transfer": 1,
        "collect_costs": 1,
        "evaluate_methods": 1,
        "make_ranking_page": 2,
        "make_observed_page": 2,
        "make_report": 1,
    }


def test_what_no_method_reads_is_not_made():
    found = by_rule(plan(config(methods=["random", "semb"], rank_fusion=["semb"]), sizes(), SPEEDS))
    assert found["compute_embeddings"] == 5
    assert found["train_adapter"] == 3
    assert not {"compute_rows", "compute_gradients", "fit_map", "run_fewshot"} & set(found)


def test_a_model_like_another_has_transfers_only():
    models = {
        "big": {"path": "x", "adapter": "full"},
        "few": {"like": "big", "training": {"transfer": {"max_train_examples": 20, "patience": 0, "epochs": 1}}},
        "got": {"path": "y", "adapters": "published", "published": "z/{source}"},
    }
    lines = plan(config(models=models, methods=["random", "textemb"], rank_fusion=["textemb"]), sizes(), {"big": SPEED})
    jobs = Counter((line.rule, line.model) for line in lines for _ in range(line.jobs))
    assert jobs["train_encoder", "big"] == jobs["fetch_adapter", "got"] == 3
    assert jobs["compute_embeddings", "big"] == jobs["compute_embeddings", "got"] == 5
    assert {rule for rule, model in jobs if model == "few"} == {"run_transfer"}
    few = [line for line in lines if line.model == "few"]
    assert [line.trained for line in few] == [20 * 8, 20 * 8]
    assert all(line.seconds > 0 for line in few)  # as fast as the model that it is like
    fetched = [line for line in lines if line.rule == "fetch_adapter"]
    assert [(line.trained, line.seconds) for line in fetched] == 3 * [(0, None)]  # its speed is unknown


def test_transfers_cost_what_their_steps_cost():
    training = {"transfer": {"epochs": 2, "patience": 0}}
    lines = plan(config(training=training), sizes(u=task("u", rows=50)), SPEEDS)
    t, u = (line for line in lines if line.rule == "run_transfer")
    assert (t.jobs, t.forward, t.trained) == (8, 80, 1600)
    assert (u.jobs, u.forward, u.trained) == (8, 80, 800)
    # start + 200 trained + 10 scored + 20 steps
    assert t.seconds == pytest.approx(8 * (2 + 200 * 0.3 + 10 * 0.1 + 20 * 0.5))


def test_unknown_rows_are_unknown_costs():
    lines = plan(config(), sizes(a=task("a", rows=None)), SPEEDS)
    of_a = [line for line in lines if line.task == "a" and line.rule != "prepare_data"]
    assert of_a and all((line.forward, line.trained, line.seconds) == (None, None, None) for line in of_a)
    assert all(line.seconds is not None for line in lines if line.task != "a")


def test_without_a_measured_speed_there_are_examples_and_no_seconds():
    lines = [line for line in plan(config(), sizes(), {}) if line.rule == "run_transfer"]
    assert all(line.trained and line.seconds is None for line in lines)


def test_few_shot_runs_and_gradients():
    few_shot = {"max_examples": 50, "held_out": 0.2, "steps": [2, 5], "batch_size": 20}
    lines = plan(
        config(methods=METHODS, rank_fusion=["semb"], fewshot=few_shot, gradients={"max_examples": 30}), sizes(), SPEEDS
    )
    of_t = {line.rule: line for line in lines if line.task == "t"}
    # from three sources and from none: 5 steps of 20, and 10 held-out examples twice
    assert (of_t["run_fewshot"].trained, of_t["run_fewshot"].forward) == (4 * 100, 4 * 20)
    # each of them starts from another adapter
    expected = 4 * (2 + 100 * 0.3 + 20 * 0.1 + 5 * 0.5)
    assert of_t["run_fewshot"].seconds == pytest.approx(expected)
    assert of_t["compute_features"].seconds == pytest.approx(3 * (2 + 100 * 0.1))
    assert of_t["compute_gradients"].trained == 30
    assert of_t["compute_fewshot_gradients"].trained == 30 + 5 * 20
    assert of_t["compute_features"].forward == 3 * of_t["compute_rows"].forward == 300


def test_published_transfers_train_nothing():
    observed = config(observed="table.tsv", methods=["random", "semb", "textemb"], rank_fusion=["semb"])
    found = by_rule(plan(observed, sizes(), SPEEDS, ["deep", "wide", "third"]))
    assert found["import_transfer"] == 1
    assert found["compute_scores"] == 3 * 2
    assert found["compute_embeddings"] == 10  # every setting uses the first model
    assert not {"run_transfer", "train_adapter", "collect_target", "collect_transfer"} & set(found)
    with_features = by_rule(
        plan(config(observed="t.tsv", methods=["random", "logme"], rank_fusion=["logme"]), sizes(), SPEEDS)
    )
    assert with_features["train_adapter"] == 3


def test_the_cheap_plan_trains_the_first_few_only():
    cheap = cheap_plan(config(methods=METHODS, rank_fusion=["semb"]), sizes(b=task("b", rows=500)), SPEEDS, 1)
    found = by_rule(cheap)
    assert found["run_transfer"] == 2 * (1 + 1) * 2
    assert found["compute_embeddings"] == 10
    assert not {"compute_features", "run_fewshot", "compute_gradients", "fit_map", "collect_transfer"} & set(found)
    # one per target at most: the most expensive one is counted
    assert found["train_adapter"] == 2
    assert "b" in [line.task for line in cheap if line.rule == "train_adapter"]


def test_the_cheap_plan_with_every_source_is_the_grid():
    full, cheap = (
        [line for line in lines if line.rule in ("train_adapter", "run_transfer")]
        for lines in (plan(config(), sizes(), SPEEDS), cheap_plan(config(), sizes(), SPEEDS, 3))
    )
    assert sorted(full) == sorted(cheap)
    assert sorted(full) == sorted(
        line for line in cheap_plan(config(), sizes(), SPEEDS, 9) if line.rule in ("train_adapter", "run_transfer")
    )
