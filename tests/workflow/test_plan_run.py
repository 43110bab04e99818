"""``snakemake plan``: costs before a run starts, without a network and without data of the Hub."""

import json
from collections import Counter

import pandas as pd
import pytest
import yaml
from files_page import differences
from small_project import Project, small_config
from tiny_models import save_bert

TASK = {
    "type": "classification",
    "data": {"hub": "nobody/nothing"},
    "columns": {"text_a": "text"},
    "published_rows": {"train": 5000, "validation": 300},
}
METHODS = ["random", "textemb", "semb", "logme", "esm-logme", "taskemb", "taskemb-fewshot", "fsft", "recommended"]


@pytest.fixture(scope="module")
def offline(tmp_path_factory) -> pytest.MonkeyPatch:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield patch


@pytest.fixture(scope="module")
def planned(tmp_path_factory, suite, offline) -> tuple[Project, dict[str, int], str]:
    """A project, the jobs of its dry run, and what the plan printed."""
    config = small_config([*suite["sources"][:2], "far_away"], suite["targets"][:2])
    config |= {"methods": METHODS, "history": "own", "task_folders": ["tasks/bundled", "tasks/own"]}
    config["models"] = {
        **config["models"],
        "few": {"like": "minilm", "training": {"transfer": {"max_train_examples": 10}}},
        "whole": {"path": "nobody/model", "adapter": "full"},
    }
    del config["max_train_examples"]
    project = Project(tmp_path_factory.mktemp("plan") / "p", config)
    (project.folder / "tasks" / "own").mkdir()
    (project.folder / "tasks" / "own" / "far_away.yaml").write_text(yaml.safe_dump(TASK), encoding="utf-8")
    jobs = project.planned()
    return project, jobs, project.run("plan", "--cores", "2").stdout


def table(project: Project) -> pd.DataFrame:
    return pd.read_csv(project.folder / "results" / "plan.tsv", sep="\t", keep_default_na=False)


def test_its_jobs_are_those_of_a_dry_run(planned):
    project, jobs, _ = planned
    full = table(project).query("plan == 'full'")
    counts = Counter()
    for rule, count in zip(full["rule"], full["jobs"], strict=True):
        counts[rule] += count
    assert counts == jobs
    assert differences(project.folder / "results" / "plan.tsv", "plan.tsv") == []
    # 2 x (3 sources and none) x 2 seeds, with three models
    assert jobs["run_transfer"] == 3 * 2 * 4 * 2


def test_tasks_of_the_hub_count_as_published(planned):
    project, _, printed = planned
    assert "counted in the prepared data for 4 tasks, stated by the publisher for 1 task." in printed
    line = table(project).query("plan == 'full' and rule == 'train_adapter' and task == 'far_away'")
    assert line["trained"].astype(float).item() == 5000  # one epoch, dev rows are those of validation


def test_an_unavailable_model_has_no_times_and_is_tried_again(planned):
    project, _, printed = planned
    assert "The times of whole are unknown: The model 'nobody/model' could not be loaded" in printed
    lines = table(project).query("model == 'whole' and rule == 'run_transfer'")
    assert set(lines["seconds"]) == {""} and (lines["trained"].astype(float) > 0).all()
    path = project.folder / "results" / "plan" / "whole.json"
    first = json.loads(path.read_text(encoding="utf-8"))["failed_at"]
    for _ in range(2):
        assert project.planned("plan") == {"plan": 1, "make_plan": 1, "calibrate_model": 1}
        project.run("plan", "--cores", "2")
        second = json.loads(path.read_text(encoding="utf-8"))["failed_at"]
        assert second > first
        first = second
    assert table(project).query("model == 'few'")["seconds"].astype(float).gt(0).all()


def test_it_makes_nothing_else(planned):
    project, _, _ = planned
    results = {path.name for path in (project.folder / "results").iterdir()}
    assert results == {"data", "plan", "plan.tsv", "plan.txt", "logs", "benchmarks"}


@pytest.mark.slow
def test_a_success_after_failures_is_kept(planned):
    project, _, _ = planned
    save_bert(project.folder / "nobody" / "model")
    project.run("plan", "--cores", "2")
    assert table(project).query("model == 'whole' and rule == 'run_transfer'")["seconds"].astype(float).gt(0).all()
    assert project.planned("plan") == {"plan": 1}
    assert "The whole run takes at most" in project.run("plan", "--cores", "2").stdout
