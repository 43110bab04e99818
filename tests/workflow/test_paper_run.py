"""The paper's whole experiment, shrunk: every task a stand-in, tiny models, few steps, from nothing to regret.tsv."""

import pandas as pd
import pytest
from hub_server import Hub, serving
from paper_hub import add_datasets, add_models, environment, fill_downloads, paper_config, publish_adapter
from small_project import Project

from intertask.files import read_json

pytestmark = pytest.mark.slow

SMALL = {
    "max_train_examples": 24,
    "max_validation_examples": 12,
    "seeds": [1],
    "embeddings": {"max_examples": 12},
    "features": {"max_examples": 24, "max_rows": 80},
    "maps": {"max_examples": 16},
    "gradients": {"max_examples": 4},
    "fewshot": {"max_examples": 16, "steps": [5, 10, 25], "batch_size": 4},
    "evaluation": {"bootstrap": 200},
}
TRAINING = {"learning_rate": 1e-3, "max_steps": 2, "batch_size": 8, "patience": 0}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The whole experiment, done: every second source has a published adapter, the others are trained."""
    folder = tmp_path_factory.mktemp("paper")
    stages = {"source": TRAINING, "transfer": TRAINING | {"learning_rate": 1e-2, "max_steps": 12}}
    config = paper_config() | SMALL
    config["models"] = {"roberta": config["models"]["roberta"] | {"adapters": "published-or-train", "training": stages}}
    del config["training"]
    made = Project(folder / "p", config)
    with serving(Hub()) as hub:
        add_datasets(hub)
        add_models(hub, folder / "models")
        fill_downloads(folder / "intertask")
        kept = ("HF_", "INTERTASK_")
        made.variables = {key: value for key, value in environment(hub, folder).items() if key.startswith(kept)}
        made.run("--cores", "2", "--until", "prepare_data")
        for task in config["sources"][::2]:
            info = read_json(made.folder / "results" / "data" / task / "info.json")
            publish_adapter(hub, folder / "models/FacebookAI/roberta-base", task, info, folder / "adapters" / task)
        made.run("--cores", "2", "results/regret.tsv")
    return made


def table(project, name):
    return pd.read_csv(project.folder / "results" / f"{name}.tsv", sep="\t")


def test_every_transfer_has_a_score(project):
    transfer = table(project, "transfer")
    config = project.config
    expected = {(target, source) for target in config["targets"] for source in ["none", *config["sources"]]}
    assert len(transfer) == len(expected) == 11 * 43
    assert set(zip(transfer["target"], transfer["source"], strict=True)) == expected
    assert transfer["value"].notna().all()
    # After twelve steps of a tiny model many transfers are equal; an experiment in which all are would show nothing.
    assert (transfer.groupby("target")["value"].nunique() > 1).sum() >= 4


def test_every_method_is_judged(project):
    regret = table(project, "regret")
    assert set(regret["method"]) == {*project.config["methods"], "ceiling", "fused"}
    judged = regret[regret["method"] != "ceiling"].set_index("method")  # no ceiling with one seed
    assert judged["regret@3"].notna().all()
    assert judged["targets"].between(1, 11).all()
    assert (judged.drop(["leep", "nce"])["coverage"] > 0.5).all()


def test_half_of_the_adapters_were_published(project):
    sources = project.config["sources"]
    about = {s: read_json(project.folder / "results/adapters/roberta" / s / "metrics.json") for s in sources}
    assert [s for s in sources if "published" in about[s]] == sources[::2]
    for source in sources[::2]:
        assert about[source]["published"]["repository"] == f"AdapterHub/roberta-base-pf-{source}"
        assert about[source]["value"] is None
    path = project.folder / "results/transfer/roberta/rte" / sources[0] / "seed1.json"
    assert read_json(path)["made_from"]["adapter"] == about[sources[0]]["fingerprint"]


def test_nothing_is_left_to_do(project):
    assert project.planned("results/regret.tsv") == {}


def test_without_the_hub_a_warm_cache_is_enough(project):
    """The hub has gone: data, embeddings, an adapter and a transfer are made again, with the same content."""
    results = project.folder / "results"
    info = read_json(results / "data/rte/info.json")
    names = ["data/rte/info.json", "embeddings/sbert/rte.npz", "transfer/roberta/rte/cola/seed1.json"]
    value = read_json(results / names[2])["value"]
    for name in names:
        (results / name).unlink()
    project.variables["HF_HUB_OFFLINE"] = "1"
    project.run("--cores", "2", *(f"results/{name}" for name in names))
    assert read_json(results / names[0])["fingerprint"] == info["fingerprint"]
    assert read_json(results / names[2])["value"] == value
