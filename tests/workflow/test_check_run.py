"""``snakemake check``: no problems, many problems at once, no network; and no results are made."""

import shutil
from pathlib import Path

import pytest
import yaml
from small_project import Project, small_config


def configured(suite) -> dict:
    return small_config(suite["sources"][:3], suite["targets"][:1]) | {"models": {"minilm": "bundled"}}


@pytest.fixture(scope="module")
def speeds(tmp_path_factory, suite) -> Path:
    """``results/plan`` with the speed of the bundled models on this machine, measured once."""
    measured = Project(tmp_path_factory.mktemp("speeds") / "p", configured(suite))
    measured.run("--cores", "2", "results/plan/minilm.json", "results/plan/minilm-sentence.json")
    return measured.folder / "results" / "plan"


@pytest.fixture
def project(tmp_path, suite, speeds) -> Project:
    project = Project(tmp_path / "p", configured(suite))
    shutil.copytree(speeds, project.folder / "results" / "plan")
    return project


def made(project: Project) -> set[str]:
    results = project.folder / "results"
    return {path.relative_to(results).parts[0] for path in results.rglob("*") if path.is_file()}


def test_no_problems(project):
    done = project.run("check")
    target = project.config["targets"][0]
    for words in ("3 sources, 1 target, 1 model, 2 seeds", f"{target}", "labels negative, positive: ok", "bundled; 22",
                  "whole run: ", "No problems found. Next: snakemake"):  # fmt: skip
        assert words in done.stdout, done.stdout
    assert "PROBLEM" not in done.stdout
    # the speed of the bundled models, and logs
    assert made(project) == {"plan", "logs"}
    assert project.planned("check") == {"check": 1}  # It runs each time.
    (project.folder / "configs").mkdir()
    (project.folder / "config.yaml").rename(project.folder / "configs/my own.yaml")
    again = project.run("check", "--configfile", "configs/my own.yaml")
    assert "Next: snakemake --configfile configs/my own.yaml" in again.stdout


def test_all_problems_are_listed_at_once(project, monkeypatch):
    own = project.folder / "tasks" / "own"
    own.mkdir()
    tasks = {
        "empty_text": {"type": "classification", "data": {"files": {"train": "empty_text.csv"}}},
        "wrong_column": {"type": "regression", "data": {"files": {"train": "wrong_column.csv"}}},
        "far_away": {"type": "classification", "data": {"hub": "nobody/nothing"}},
    }
    for name, task in tasks.items():
        (own / f"{name}.yaml").write_text(yaml.safe_dump(task), encoding="utf-8")
    (own / "empty_text.csv").write_text("text,label\ngood text,yes\n,no\n", encoding="utf-8")
    (own / "wrong_column.csv").write_text("text,lable\ngood text,1\nbad text,2\n", encoding="utf-8")
    project.config |= {"models": {"mine": "./models/mine"}, "adapter": "seq_bnn", "seeds": [1]}
    project.config["task_folders"] += ["tasks/own"]
    project.config["sources"] += list(tasks)
    project.write_config()
    project.variables["HF_HUB_OFFLINE"] = "1"
    done = project.run("check", check=False)
    output = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in output
    assert "The run would fail: 5 problems." in output and output.count("PROBLEM") == 4
    assert output.rstrip().endswith("Fix the problems above and run the check again.") and "failed;" not in output
    for words in ("empty_text.csv, line 3", "did you mean 'lable'", "'nobody/nothing' is not in the cache",
                  "The model folder ./models/mine does not exist", "'seq_bnn' is not an adapter", "Only one seed:",
                  "Warning: ", "HF_HUB_OFFLINE is set"):  # fmt: skip
        assert words in output, output
    assert made(project) <= {"plan", "logs", "benchmarks"}


def test_an_unknown_adapter_of_the_bundled_model_does_not_hide_other_problems(project):
    shutil.rmtree(project.folder / "results")  # its speed cannot be measured either
    project.config |= {"adapter": "seq_bnn", "seeds": [1]}
    project.write_config()
    done = project.run("check", check=False)
    output = done.stdout + done.stderr
    assert "The run would fail: 1 problem." in output and "'seq_bnn' is not an adapter" in output
    assert "Only one seed:" in output and "the speed of minilm on this machine has not been measured" in output


def test_misspelt_files_and_rules_get_a_suggestion(project):
    target = project.config["targets"][0]
    for asked, meant in ((f"results/rankings/{target}x.tsv", f"results/rankings/{target}.tsv"), ("chek", "check")):
        done = project.run(asked, check=False)
        assert done.returncode != 0 and f"did you mean {meant}?" in done.stdout + done.stderr


def test_a_missing_file_names_its_neighbour(project):
    path = project.folder / "tasks" / "bundled" / "mine.yaml"
    path.write_text("type: classification\ndata:\n  files: {train: mine.csv, validation: gone.csv}\n", encoding="utf-8")
    (path.parent / "mine2.csv").write_text("text,label\n", encoding="utf-8")
    project.config["sources"] += ["mine"]
    project.write_config()
    done = project.run("check", check=False)
    output = done.stdout + done.stderr
    assert "Did you mean 'mine2.csv'?" in output and "gone.csv" in output
