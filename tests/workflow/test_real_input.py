"""The same workflow on real datasets: all five types, real weights, sizes capped."""

import json

import pandas as pd
import pytest
from small_project import ROOT, Project

SHARED = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the real datasets (../shared/data) are not on this machine"),
]

SOURCES = ["emotion", "snli", "qnli", "tweet_stance", "social_i_qa", "swag", "squad", "conll2000", "wnut_17"]
TARGETS = ["rotten_tomatoes", "stsb", "copa"]


def test_real_datasets_go_from_files_to_regret(tmp_path):
    training = {"learning_rate": 0.001, "epochs": 2, "patience": 0}
    config = {
        "task_folders": [str(ROOT / "tests" / "tasks" / "real")],
        "sources": SOURCES,
        "targets": TARGETS,
        "seeds": [1],
        "max_train_examples": 160,
        "max_validation_examples": 80,
        "embeddings": {"max_examples": 100},
        "training": {"source": training, "transfer": {**training, "epochs": 1}},
    }
    project = Project(tmp_path / "p", config)
    project.run("--cores", "2")
    results = project.folder / "results"
    transfer = pd.read_csv(results / "transfer.tsv", sep="\t")
    assert len(transfer) == len(TARGETS) * (len(SOURCES) + 1)
    assert transfer["value"].between(-100, 100).all()
    types = {json.loads(path.read_text())["type"] for path in results.glob("data/*/info.json")}
    assert types == {"classification", "regression", "multiple_choice", "extractive_qa", "tagging"}
    for target in TARGETS:
        ranking = pd.read_csv(results / f"rankings/{target}.tsv", sep="\t")
        assert set(ranking["source"]) == set(SOURCES)
        assert ranking[["semb", "textemb", "vocabulary", "size"]].notna().all(axis=None)
        assert ranking["semb"].nunique() == len(SOURCES)
    regret = pd.read_csv(results / "regret.tsv", sep="\t")
    assert regret["regret@1"].between(0, 100).all()
    assert project.planned() == {}
