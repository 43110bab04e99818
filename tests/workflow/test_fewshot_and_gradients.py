"""Gradients, adapter weights and few-shot fine-tuning in a small run: made, read, and only added to."""

import json

import numpy as np
import pandas as pd
import pytest
from small_project import Project, small_config
from tiny_models import TINY

METHODS = ["taskemb", "taskemb-fewshot", "adapter-weights", "fsft", "fsft-5"]


@pytest.fixture(scope="module")
def project(tmp_path_factory, suite) -> Project:
    """Scores of two targets for two sources; nothing is transferred."""
    config = small_config(suite["sources"][:2], suite["targets"][:2]) | {
        "seeds": [1],
        "methods": METHODS,
        "rank_fusion": ["taskemb", "fsft"],
        "gradients": {"max_examples": 4},
        "fewshot": {"max_examples": 12, "steps": [1, 2], "batch_size": 4},
    }
    project = Project(tmp_path_factory.mktemp("fewshot") / "p", config)
    project.run("--cores", "2", *scores(config))
    return project


def scores(config) -> list[str]:
    return [f"results/scores/minilm/{target}.tsv" for target in config["targets"]]


def tasks(project) -> list[str]:
    return [*project.config["sources"], *project.config["targets"]]


def test_every_method_scores_every_source(project):
    for path in scores(project.config):
        table = pd.read_csv(project.folder / path, sep="\t").pivot(index="source", columns="method", values="score")
        assert set(table.index) == set(project.config["sources"])
        assert np.isfinite(table.drop(columns="fsft-5")).all(axis=None)
        assert table["fsft-5"].isna().all()  # step 5 was not run


def test_gradients_say_what_they_were_made_from(project):
    for task in tasks(project):
        data = json.loads((project.folder / f"results/data/{task}/info.json").read_text())["fingerprint"]
        adapter = json.loads((project.folder / f"results/adapters/minilm/{task}/metrics.json").read_text())
        for kind, made_from in (("gradients", adapter["fingerprint"]), ("fewshot_gradients", "")):
            with np.load(project.folder / f"results/{kind}/minilm/{task}.npz", allow_pickle=False) as file:
                assert (str(file["data"]), str(file["adapter"])) == (data, made_from)
                components = {key: file[key] for key in file if key.startswith("component/")}
            assert components["component/layer1.output"].shape == (TINY["hidden_size"],)
            assert all(np.isfinite(vector).all() for vector in components.values())
            assert not [key for key in components if task in key]


def test_few_shot_table(project):
    for target in project.config["targets"]:
        table = pd.read_csv(project.folder / f"results/fewshot/minilm/{target}.tsv", sep="\t")
        assert table.groupby("source", sort=False)["step"].agg(list).to_dict() == {
            source: [1, 2] for source in ["none", *project.config["sources"]]
        }
    assert not list((project.folder / "results/checkpoints").iterdir())


def test_adapters_of_targets_transfer_nothing(project):
    """The target's own adapter is for comparison only: no transfer starts from it."""
    sources, targets = project.config["sources"], project.config["targets"]
    assert all((project.folder / f"results/adapters/minilm/{target}/metrics.json").exists() for target in targets)
    planned = project.planned()
    assert planned["run_transfer"] == (len(sources) + 1) * len(targets)
    assert not {"train_adapter", "run_fewshot", "compute_gradients", "compute_scores"} & set(planned)


def test_added_source(project, suite):
    before, new = project.config, suite["sources"][2]
    targets = len(before["targets"])
    project.config = {**before, "sources": [*before["sources"], new]}
    project.write_config()
    try:
        assert project.planned(*scores(before)) == {
            "prepare_data": 1,
            "train_adapter": 1,
            "compute_gradients": 1,
            "compute_fewshot_gradients": 1,
            "run_fewshot": targets,
            "compute_scores": targets,
        }
        target = before["targets"][0]
        table = project.folder / f"results/fewshot/minilm/{target}.tsv"
        old = table.read_text(encoding="utf-8")
        project.run("--cores", "2", str(table.relative_to(project.folder)))
        assert table.read_text(encoding="utf-8").startswith(old)
        log = (project.folder / f"results/logs/fewshot/minilm/{target}.log").read_text(encoding="utf-8")
        assert [line.partition(": ")[0] for line in log.splitlines() if "kept" in line] == ["none", *before["sources"]]
    finally:
        project.config = before
        project.write_config()
