"""Only what is missing or changed is computed: jobs counted in dry runs."""

import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from paths import ROOT

from intertask.files import read_json


@pytest.fixture
def project(finished):
    """The finished project; its configuration is put back after the test."""
    before = finished.config
    yield finished
    finished.config = before
    finished.write_config()


def grid(project) -> tuple[int, int, int]:
    return len(project.config["sources"]), len(project.config["targets"]), len(project.config["seeds"])


def tables(project) -> dict[str, int]:
    """What follows from a new transfer to every target."""
    targets = grid(project)[1]
    once = ("collect_transfer", "collect_costs", "evaluate_methods", "make_report")
    return {"collect_target": targets, "make_observed_page": targets, **dict.fromkeys(once, 1)}


def test_second_run_has_nothing_to_do(project):
    assert project.planned() == {}


def test_deleted_adapter(project, tmp_path):
    _, targets, seeds = grid(project)
    folder = project.folder / "results/adapters/minilm" / project.config["sources"][0]
    shutil.move(folder, tmp_path / "away")
    planned = project.planned()
    shutil.move(tmp_path / "away", folder)
    assert planned == {"train_adapter": 1, "run_transfer": targets * seeds, **tables(project)}
    assert project.planned() == {}


def test_added_source(project, suite):
    _, targets, seeds = grid(project)
    new = suite["sources"][3]
    project.config = {**project.config, "sources": [*project.config["sources"], new]}
    project.write_config()
    assert project.planned() == {
        "prepare_data": 1,
        "compute_embeddings": 2,
        "train_adapter": 1,
        "run_transfer": targets * seeds,
        "compute_scores": targets,
        "make_ranking": targets,
        "make_ranking_page": targets,
        **tables(project),
    }


def test_added_seed(project):
    sources, targets, _ = grid(project)
    project.config = {**project.config, "seeds": [*project.config["seeds"], 7]}
    project.write_config()
    assert project.planned() == {"run_transfer": (sources + 1) * targets, **tables(project)}


def test_edited_code_reruns_nothing(project):
    """A script, a rule's shell line, an environment and the library: only inputs and recipes rerun a step."""
    shutil.copytree(ROOT / "src", project.folder / "src", dirs_exist_ok=True)
    assert project.planned() == {}
    edits = {
        "workflow/scripts/run_transfer.py": ("\nrun(main)", "\n# a comment\nrun(main)"),
        "rules/transfer.smk": ("--recipe {params.recipe:q}", "  --recipe {params.recipe:q}"),
        "rules/scores.smk": ("--recipe {params.recipe:q}", "  --recipe {params.recipe:q}"),
        "envs/torch.yaml": ("dependencies:", "dependencies:\n  - tini"),
        "src/intertask/models/training/transfer.py": ("\ndef ", "\n# a comment\ndef "),
        "src/intertask/methods/semb.py": ("\ndef ", "\n# a comment\ndef "),
    }
    before = {}
    for name, (old, new) in edits.items():
        path = project.folder / name
        before[path] = path.read_text(encoding="utf-8")
        assert old in before[path], name
        path.write_text(before[path].replace(old, new), encoding="utf-8")
    planned = project.planned()
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")
    shutil.rmtree(project.folder / "src")
    assert planned == {}


def test_checkpoints_beside_a_finished_transfer_are_removed(project, tmp_path):
    """A job may be killed between its result and the removal of its checkpoints; the next run removes them."""
    source, target = project.config["sources"][0], project.config["targets"][0]
    finished = project.folder / f"results/transfer/minilm/{target}/{source}/seed1.json"
    result, checkpoints = tmp_path / "seed1.json", tmp_path / "checkpoints"
    shutil.copy(finished, result)
    (checkpoints / "checkpoint-3").mkdir(parents=True)
    done = subprocess.run(
        [
            sys.executable, "workflow/scripts/run_transfer.py", "--recipe", json.dumps(read_json(finished)["recipe"]),
            "--data", f"results/data/{target}", "--model", "results/models/minilm.json",
            "--adapters", "results/adapters/minilm", "--checkpoints", checkpoints, "--out", result,
        ],
        cwd=project.folder, env=project.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.stdout, done.returncode) == (f"{source} -> {target}, seed 1: kept\n", 0), done.stderr
    assert result.read_bytes() == finished.read_bytes()
    assert not checkpoints.exists()


@pytest.mark.parametrize("newest_first", [True, False])
def test_every_file_touched(project, newest_first):
    files = [p for p in project.folder.rglob("*") if p.is_file() and ".snakemake" not in p.parts]
    oldest = time.time() - len(files)  # never in the future: Snakemake would suspect the clock
    for i, path in enumerate(sorted(files, reverse=newest_first)):
        os.utime(path, (oldest + i, oldest + i))
    assert project.planned() == {}


def test_learning_rate_of_transfers(project):
    sources, targets, seeds = grid(project)
    training = project.config["training"]
    changed = {**training, "transfer": {**training["transfer"], "learning_rate": 0.002}}
    project.config = {**project.config, "training": changed}
    project.write_config()
    assert project.planned() == {"run_transfer": (sources + 1) * targets * seeds, **tables(project)}


def test_swapped_values_are_seen(project):
    """Snakemake compares parameters as a set of values: two that change places must not go unnoticed."""
    project.config = {**project.config, "max_train_examples": 12, "max_validation_examples": 24}
    project.write_config()
    assert project.planned()["prepare_data"] == 5


def test_reordered_config(project):
    def turned(value):
        return {k: turned(value[k]) for k in reversed(value)} if isinstance(value, dict) else value

    project.config = turned(project.config)
    project.write_config()
    assert project.planned() == {}


def test_a_setting_of_the_evaluation_trains_nothing(project):
    project.config = {**project.config, "evaluation": {"k": [1, 2, 3]}}
    project.write_config()
    assert project.planned() == {"evaluate_methods": 1, "make_report": 1}


def test_words_of_a_task_rerun_nothing(project):
    name = project.config["sources"][0]
    path = project.folder / f"tasks/bundled/{name}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\ncitation: a new citation\n", encoding="utf-8")
    planned = project.planned()
    path.write_text(text, encoding="utf-8")
    assert planned == {}
