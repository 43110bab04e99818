"""The table of artifacts agrees with itself, with the rule files and with the methods."""

import re

import pytest
from paths import ROOT

from intertask.artifacts import ARTIFACTS, STAGES, STEPS, stage_of
from intertask.methods.registry import READS, all_methods

RULES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "rules").rglob("*.smk")))


def rule_text(name: str) -> str:
    """The text of one rule."""
    return re.search(rf"^(?:use rule \w+ as |rule |checkpoint ){name}\b.*?(?=^\S|\Z)", RULES, re.MULTILINE | re.DOTALL)[
        0
    ]


def test_every_stage_has_a_step_and_every_step_a_stage():
    assert {step.stage for step in STEPS.values()} == set(STAGES)
    order = [STAGES.index(step.stage) for step in STEPS.values()]
    assert order == sorted(order)


@pytest.mark.parametrize("rule", sorted({rule for step in STEPS.values() for rule in step.rules}))
def test_rules_of_the_steps_exist(rule):
    assert f'f"{rule}_{{NUMBER}}"' in RULES or rule_text(rule)


@pytest.mark.parametrize("artifact", [a for a in ARTIFACTS.values() if a.path], ids=lambda a: a.name)
def test_the_rule_of_an_artifact_makes_its_file(artifact):
    declared = rule_text(artifact.rule).replace("{encoder}", "{model}")
    assert artifact.path in declared or f'ARTIFACTS["{artifact.name}"].path' in declared
    assert artifact.path.split("/")[1] == artifact.step


def test_methods_read_artifacts():
    assert tuple(ARTIFACTS) == READS
    assert {word for method in all_methods().values() for word in method.reads} == set(ARTIFACTS)
    assert all(set(artifact.needs) <= set(ARTIFACTS) for artifact in ARTIFACTS.values())


def test_tasks_of_one_target():
    pool, past = ["a", "b"], ["p", "b"]
    assert ARTIFACTS["base"].tasks(pool, "t", past) == ["a", "b", "t", "p"]
    assert ARTIFACTS["gradients"].tasks(pool, "t", past) == ["a", "b", "t"]
    assert ARTIFACTS["maps"].tasks(pool, "t", past) == ["a", "b"]
    assert ARTIFACTS["features"].tasks(pool, "t", past) == ["t"]
    assert ARTIFACTS["features"].trained(pool, "t") == ["a", "b"]
    assert ARTIFACTS["weights"].trained(pool, "t") == ["a", "b", "t"]
    assert ARTIFACTS["maps"].files("m", pool) == ["results/maps/m/a.npz", "results/maps/m/b.npz"]
    assert ARTIFACTS["history"].files("m", pool) == []


def test_tables_and_pages_are_the_last_stage():
    assert stage_of("train_encoder") == "source training"
    assert stage_of("make_report") == STAGES[-1]


def test_a_module_may_prefix_the_names_of_rules():
    assert stage_of("intertask_run_transfer") == "transfers"
    assert stage_of("intertask_run_transfers_12") == "transfers"
    assert stage_of("intertask_compute_fewshot_gradients") == "gradients"
    assert stage_of("rerun_transfer") == STAGES[-1]
