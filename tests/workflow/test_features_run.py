"""Rows, features and maps through the workflow: what is made, what is kept when sources come, change and go."""

import json
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from safetensors import safe_open
from small_project import ROOT, Project, small_config
from tiny_models import TINY

from intertask.config import load_config
from intertask.config.task_registry import configured_tasks
from intertask.evidence import Evidence
from intertask.files import canonical_json, read_json, write_json
from intertask.recipes import features_recipe

SOURCES, NEW = ["phone_reviews", "letters", "same_scene"], "topics"
TARGETS = ["match_reports", "journeys"]
METHODS = ["logme", "esm-logme"]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Scores by methods that read rows, features and maps; nothing is transferred."""
    config = small_config(SOURCES, TARGETS) | {"methods": ["random", *METHODS], "rank_fusion": METHODS}
    config |= {"features": {"max_rows": 60}}
    made = Project(tmp_path_factory.mktemp("features") / "p", config)
    made.run("--cores", "2", *wanted())
    return made


def wanted() -> list[str]:
    return [f"results/scores/minilm/{target}.tsv" for target in TARGETS]


def features_file(project, target="match_reports"):
    path = project.folder / f"results/features/minilm/{target}.safetensors"
    with safe_open(path, framework="numpy") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118


def test_the_scores_job_reads_what_was_made(project):
    for target in TARGETS:
        recipe = {"target": target, "sources": SOURCES}
        reads = {"rows", "features", "maps"}
        evidence = Evidence(project.folder / "results", recipe, "minilm", "minilm-sentence", reads)
        facts, sources = evidence.load()
        count = len(facts.target_rows.groups)
        assert 0 < count <= 60
        assert facts.features.shape == (count, TINY["hidden_size"])
        assert len(facts.target_rows.views) == {"match_reports": 1, "journeys": 2}[target]
        for source in sources:
            assert source.features.shape == facts.features.shape
            assert source.features.dtype == np.float32
            assert source.map[0].shape == (TINY["hidden_size"],) * 2
            assert (source.probabilities is None) == (source.task != "letters")
        np.testing.assert_allclose(sources[1].probabilities.sum(1), 1, atol=1e-5)
        scores = (project.folder / f"results/scores/minilm/{target}.tsv").read_text(encoding="utf-8").splitlines()
        assert len([line for line in scores if "logme" in line and np.isfinite(float(line.split("\t")[-1]))]) == 6
    assert project.planned(*wanted()) == {}


def test_added_source_is_one_update_per_target(project):
    before = project.config
    project.config = {**before, "sources": [*SOURCES, NEW]}
    project.write_config()
    planned = project.planned(*wanted())
    project.config = before
    project.write_config()
    assert planned == {
        "prepare_data": 1,
        "train_adapter": 1,
        "fit_map": 1,
        "compute_features": len(TARGETS),
        "compute_scores": len(TARGETS),
    }


def test_the_workflow_keeps_the_sources_that_are_there(project):
    """Snakemake leaves the file in place, and the script adds to it."""
    old, _ = features_file(project)
    before, log = project.config, project.folder / "results/logs/features/minilm/match_reports.log"
    project.config = {**before, "sources": [*SOURCES[:2], NEW]}
    project.write_config()
    try:
        project.run("--cores", "2", "results/features/minilm/match_reports.safetensors")
        new, metadata = features_file(project)
    finally:
        project.config = before
        project.write_config()
    lines = log.read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line.endswith(": kept")} == {f"{source}: kept" for source in SOURCES[:2]}
    assert [line for line in lines if line.endswith(": computed")] == [f"{NEW}: computed"]
    assert set(new) == {f"features/{s}" for s in (*SOURCES[:2], NEW)} | {"probabilities/letters"}
    assert set(json.loads(metadata["adapters"])) == {*SOURCES[:2], NEW}
    for key in ("features/phone_reviews", "features/letters", "probabilities/letters"):
        np.testing.assert_array_equal(new[key], old[key])


@pytest.fixture
def job(project, tmp_path):
    """The script of one target, with a separate output and copies of the adapters."""
    config = load_config(project.config)
    task = {task.name: task for task in configured_tasks(config).values()}["match_reports"]
    results, out = project.folder / "results", tmp_path / "features.safetensors"
    adapters = tmp_path / "adapters"
    for source in SOURCES:
        (adapters / source).mkdir(parents=True)
        for file in (results / "adapters/minilm" / source).iterdir():
            (adapters / source / file.name).write_bytes(file.read_bytes())

    def command(sources=SOURCES, **settings):
        recipe = json.loads(features_recipe(config, "minilm", task)) | settings
        options = {"recipe": canonical_json(recipe), "data": results / "data/match_reports"}
        options |= {"model": results / "models/minilm.json", "rows": results / "rows/minilm/match_reports.safetensors"}
        options |= {"sources": ",".join(sources), "adapters": adapters, "out": out}
        script = ROOT / "workflow/scripts/compute_features.py"
        return [str(script), *(str(part) for k, v in options.items() for part in (f"--{k}", v))]

    def run(*arguments, code=0, **settings):
        launcher = [sys.executable, "-m", "intertask.execution.launch"]
        done = subprocess.run(
            [*launcher, *command(*arguments, **settings)], capture_output=True, text=True, env=project.environment
        )
        assert done.returncode == code, done.stdout + done.stderr
        lines = done.stdout.splitlines()
        done.kept, done.computed = (
            [line.partition(":")[0] for line in lines if line.endswith(f": {word}")] for word in ("kept", "computed")
        )
        return done

    return SimpleNamespace(out=out, adapters=adapters, command=command, run=run, environment=project.environment)


def test_only_what_changed_is_computed(job):
    assert job.run(SOURCES[:2]).computed == SOURCES[:2]
    again = job.run(SOURCES[:2])
    assert (again.kept, again.computed) == (SOURCES[:2], [])
    metrics = job.adapters / SOURCES[0] / "metrics.json"
    write_json(metrics, read_json(metrics) | {"fingerprint": "another"})
    changed = job.run(SOURCES[:2])
    assert (changed.kept, changed.computed) == (SOURCES[1:2], SOURCES[:1])
    assert job.run(SOURCES[1:2]).kept == SOURCES[1:2]
    with safe_open(job.out, framework="numpy") as file:
        assert set(file.keys()) == {"features/letters", "probabilities/letters"}
    # a setting of the step's own: all of it anew
    assert job.run(SOURCES[1:2], version=99).computed == SOURCES[1:2]


@pytest.mark.parametrize("damage", ["cut", "empty"])
def test_a_damaged_old_file_is_made_anew(project, job, damage):
    whole = (project.folder / "results/features/minilm/match_reports.safetensors").read_bytes()
    job.out.write_bytes(whole[:-100] if damage == "cut" else b"")
    done = job.run(SOURCES[:1])
    assert "cannot be read and is replaced" in done.stdout
    assert (done.kept, done.computed) == ([], SOURCES[:1])


def test_a_job_that_ends_early_leaves_the_old_file(job):
    job.run(SOURCES[:1])
    before = job.out.read_bytes()
    # killed at work
    process = subprocess.Popen([sys.executable, *job.command()], stdout=subprocess.PIPE, text=True, env=job.environment)
    for line in process.stdout:
        if line.endswith("kept\n"):
            process.kill()
    process.wait()
    assert process.returncode < 0
    assert job.out.read_bytes() == before
    # or failed
    metrics = job.adapters / SOURCES[1] / "metrics.json"
    write_json(metrics, read_json(metrics) | {"weights_sha256": "0" * 64})
    assert "stale or damaged" in job.run(code=1).stderr
    assert job.out.read_bytes() == before
    assert [path.name for path in job.out.parent.iterdir() if path.is_file()] == [job.out.name]


def test_rows_of_other_settings_are_refused(job):
    assert "out of date: the choice of rows changed" in job.run(SOURCES[:1], code=1, seed=5).stderr
    assert not job.out.exists()
