"""Transfers that one job trains together: the same results, and none is trained again."""

import copy
import json
import shutil
from pathlib import Path

import pytest
from small_project import Project


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Project:
    """A copy of the finished run, in which each transfer had its own job."""
    folder = tmp_path_factory.mktemp("together") / "p"
    shutil.copytree(finished.folder, folder, symlinks=True)
    project = copy.copy(finished)
    project.folder, project.config = folder, dict(finished.config)
    return project


def change(project: Project, **values) -> None:
    project.config |= values
    project.write_config()


def results(project: Project) -> dict[str, str]:
    folder = project.folder / "results/transfer"
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("seed*.json")}


def test_another_way_of_training_trains_nothing_again(project):
    before = results(project)
    for number in (3, 1):
        change(project, train_together=number)
        project.run("--cores", "2")
        assert results(project) == before
        assert project.planned() == {}


def test_a_new_source_is_trained_alone(project, suite):
    before, new = results(project), suite["sources"][3]
    change(project, train_together=3, sources=[*project.config["sources"], new])
    project.run("--cores", "2")
    after = results(project)
    assert {path: after[path] for path in before} == before
    assert {Path(path).parts[2] for path in after.keys() - before.keys()} == {new}
    assert len(after) - len(before) == len(project.config["targets"]) * len(project.config["seeds"])
    assert project.planned() == {}


def test_results_are_those_of_single_jobs(project):
    """The same keys, recipes and origins; missing results are made together."""
    single = results(project)
    shutil.rmtree(project.folder / "results/transfer")
    project.run("--cores", "2")
    together = {path: json.loads(text) for path, text in results(project).items()}
    assert together.keys() == single.keys()
    for path, text in single.items():
        expected = json.loads(text)
        assert list(together[path]) == list(expected)
        for key in ("recipe", "made_from", "fingerprint", "rows", "metric"):
            assert together[path][key] == expected[key]
        benchmark = project.folder / "results/benchmarks/transfer" / Path(path).with_suffix(".tsv")
        assert float(benchmark.read_text(encoding="utf-8").split()[1]) == together[path]["seconds"]
    assert project.planned() == {}


def test_a_changed_setting_trains_all_again(project):
    targets, seeds = len(project.config["targets"]), len(project.config["seeds"])
    training = project.config["training"]
    change(project, training={**training, "transfer": {**training["transfer"], "learning_rate": 0.002}})
    planned = project.planned()
    # Groups of `none` and two sources, and of the other two.
    assert {rule: n for rule, n in planned.items() if rule.startswith("run_transfer")} == {
        "run_transfers_1": targets * seeds,
        "run_transfers_2": targets * seeds,
    }


def test_other_adapters_have_single_jobs(project):
    change(project, adapter="lora")
    assert not any(rule.startswith("run_transfers") for rule in project.planned("results/transfer.tsv"))
