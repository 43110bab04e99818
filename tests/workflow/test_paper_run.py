"""The paper's whole experiment, shrunk: every task a stand-in, tiny models, few steps, from nothing to regret.tsv."""

import pandas as pd
import pytest
from hub_server import Hub, serving
from paper_hub import add_datasets, add_models, environment, fill_downloads, paper_config
from small_project import Project

pytestmark = pytest.mark.slow

#: Methods for classes cannot score sources of a regression target, nor LEEP and NCE without class probabilities.
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
def hub():
    with serving(Hub()) as made:
        add_datasets(made)
        yield made


@pytest.fixture(scope="module")
def project(hub, tmp_path_factory):
    folder = tmp_path_factory.mktemp("paper")
    add_models(hub, folder / "models")
    fill_downloads(folder / "intertask")
    config = paper_config() | SMALL
    config["models"] = {
        "roberta": {"path": "FacebookAI/roberta-base", "training": {"source": TRAINING, "transfer": TRAINING}}
    }
    del config["training"]
    made = Project(folder / "p", config)
    made.variables = {
        key: value for key, value in environment(hub, folder).items() if key.startswith(("HF_", "INTERTASK_"))
    }
    return made


def table(project, name):
    return pd.read_csv(project.folder / "results" / f"{name}.tsv", sep="\t", keep_default_na=False, na_values=[""])


def test_every_source_and_target_from_the_hub_to_regret(project):
    project.run("--cores", "2", "results/regret.tsv", "--quiet")
    transfer, regret = table(project, "transfer"), table(project, "regret")
    assert len(transfer) == 11 * 43
    assert transfer["value"].notna().all()
    methods = set(regret["method"]) - {"random", "ceiling", "fused"}
    assert methods == set(project.config["methods"]) - {"random"}
    print(regret.to_string())
