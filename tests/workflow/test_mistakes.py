"""A user's mistakes: one message that says what to do, an exit code, nothing trained and nothing lost."""

import subprocess
import sys

import pytest
from small_project import Project, small_config

from intertask import recipes
from intertask.config import load_config
from intertask.files import read_json, write_json

#: One of each part that finds them; their own tests have the others.
CONFIG_MISTAKES = [
    ({"sorces": ["a"]}, "did you mean 'sources'"),
    ({"sources": ["no_such_task"]}, "There is no task 'no_such_task'"),
    ({"methods": ["sembb"], "rank_fusion": ["sembb"]}, "did you mean 'semb'"),
    ({"fused": ["size"], "rank_fusion": ["size"]}, "'fused' is the old name of 'rank_fusion'"),
    ({"task_folders": ["tasks/nowhere"]}, "There is no task folder"),
]


@pytest.fixture
def project(tmp_path, suite):
    return Project(tmp_path / "p", small_config(suite["sources"][:2], suite["targets"][:1]))


def assert_one_message(done, words: str) -> None:
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert words in output
    assert "Traceback" not in output


@pytest.mark.parametrize(("change", "words"), CONFIG_MISTAKES)
def test_mistakes_of_the_config_end_the_run_at_once(project, change, words):
    project.config |= change
    project.write_config()
    assert_one_message(project.run("--cores", "1", check=False), words)
    assert not (project.folder / "results").exists()


def add_broken_task(project, rows: str, extra: str = "") -> None:
    (project.folder / "tasks/bundled/broken.yaml").write_text(
        f"type: classification\ndata:\n  files: {{train: broken.csv}}\n{extra}", encoding="utf-8"
    )
    (project.folder / "tasks/bundled/broken.csv").write_text(rows, encoding="utf-8")
    project.config["sources"] = [*project.config["sources"], "broken"]
    project.write_config()


def test_a_bad_row_stops_the_run_before_anything_trains(project):
    add_broken_task(project, "text,label\ngood text,yes\n,no\nmore text,yes\n")
    done = project.run("--cores", "2", check=False)
    assert_one_message(done, "tasks/bundled/broken.csv, line 3")
    assert not (project.folder / "results/adapters").exists()


def test_a_missing_file_is_named_with_its_task(project):
    add_broken_task(project, "")
    (project.folder / "tasks/bundled/broken.csv").unlink()
    assert_one_message(project.run("--cores", "1", check=False), "tasks/bundled/broken.csv")
    assert not (project.folder / "results").exists()


def test_a_model_that_cannot_be_had_stops_the_run_before_anything_trains(project):
    project.config["models"] = {"mine": "./models/mine"}
    project.write_config()
    done = project.run("--cores", "2", check=False)
    assert_one_message(done, "The model folder ./models/mine does not exist")
    assert not (project.folder / "results/adapters").exists()


def test_an_unknown_adapter_stops_the_run_before_anything_trains(project):
    project.config["adapter"] = "seq_bnn"
    project.write_config()
    done = project.run("--cores", "2", check=False)
    assert_one_message(done, "'seq_bnn' is not an adapter configuration")
    assert not (project.folder / "results/adapters").exists()


def test_nothing_computed_is_lost(finished):
    """A finished run that gets a broken source keeps every file, and is whole again without it."""
    before = {p: p.stat().st_mtime_ns for p in (finished.folder / "results").rglob("*") if p.is_file()}
    config = finished.config
    finished.config = {**config, "sources": [*config["sources"]]}
    add_broken_task(finished, "text,label\nonly one class,yes\nsecond row,yes\n")
    try:
        assert_one_message(finished.run("--cores", "2", check=False), "broken")
    finally:
        for name in ("broken.yaml", "broken.csv"):
            (finished.folder / "tasks/bundled" / name).unlink()
        finished.config = config
        finished.write_config()
    lost = [p for p in before if not p.exists() and "logs" not in p.parts and "benchmarks" not in p.parts]
    assert not lost
    assert finished.planned() == {}


def test_stale_transfer_is_said(finished, tmp_path):
    """A transfer that was made from another adapter than today's is not mixed into the table."""
    source = finished.config["sources"][0]
    path = finished.folder / f"results/adapters/minilm/{source}/metrics.json"
    text = path.read_text(encoding="utf-8")
    config = load_config(finished.config)
    recipe = recipes.target_table_recipe(config, "minilm", config.targets[0])
    script = [sys.executable, "workflow/scripts/collect_target.py", "--recipe", recipe, "--results", "results"]
    write_json(path, read_json(path) | {"fingerprint": "another"})
    try:
        done = subprocess.run(
            [*script, "--out", str(tmp_path / "t.tsv")], cwd=finished.folder, capture_output=True, text=True
        )
    finally:
        path.write_text(text, encoding="utf-8")
    assert_one_message(done, "is out of date: the adapter changed")
    assert not (tmp_path / "t.tsv").exists()
