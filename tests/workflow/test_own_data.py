"""What docs/your-own-data.md tells people to type."""

import csv
import json
import re
import shutil

import pytest
from small_project import ROOT, Project, small_config

PAGE = (ROOT / "docs" / "your-own-data.md").read_text(encoding="utf-8")
OWN = ["--configfile", "configs/own-data.yaml"]


@pytest.fixture(scope="module")
def project(tmp_path_factory, suite):
    project = Project(tmp_path_factory.mktemp("own") / "p", small_config(suite["sources"][:1], suite["targets"][:1]))
    shutil.copytree(ROOT / "configs", project.folder / "configs")
    return project


def test_the_ranking_alone_trains_nothing(project):
    assert "snakemake results/rankings/tickets.tsv --configfile configs/own-data.yaml" in PAGE
    planned = project.planned("results/rankings/tickets.tsv", *OWN)
    assert planned == {
        "prepare_data": 5,
        "check_model": 2,
        "compute_embeddings": 10,
        "compute_scores": 1,
        "make_ranking": 1,
    }


def test_without_a_file_everything_is_trained(project):
    """4 sources, 1 target, 2 seeds: 5 starts (with none) twice."""
    planned = project.planned(*OWN)
    assert (planned["train_adapter"], planned["run_transfer"]) == (4, 10)


def test_the_example_is_read_as_the_page_says(project):
    project.run("results/data/tickets/info.json", *OWN)
    info = json.loads((project.folder / "results/data/tickets/info.json").read_text(encoding="utf-8"))
    with open(ROOT / "data/example/tickets.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert f"{len(rows)} messages" in PAGE
    assert sum(info["rows"].values()) == len(rows)
    assert info["rows"]["validation"] == len(rows) // 5
    assert info["labels"] == sorted({row["Queue"] for row in rows})
    assert "seeded split" in info["validation_from"]


def test_the_pages_yaml_is_the_examples(project):
    shown = re.search(r"```yaml\n(type: classification.*?)```", PAGE, re.DOTALL)[1]
    example = (ROOT / "tasks/example/tickets.yaml").read_text(encoding="utf-8")
    bare = [line.split(" #")[0].rstrip() for line in example.splitlines() if not line.lstrip().startswith("#")]
    assert shown.split() == "\n".join(bare).split()
