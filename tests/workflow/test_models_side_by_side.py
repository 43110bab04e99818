"""Several models in one run: from the hub, adapters or full, few examples; and offline once it is all here."""

import json

import pandas as pd
import pytest
from hub_server import Hub, serving
from paper_hub import add_models, environment
from small_project import Project, small_config

pytestmark = pytest.mark.slow

TRAINING = {"max_steps": 2, "batch_size": 8, "patience": 0, "learning_rate": 0.001}
STAGES = {"source": TRAINING, "transfer": TRAINING}
MODELS = {
    "roberta": {"path": "FacebookAI/roberta-base", "training": STAGES},
    "roberta-8": {"like": "roberta", "training": {"transfer": {"max_train_examples": 8}}},
    "bert-full": {"path": "google-bert/bert-base-uncased", "adapter": "full", "training": STAGES},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory, suite):
    folder = tmp_path_factory.mktemp("models")
    config = small_config(["phone_reviews", "endings", "letters"], ["hotel_reviews", "school_endings"]) | {
        "seeds": [1],
        "models": MODELS,
        "methods": suite["methods"],
        "history": "own",
        "features": {"max_examples": 16, "max_rows": 40},
        "maps": {"max_examples": 16},
        "gradients": {"max_examples": 4},
        "fewshot": {"max_examples": 16, "steps": [5, 10, 25], "batch_size": 4},
    }
    made = Project(folder / "p", config)
    with serving(Hub()) as hub:
        add_models(hub, folder / "hub", ["FacebookAI/roberta-base", "google-bert/bert-base-uncased"])
        made.variables = {k: v for k, v in environment(hub, folder).items() if k.startswith(("HF_", "INTERTASK_"))}
        made.run("--cores", "2")
    return made


def read(project, name):
    return pd.read_csv(project.folder / "results" / f"{name}.tsv", sep="\t")


def test_each_setting_has_its_own_block(project):
    transfer, regret = read(project, "transfer"), read(project, "regret")
    assert transfer.groupby("model").size().to_dict() == dict.fromkeys(MODELS, 2 * 4)
    assert set(regret["model"]) == {"mean over settings", *MODELS}


def test_limited_setting_shares_all_but_its_transfers(project):
    results = project.folder / "results"
    for folder in ("adapters", "features", "rows", "maps", "gradients", "fewshot"):
        assert sorted(path.name for path in (results / folder).iterdir()) == ["bert-full", "roberta"]
    path = "hotel_reviews/phone_reviews/seed1.json"
    full, limited = (json.loads((results / "transfer" / m / path).read_text()) for m in ("roberta", "roberta-8"))
    assert full["made_from"] == limited["made_from"]
    assert (full["rows"]["train"], limited["rows"]["train"]) == (24, 8)
    scores = [pd.read_csv(results / "scores" / m / "hotel_reviews.tsv", sep="\t") for m in ("roberta", "roberta-8")]
    merged = scores[0].merge(scores[1], on=["method", "source"])
    own = merged[~merged["method"].isin(["prior", "recommended"])]  # what learns from each setting's own transfers
    pd.testing.assert_series_equal(own["score_x"], own["score_y"], check_names=False)


def test_full_fine_tuning_has_scores_where_they_are_defined(project):
    scores = pd.read_csv(project.folder / "results/scores/bert-full/hotel_reviews.tsv", sep="\t")
    empty = set(scores[scores["score"].isna()]["method"])
    assert "adapter-weights" in empty  # there is no adapter to compare
    assert not {"logme", "knn", "fsft", "semb", "esm-logme", "taskemb-fewshot"} & empty
    assert (project.folder / "results/adapters/bert-full/letters/model.safetensors").is_file()
    assert not (project.folder / "results/adapters/bert-full/letters/adapter.safetensors").exists()


def test_nothing_is_left_to_do_and_no_network_is_needed(project):
    """The hub has gone. A deleted transfer is made again from the cache alone."""
    assert project.planned() == {}
    path = project.folder / "results/transfer/roberta/hotel_reviews/none/seed1.json"
    before = path.read_text()
    path.unlink()
    project.variables["HF_HUB_OFFLINE"] = "1"
    project.run("--cores", "2", str(path.relative_to(project.folder)))
    again, first = json.loads(path.read_text()), json.loads(before)
    assert again["value"] == first["value"] and again["fingerprint"] == first["fingerprint"]
