"""The same workflow on real datasets: all five types, every method, real weights, sizes capped."""

import json

import numpy as np
import pandas as pd
import pytest
from small_project import ROOT, Project

from intertask.methods.registry import all_methods

SHARED = ROOT.parent / "shared" / "data"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the real datasets (../shared/data) are not on this machine"),
]

SOURCES = ["emotion", "snli", "tweet_stance", "social_i_qa", "swag", "squad", "conll2000", "wnut_17"]
TARGETS = ["rotten_tomatoes", "stsb", "copa", "squad_v2", "ud_pos"]
#: Steps of few-shot fine-tuning in this test; the methods of other steps have no score.
STEPS = [5, 10]
#: Types of source whose head gives class probabilities on the units of a target.
WITH_PROBABILITIES = {
    "classification": {"classification", "tagging"},
    "multiple_choice": {"classification", "tagging"},
    "extractive_qa": {"tagging"},
    "tagging": {"tagging"},
    "regression": set(),
}


def defined(method: str, target: str, source: str) -> bool:
    """Whether a method must have a score for a source of one type and a target of another."""
    if target in all_methods()[method].undefined_for or method == "fsft-25":
        return False
    return method not in ("leep", "nce") or source in WITH_PROBABILITIES[target]


def test_real_datasets_go_from_files_to_regret(tmp_path):
    training = {"learning_rate": 0.001, "epochs": 1, "patience": 0}
    config = {
        "task_folders": [str(ROOT / "tests" / "tasks" / "real")],
        "sources": SOURCES,
        "targets": TARGETS,
        "seeds": [1],
        "max_train_examples": 80,
        "max_validation_examples": 40,
        "tasks": {name: {"max_length": 64, "stride": 16} for name in [*SOURCES, *TARGETS]},
        "methods": sorted(all_methods()),
        "history": "own",
        "embeddings": {"max_examples": 60, "max_windows": 2},
        "features": {"max_examples": 50, "max_rows": 250},
        "maps": {"max_examples": 60},
        "gradients": {"max_examples": 10},
        "fewshot": {"max_examples": 30, "steps": STEPS},
        "training": {"source": training, "transfer": training},
    }
    project = Project(tmp_path / "p", config)
    project.run("--cores", "2")
    results = project.folder / "results"
    transfer = pd.read_csv(results / "transfer.tsv", sep="\t")
    assert len(transfer) == len(TARGETS) * (len(SOURCES) + 1)
    assert transfer["value"].between(-100, 100).all()
    types = {path.parent.name: json.loads(path.read_text())["type"] for path in results.glob("data/*/info.json")}
    assert len(set(types.values())) == 5
    for target in TARGETS:
        ranking = pd.read_csv(results / f"rankings/{target}.tsv", sep="\t")
        assert set(ranking["source"]) == set(SOURCES)
        assert ranking["semb"].nunique() == len(SOURCES)
        scores = pd.read_csv(results / f"scores/minilm/{target}.tsv", sep="\t")
        found = scores.set_index(["method", "source"])["score"]
        wrong = [
            (method, source, found[method, source])
            for method in config["methods"]
            for source in SOURCES
            if np.isfinite(found[method, source]) != defined(method, types[target], types[source])
        ]
        assert wrong == []
    regret = pd.read_csv(results / "regret.tsv", sep="\t")
    assert regret.loc[regret["method"] != "ceiling", "regret@1"].between(0, 100).all()
    assert project.planned() == {}
